//! The subcommand `doctor`: why a server can't run a plugin, and how to fix it.
//!
//! A server that can't start a plugin says little: "no such file or directory" for a missing
//! loader, "permission denied" for a missing bit. Each check looks at one cause.

mod architecture;
mod checksum;
mod format;
mod libraries;
mod loader;
mod mount;
mod ownership;
mod place;
mod program;
mod report;
mod run_bit;
mod script;
mod start;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

pub use architecture::Machine;
pub use program::Program;
pub use report::{Finding, Report, Verdict};

use crate::executable::Executable;

/// The options of the subcommand `doctor`.
#[derive(Args, Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// The plugin.
    #[command(flatten)]
    pub plugin: Executable,
    /// The folder that the server's configuration names as `plugin_directory`.
    #[arg(long, value_name = "DIR")]
    pub plugin_dir: Option<PathBuf>,
    /// The checksum that the plugin is registered with.
    #[arg(long, value_name = "HEX")]
    pub sha256: Option<String>,
    /// The id of the user that the server runs as. Default: the current user's.
    #[arg(long, value_name = "UID")]
    pub server_uid: Option<u32>,
    /// The server checks owners and permissions (`BAO_ENABLE_FILE_PERMISSIONS_CHECK` or
    /// `VAULT_ENABLE_FILE_PERMISSIONS_CHECK` is set).
    #[arg(long)]
    pub permissions_check: bool,
    /// Check only the file, without starting the plugin.
    #[arg(long)]
    pub no_start: bool,
    /// Print the findings as JSON.
    #[arg(long)]
    pub json: bool,
}

impl Options {
    /// Returns options with nothing but an executable.
    pub fn of(binary: impl Into<PathBuf>) -> Self {
        Self { plugin: Executable::of(binary), ..Self::default() }
    }
}

/// Runs the subcommand: prints every finding.
///
/// # Errors
/// Fails if a check failed, or if the report cannot be printed.
pub fn run(options: &Options) -> Result<()> {
    let mut report = examine(options);
    if !options.no_start {
        report.extend(start::check(options, &report)?);
    }
    report.print(options.json)?;
    let failures = report.count(Verdict::Failure);
    if failures > 0 {
        bail!("{failures} of {} checks failed", report.findings.len());
    }
    Ok(())
}

/// Looks at an executable without running it.
#[must_use]
pub fn examine(options: &Options) -> Report {
    let mut report = Report::about(options.plugin.binary.display().to_string());
    let program = match Program::open(&options.plugin.binary) {
        Ok(program) => program,
        Err(finding) => {
            report.push(*finding);
            return report;
        }
    };
    let machine = Machine::this();
    report.push(program.finding());
    report.push(architecture::check(&program, &machine));
    report.push(loader::check(&program, &machine));
    report.push(libraries::check(&program, &machine));
    report.push(script::check(&program));
    report.push(run_bit::check(&program));
    report.push(mount::check(&program));
    report.extend(place::check(&program, options.plugin_dir.as_deref()));
    report.push(ownership::check(&program, options));
    report.push(checksum::check(&program, options.sha256.as_deref()));
    report
}
