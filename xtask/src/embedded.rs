//! A server's command line without a server: the commands of the tutorial, answered by the host of
//! `plugin-runtime` in this process, in the words of `bao`.

mod arguments;
mod commands;
pub mod table;

pub use arguments::fields;
pub use commands::answered;

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result};
use plugin_runtime::host::Host;
use tokio::runtime::Runtime;

use crate::server::Output;
use crate::tutorial::CommandLine;

/// Plugins of one folder, and a host that runs them. Nothing is left when it goes.
pub struct Embedded {
    host: Host,
    runtime: Runtime,
}

impl Embedded {
    /// A host with nothing registered, and with everything in memory.
    ///
    /// # Errors
    /// When the system gives no means to wait for anything.
    pub fn new(plugin_directory: &Path) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        // Its commands come from people, for whom time passes.
        let host = Host::builder().plugin_directory(plugin_directory).shares_clock(false).build();
        Ok(Self { host, runtime: runtime.context("cannot wait for events")? })
    }

    /// Has every plugin leave.
    pub fn stop(self) {
        self.runtime.block_on(self.host.seal());
    }

    /// How many plugin processes run.
    #[must_use]
    pub fn processes(&self) -> usize {
        self.host.processes().len()
    }
}

impl CommandLine for Embedded {
    fn name(&self) -> &str {
        "bao"
    }

    fn run_command(&self, arguments: &[String]) -> Result<Output> {
        Ok(self.runtime.block_on(commands::run(&self.host, arguments)))
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded").field("host", &self.host).finish_non_exhaustive()
    }
}
