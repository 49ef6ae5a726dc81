//! The session of the public tutorial "Building Plugin Backends", step by step with the answers it
//! shows: what `cargo xtask dev` plays and what the tests on real servers check.

use anyhow::{Result, bail};
use cargo_vault_plugin::CommandLine;
use cargo_vault_plugin::server::Output;

use crate::dist::{BuiltPlugin, register_arguments};

/// The name the tutorial registers and enables the secrets engine under.
pub const NAME: &str = "mock";

/// The package whose plugin it is about.
pub const PACKAGE: &str = "backend-kv-mock";

/// One command and the answer the tutorial promises.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The CLI's arguments.
    pub arguments: Vec<String>,
    /// What the answer must be.
    pub expected: Expected,
}

/// The answer a step must get.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expected {
    /// Success, and this line on stdout.
    Line(String),
    /// Success, and a table row that starts with these cells.
    Row(Vec<String>),
    /// Exit code 2, and this text on stderr.
    Refusal(String),
}

/// A step that was done.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Done {
    /// The command as a user types it.
    pub command: String,
    /// What the CLI said.
    pub output: Output,
    /// Why that is not the tutorial's answer, when it isn't.
    pub complaint: Option<String>,
}

/// Returns the session of a plugin registered as `mock`. `versions` tells whether the server's catalog
/// has versions.
#[must_use]
pub fn session(plugin: &BuiltPlugin, versions: bool) -> Vec<Step> {
    let registered = format!("Success! Registered plugin: {NAME}");
    let enabled = format!("Success! Enabled the {NAME} secrets engine at: {NAME}/");
    let entry = format!("{NAME}/test");
    let step = |words: &[&str], expected| Step {
        arguments: words.iter().map(|word| (*word).to_owned()).collect(),
        expected,
    };
    let row = |cells: &[&str]| Expected::Row(cells.iter().map(|cell| (*cell).to_owned()).collect());
    vec![
        Step {
            arguments: register_arguments(plugin, &plugin.plugin.package, versions),
            expected: Expected::Line(registered),
        },
        step(&["secrets", "enable", NAME], Expected::Line(enabled.clone())),
        step(&["secrets", "list"], row(&[&format!("{NAME}/"), NAME])),
        step(
            &["write", &entry, "message=Hello World"],
            Expected::Line(format!("Success! Data written to: {entry}")),
        ),
        step(&["read", &entry], row(&["message", "Hello World"])),
        step(&["list", NAME], row(&["test"])),
        step(
            &["delete", &entry],
            Expected::Line(format!("Success! Data deleted (if it existed) at: {entry}")),
        ),
        step(&["read", &entry], Expected::Refusal(format!("No value at {entry}"))),
        step(
            &["write", &entry, "message=Hello World"],
            Expected::Line(format!("Success! Data written to: {entry}")),
        ),
        step(
            &["secrets", "disable", NAME],
            Expected::Line(format!(
                "Success! Disabled the secrets engine (if it existed) at: {NAME}/"
            )),
        ),
        step(&["secrets", "enable", NAME], Expected::Line(enabled)),
        // What was written before the engine was disabled is gone with it.
        step(&["read", &entry], Expected::Refusal(format!("No value at {entry}"))),
    ]
}

/// Plays the steps; `show` sees each as soon as it is done. Stops early when `interrupted` says so.
///
/// # Errors
/// Fails if the CLI cannot be run, or if any answer is not the tutorial's; all steps are played
/// first.
pub fn play(
    cli: &dyn CommandLine,
    steps: &[Step],
    mut show: impl FnMut(&Done),
    interrupted: impl Fn() -> bool,
) -> Result<()> {
    let mut complaints = Vec::new();
    for step in steps {
        if interrupted() {
            bail!("interrupted");
        }
        let output = cli.run_command(&step.arguments)?;
        let command = cli.typed(&step.arguments);
        let complaint = step.expected.complaint(&output);
        if let Some(complaint) = &complaint {
            complaints.push(format!("`{command}`: {complaint}"));
        }
        show(&Done { command, output, complaint });
    }
    if complaints.is_empty() {
        return Ok(());
    }
    bail!(
        "{} of {} answers are not the tutorial's:\n{}",
        complaints.len(),
        steps.len(),
        complaints.join("\n")
    )
}

impl Expected {
    /// Returns why `output` is not the expected answer; `None` when it is.
    fn complaint(&self, output: &Output) -> Option<String> {
        let (code, found) = match self {
            Self::Line(line) => (0, output.stdout.lines().any(|found| found.trim_end() == line)),
            Self::Row(cells) => {
                let cells: Vec<_> = cells.iter().map(String::as_str).collect();
                (0, output.has_row(&cells))
            }
            Self::Refusal(text) => (2, output.stderr.contains(text.as_str())),
        };
        if found && output.code == Some(code) {
            return None;
        }
        Some(format!(
            "expected exit code {code} and {self:?}, got {:?} with stdout {:?} and stderr {:?}",
            output.code, output.stdout, output.stderr
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_passes_only_with_the_right_text_and_exit_code() {
        let line = Expected::Line("Success! Data written to: mock/test".into());
        let row = Expected::Row(vec!["message".into(), "Hello World".into()]);
        let refusal = Expected::Refusal("No value at mock/test".into());
        let cases = [
            (&line, Output::new(0, "Success! Data written to: mock/test\n", ""), true),
            (&line, Output::new(1, "Success! Data written to: mock/test\n", ""), false),
            (&line, Output::new(0, "Success! Data written to: mock/test2\n", ""), false),
            (&row, Output::new(0, "Key  Value\nmessage  Hello World\n", ""), true),
            (&row, Output::new(0, "Key  Value\nmessage  Hello\n", ""), false),
            (&refusal, Output::new(2, "", "* No value at mock/test\n"), true),
            (&refusal, Output::new(0, "", "* No value at mock/test\n"), false),
            (&refusal, Output::new(2, "", "No value found at mock/test\n"), false),
        ];
        for (expected, output, passes) in cases {
            let complaint = expected.complaint(&output);
            assert_eq!(complaint.is_none(), passes, "{expected:?} {output:?}");
        }
    }
}
