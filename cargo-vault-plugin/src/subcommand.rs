//! The subcommands, as clap reads them.

use std::process::ExitCode;

use anyhow::Result;

use crate::{call, check, dev, dist, doctor};

/// One of the subcommands, with its options.
///
/// A command of your own offers them beside others if it flattens this into its own enum.
#[derive(clap::Subcommand, Clone, Debug)]
#[non_exhaustive]
pub enum Subcommand {
    /// Build the release plugins into target/dist, with checksums and register commands.
    Dist(dist::Options),
    /// Start a real server with the plugins mounted, and keep it running.
    Dev(dev::Options),
    /// Test whether a plugin does what servers expect, without a server.
    Check(check::Options),
    /// Send a plugin one request, without a server.
    Call(call::Options),
    /// Find out why a server can't run a plugin, and how to fix it.
    Doctor(doctor::Options),
}

impl Subcommand {
    /// Runs it, and returns the exit code of the process.
    ///
    /// # Errors
    /// Fails if it fails; the text is for people.
    pub fn run(&self) -> Result<ExitCode> {
        let success = |()| ExitCode::SUCCESS;
        match self {
            Self::Dist(options) => dist::run(options).map(success),
            Self::Dev(options) => dev::run(options).map(success),
            Self::Check(options) => check::run(options),
            Self::Call(options) => call::run(options),
            Self::Doctor(options) => doctor::run(options).map(success),
        }
    }
}
