//! What is done on a server as soon as it runs.

use anyhow::{Result, bail};

use crate::command_line::CommandLine;
use crate::dist::{BuiltPlugin, Distribution, register_arguments};
use crate::plugin::Registration;
use crate::server::{Capability, Output};
use crate::terminal::say;

/// A session on a command line: what `dev` shows before it waits.
pub trait Session {
    /// Runs its commands and shows them. Stops early when `interrupted` says so.
    ///
    /// # Errors
    /// Fails if a command cannot be run, or if it fails.
    fn play(&self, line: &dyn CommandLine, interrupted: &dyn Fn() -> bool) -> Result<()>;

    /// Returns commands to try afterwards, without the name of the program.
    fn examples(&self) -> Vec<String>;

    /// Returns a path to read over HTTP, below `/v1/`.
    fn example_path(&self) -> String;
}

/// Registers and enables every plugin, each under its own name.
#[derive(Debug)]
pub(super) struct Mounts<'a> {
    plugins: &'a [BuiltPlugin],
}

impl<'a> Mounts<'a> {
    pub(super) fn of(distribution: &'a Distribution) -> Self {
        Self { plugins: &distribution.plugins }
    }

    fn commands(&self, versions: bool) -> impl Iterator<Item = Vec<String>> {
        self.plugins.iter().flat_map(move |built| {
            let Registration { kind, name, .. } = &built.plugin.registration;
            let enable = [kind.enable_command(), "enable", name].map(str::to_owned);
            [register_arguments(built, &built.plugin.program, versions), enable.into()]
        })
    }
}

impl Session for Mounts<'_> {
    fn play(&self, line: &dyn CommandLine, interrupted: &dyn Fn() -> bool) -> Result<()> {
        let mut failed = Vec::new();
        for arguments in self.commands(line.can(Capability::CatalogVersions)) {
            if interrupted() {
                bail!("interrupted");
            }
            let output = line.run_command(&arguments)?;
            let command = line.typed(&arguments);
            show(&command, &output);
            if output.code != Some(0) {
                failed.push(format!("`{command}`"));
            }
        }
        match failed.is_empty() {
            true => Ok(()),
            false => bail!("{} failed", failed.join(" and ")),
        }
    }

    fn examples(&self) -> Vec<String> {
        self.plugins.iter().map(|built| format!("path-help {}/", mount(built))).collect()
    }

    fn example_path(&self) -> String {
        let first = self.plugins.first().map(mount).unwrap_or_default();
        format!("{first}/?help=1")
    }
}

/// Returns where a plugin is mounted.
fn mount(built: &BuiltPlugin) -> String {
    let Registration { kind, name, .. } = &built.plugin.registration;
    match kind {
        crate::plugin::Kind::Secret => name.clone(),
        crate::plugin::Kind::Auth => format!("auth/{name}"),
    }
}

/// Prints a command and its answer as a terminal would show them.
pub fn show(command: &str, output: &Output) {
    say(&format!("$ {command}"));
    for text in [&output.stdout, &output.stderr] {
        if !text.trim().is_empty() {
            say(text.trim_end());
        }
    }
    say("");
}
