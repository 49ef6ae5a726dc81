//! The phases of a test run: each with its time and outcome, summed up at the end.

use std::env;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::terminal::{note, say};
use crate::workspace::cargo;

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
}

#[derive(Debug)]
enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

impl Phases {
    /// Runs a phase and keeps its outcome; `None` when it failed.
    pub(super) fn run<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        note(&format!("\n== {name}"));
        let start = Instant::now();
        let result = work();
        let took = start.elapsed();
        let (outcome, value) = match result {
            Ok(value) => (Outcome::Passed, Some(value)),
            Err(error) => {
                note(&format!("{name} failed: {error:#}"));
                (Outcome::Failed(format!("{error:#}")), None)
            }
        };
        self.done.push(Phase { name: name.to_owned(), outcome, took });
        value
    }

    /// Runs cargo as a phase; its output goes to the terminal.
    pub(super) fn cargo(&mut self, name: &str, arguments: &[&str], variables: &[(&str, &str)]) {
        self.run(name, || {
            let line = format!("cargo {}", arguments.join(" "));
            let status = cargo()
                .args(arguments)
                .envs(variables.iter().copied())
                .status()
                .with_context(|| format!("`{line}` can't be started"))?;
            if !status.success() {
                bail!("`{line}` failed ({status})");
            }
            Ok(())
        });
    }

    /// Notes that a phase did not run, and why.
    pub(super) fn skip(&mut self, name: &str, reason: &str) {
        let outcome = Outcome::Skipped(reason.to_owned());
        self.done.push(Phase { name: name.to_owned(), outcome, took: Duration::ZERO });
    }

    /// Prints the summary.
    ///
    /// # Errors
    /// When a phase failed, or was skipped where `CI` is `true`.
    pub(super) fn finish(self) -> Result<()> {
        say("\nSummary");
        for phase in &self.done {
            let took = phase.took.as_secs_f64();
            match &phase.outcome {
                Outcome::Passed => say(&format!("  passed   {took:7.1} s  {}", phase.name)),
                Outcome::Failed(why) => {
                    let why = why.lines().next().unwrap_or_default();
                    say(&format!("  FAILED   {took:7.1} s  {}: {why}", phase.name));
                }
                Outcome::Skipped(why) => {
                    say(&format!("  SKIPPED            {}: {why}", phase.name));
                }
            }
        }
        let failed = self.count(|outcome| matches!(outcome, Outcome::Failed(_)));
        let skipped = self.count(|outcome| matches!(outcome, Outcome::Skipped(_)));
        if skipped == 0 {
            say("  nothing was skipped");
        }
        if failed > 0 {
            bail!("{failed} of {} phases failed", self.done.len());
        }
        super::refuse_skips(skipped, env::var("CI").is_ok_and(|value| value == "true"))
    }

    fn count(&self, which: impl Fn(&Outcome) -> bool) -> usize {
        self.done.iter().filter(|phase| which(&phase.outcome)).count()
    }
}
