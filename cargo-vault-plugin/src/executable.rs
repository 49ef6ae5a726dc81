//! The plugin that a subcommand starts: its executable and arguments.

use std::path::PathBuf;

use clap::Args;
use plugin_host::Launch;

/// A plugin's executable, and the arguments of its process.
#[derive(Args, Clone, Debug, Default)]
#[non_exhaustive]
pub struct Executable {
    /// The plugin's executable.
    pub binary: PathBuf,
    /// An argument for the plugin's process; may be repeated.
    #[arg(long = "arg", value_name = "ARG", allow_hyphen_values = true)]
    pub args: Vec<String>,
}

impl Executable {
    /// Returns an executable that is started without arguments.
    pub fn of(binary: impl Into<PathBuf>) -> Self {
        Self { binary: binary.into(), args: Vec::new() }
    }

    /// Returns what starts it.
    pub(crate) fn launch(&self) -> Launch {
        self.args.iter().fold(Launch::new(&self.binary), Launch::arg)
    }
}
