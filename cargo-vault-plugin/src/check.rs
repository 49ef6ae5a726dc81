//! The subcommand `check`: whether a plugin does what servers expect, without a server.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use plugin_host::Conformance;
use serde_json::{Map, Value};

use crate::doctor::{Report, Verdict};
use crate::executable::Executable;
use crate::runtime;
use crate::terminal::note;

/// The options of the subcommand `check`.
#[derive(Args, Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// The plugin.
    #[command(flatten)]
    pub plugin: Executable,
    /// A write to try, by its path within the mount, such as `--write role/dev user=svc`; may be
    /// repeated. Default: writes that are derived from the plugin's OpenAPI document.
    #[arg(long, value_names = ["PATH", "NAME=VALUE"], num_args = 1.., action = clap::ArgAction::Append)]
    pub write: Vec<String>,
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

/// Runs the subcommand: prints every finding. The exit code is 0 when all is well, 3 for warnings
/// and 1 for failures.
///
/// # Errors
/// Fails if the options cannot be read, or the report cannot be printed.
pub fn run(options: &Options) -> Result<ExitCode> {
    let report = examine(options)?;
    report.print(options.json)?;
    Ok(match report.worst() {
        Verdict::Ok | Verdict::NotChecked => ExitCode::SUCCESS,
        Verdict::Warning => ExitCode::from(3),
        _ => {
            note(&format!("error: {} checks failed", report.count(Verdict::Failure)));
            ExitCode::FAILURE
        }
    })
}

/// Runs every check.
///
/// # Errors
/// Fails if a write is not a path and fields.
pub fn examine(options: &Options) -> Result<Report> {
    let mut conformance = Conformance::of(options.plugin.launch());
    for (path, data) in writes(&options.write)? {
        conformance = conformance.write(path, Value::Object(data));
    }
    let mut report = Report::about(options.plugin.binary.display().to_string());
    report.extend(runtime::block_on(conformance.run())?);
    Ok(report)
}

/// Parses words: one without `=` begins a write; those with one are its fields.
fn writes(words: &[String]) -> Result<Vec<(String, Map<String, Value>)>> {
    let mut writes: Vec<(String, Map<String, Value>)> = Vec::new();
    for word in words {
        match word.split_once('=') {
            None => writes.push((word.clone(), Map::new())),
            Some((name, value)) => {
                let (_, data) = writes.last_mut().with_context(|| {
                    format!("`--write {word}`: a path comes first, then its fields")
                })?;
                if name.is_empty() {
                    bail!("`{word}` has no name in front of `=`");
                }
                data.insert(name.to_owned(), Value::from(value));
            }
        }
    }
    Ok(writes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_writes() {
        let words = ["config", "url=http://a", "role/dev", "user=x=y"].map(str::to_owned);
        let writes = writes(&words).expect("writes");
        let paths: Vec<_> = writes.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["config", "role/dev"]);
        assert_eq!(writes[1].1["user"], "x=y");
        assert!(super::writes(&["a=b".to_owned()]).is_err());
        assert!(super::writes(&["p".to_owned(), "=b".to_owned()]).is_err());
    }
}
