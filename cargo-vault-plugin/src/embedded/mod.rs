//! A server's command line without a server: commands such as `secrets enable`, answered by a host in
//! this process, in the words of `bao`.

mod arguments;
mod commands;
mod table;

pub(crate) use arguments::fields;
pub(crate) use commands::answered;
pub use table::Format;

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result};
use plugin_host::Host;
use tokio::runtime::Runtime;

use crate::server::Output;

/// Plugins of one folder, and a host that runs them. Nothing is left when it goes.
pub struct Embedded {
    host: Host,
    runtime: Runtime,
}

impl Embedded {
    /// Returns a host with nothing registered, and with everything in memory.
    ///
    /// # Errors
    /// Fails if the system gives no means to wait for anything.
    pub fn new(plugin_directory: &Path) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        // Its commands come from people, for whom time passes.
        let host = Host::builder().plugin_directory(plugin_directory).shares_clock(false).build();
        Ok(Self { host, runtime: runtime.context("cannot wait for events")? })
    }

    /// Runs one command, for example `["secrets", "list"]`.
    #[must_use]
    pub fn run(&self, arguments: &[String]) -> Output {
        self.runtime.block_on(commands::run(&self.host, arguments))
    }

    /// Has every plugin leave.
    pub fn stop(self) {
        self.runtime.block_on(self.host.seal());
    }

    /// Returns how many plugin processes run.
    #[must_use]
    pub fn processes(&self) -> usize {
        self.host.processes().len()
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded").field("host", &self.host).finish_non_exhaustive()
    }
}
