//! The phases of a test run: each with its time and outcome, summed up at the end.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::workspace::cargo;
use cargo_vault_plugin::terminal::{note, say};

/// The phases so far.
#[derive(Debug, Default)]
pub(super) struct Phases {
    done: Vec<Phase>,
}

#[derive(Debug)]
struct Phase {
    name: String,
    outcome: Outcome,
    took: Duration,
    tests: Tally,
}

#[derive(Debug)]
enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

/// How many tests ran.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: usize,
    failed: usize,
    /// Tests that had nothing to do on a server, with the reason.
    inapplicable: Vec<String>,
}

/// Begins a line by which a test says that it does not apply, and why. Such a test is not counted.
pub const INAPPLICABLE: &str = "does not apply: ";

impl Phases {
    /// Runs a phase and keeps its outcome; `None` when it failed.
    pub(super) fn run<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        self.counted(name, |_| work())
    }

    /// Runs cargo as a phase; its output goes to the terminal.
    pub(super) fn cargo(&mut self, name: &str, arguments: &[&str], variables: &[(&str, &str)]) {
        self.run(name, || {
            let status = command(arguments, variables)
                .status()
                .with_context(|| format!("`{}` can't be started", line(arguments)))?;
            succeeded(arguments, status)
        });
    }

    /// Runs `cargo test` as a phase and counts the tests. If `names` has any, only tests with one
    /// of them in their name run.
    pub(super) fn tests(
        &mut self,
        name: &str,
        arguments: &[&str],
        names: &[String],
        variables: &[(&str, &str)],
    ) {
        let mut arguments = arguments.to_vec();
        if !names.is_empty() {
            if !arguments.contains(&"--") {
                arguments.push("--");
            }
            arguments.extend(names.iter().map(String::as_str));
        }
        self.counted(name, |tally| {
            let started = || format!("`{}` can't be started", line(&arguments));
            let mut child = command(&arguments, variables)
                .stdout(Stdio::piped())
                .spawn()
                .with_context(started)?;
            if let Some(output) = child.stdout.take() {
                for bytes in BufReader::new(output).split(b'\n').map_while(Result::ok) {
                    let text = String::from_utf8_lossy(&bytes);
                    tally.add(&text);
                    say(&text);
                }
            }
            let status = child.wait().with_context(|| format!("`{}`", line(&arguments)))?;
            succeeded(&arguments, status)
        });
    }

    /// Notes that a phase did not run, and why.
    pub(super) fn skip(&mut self, name: &str, reason: &str) {
        let outcome = Outcome::Skipped(reason.to_owned());
        let (took, tests) = (Duration::ZERO, Tally::default());
        self.done.push(Phase { name: name.to_owned(), outcome, took, tests });
    }

    /// Returns how many tests ran so far.
    pub(super) fn tests_run(&self) -> usize {
        self.done.iter().map(|phase| phase.tests.passed() + phase.tests.failed).sum()
    }

    /// Returns whether a phase failed.
    pub(super) fn has_failures(&self) -> bool {
        self.count(|outcome| matches!(outcome, Outcome::Failed(_))) > 0
    }

    /// Prints the summary.
    ///
    /// # Errors
    /// Fails if a phase failed, or was skipped where `CI` is `true`.
    pub(super) fn finish(self) -> Result<()> {
        say("\nSummary");
        for phase in &self.done {
            let took = phase.took.as_secs_f64();
            let name = &phase.name;
            match &phase.outcome {
                Outcome::Passed if phase.tests == Tally::default() => {
                    say(&format!("  passed   {took:7.1} s  {name}"));
                }
                Outcome::Passed => {
                    say(&format!("  passed   {took:7.1} s  {name} ({})", phase.tests.passed()));
                }
                Outcome::Failed(why) => {
                    let why = why.lines().next().unwrap_or_default();
                    say(&format!("  FAILED   {took:7.1} s  {name}: {why}"));
                }
                Outcome::Skipped(why) => {
                    say(&format!("  SKIPPED            {name}: {why}"));
                }
            }
            for test in &phase.tests.inapplicable {
                say(&format!("                       {INAPPLICABLE}{test}"));
            }
        }
        let failed = self.count(|outcome| matches!(outcome, Outcome::Failed(_)));
        let skipped = self.count(|outcome| matches!(outcome, Outcome::Skipped(_)));
        if skipped == 0 {
            say("  nothing was skipped");
        }
        let took: Duration = self.done.iter().map(|phase| phase.took).sum();
        say(&format!("  {} tests in {:.0} s", self.tests_run(), took.as_secs_f64()));
        if failed > 0 {
            bail!("{failed} of {} phases failed", self.done.len());
        }
        super::refuse_skips(skipped, env::var("CI").is_ok_and(|value| value == "true"))
    }

    /// Runs a phase that counts tests.
    fn counted<T>(&mut self, name: &str, work: impl FnOnce(&mut Tally) -> Result<T>) -> Option<T> {
        note(&format!("\n== {name}"));
        let start = Instant::now();
        let mut tests = Tally::default();
        let result = work(&mut tests);
        let took = start.elapsed();
        let (outcome, value) = match result {
            Ok(value) => (Outcome::Passed, Some(value)),
            Err(error) => {
                note(&format!("{name} failed: {error:#}"));
                (Outcome::Failed(format!("{error:#}")), None)
            }
        };
        self.done.push(Phase { name: name.to_owned(), outcome, took, tests });
        value
    }

    fn count(&self, which: impl Fn(&Outcome) -> bool) -> usize {
        self.done.iter().filter(|phase| which(&phase.outcome)).count()
    }
}

impl Tally {
    /// Adds what a closing line of the test harness says.
    fn add(&mut self, line: &str) {
        if let Some((_, test)) = line.split_once(INAPPLICABLE) {
            self.inapplicable.push(test.trim_end().to_owned());
        }
        let Some((_, counts)) = line.split_once("test result: ") else { return };
        let number = |label: &str| {
            let part = counts.split([';', '.']).find_map(|part| part.trim().strip_suffix(label));
            part.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
        };
        self.passed += number("passed");
        self.failed += number("failed");
    }

    /// Returns how many tests did something and passed.
    fn passed(&self) -> usize {
        self.passed.saturating_sub(self.inapplicable.len())
    }
}

fn command(arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = cargo();
    command.args(arguments).envs(variables.iter().copied());
    command
}

fn line(arguments: &[&str]) -> String {
    format!("cargo {}", arguments.join(" "))
}

fn succeeded(arguments: &[&str], status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("`{}` failed ({status})", line(arguments));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_added_up() {
        let mut tally = Tally::default();
        for line in [
            "running 7 tests",
            "does not apply: canonical::on_vault::a: Vault 1.12.0 has no namespaces\n",
            "test result: ok. 7 passed; 0 failed; 0 ignored; 0 measured; 105 filtered out; \
             finished in 29.56s",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; \
             finished in 0.00s",
        ] {
            tally.add(line);
        }
        let inapplicable =
            vec!["canonical::on_vault::a: Vault 1.12.0 has no namespaces".to_owned()];
        assert_eq!(tally, Tally { passed: 8, failed: 2, inapplicable });
        assert_eq!(tally.passed(), 7);
    }
}
