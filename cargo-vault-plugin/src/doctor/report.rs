//! What was looked at, what was found, and how it prints.

use std::fmt::Write as _;

use anyhow::Result;
use serde::{Deserialize, Serialize};

pub use plugin_host::{Finding, Verdict};

use crate::terminal::say;

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::NotChecked => "not checked",
        Verdict::Warning => "warning",
        _ => "FAILURE",
    }
}

/// Returns the finding for people: one line, and one more for each thing to know.
fn text(finding: &Finding, subject: &str) -> String {
    let Finding { check, looked_at, verdict, found, server, remedy, .. } = finding;
    let mut text = format!("{:<11}  {check}: {found}", word(*verdict));
    if *verdict > Verdict::Ok && looked_at != subject {
        let _ = write!(text, "\n               looked at  {looked_at}");
    }
    if let Some(server) = server {
        let _ = write!(text, "\n               a server   {server}");
    }
    if let Some(remedy) = remedy {
        let label = if *verdict == Verdict::Ok { "next" } else { "fix it" };
        let _ = write!(text, "\n               {label:<9}  {remedy}");
    }
    text
}

/// All findings about one subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// What they are about.
    pub subject: String,
    /// In the order of the checks.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Returns a report without findings.
    pub fn about(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), findings: Vec::new() }
    }

    /// Adds a finding.
    pub fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Returns the worst verdict; of no findings, that nothing was checked.
    #[must_use]
    pub fn worst(&self) -> Verdict {
        let verdicts = self.findings.iter().map(|finding| finding.verdict);
        verdicts.max().unwrap_or(Verdict::NotChecked)
    }

    /// Returns how many findings have this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == verdict).count()
    }

    /// Returns the report for people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}\n\n", self.subject);
        for finding in &self.findings {
            let _ = writeln!(text, "{}", self::text(finding, &self.subject));
        }
        let count = |verdict| self.count(verdict);
        let _ = write!(
            text,
            "\n{} ok, {} warnings, {} failures, {} not checked",
            count(Verdict::Ok),
            count(Verdict::Warning),
            count(Verdict::Failure),
            count(Verdict::NotChecked),
        );
        text
    }

    /// Prints the report to stdout, for people or as JSON.
    ///
    /// # Errors
    /// Fails if it cannot be written as JSON.
    pub fn print(&self, json: bool) -> Result<()> {
        say(&if json { serde_json::to_string_pretty(self)? } else { self.text() });
        Ok(())
    }
}

impl Extend<Finding> for Report {
    fn extend<I: IntoIterator<Item = Finding>>(&mut self, findings: I) {
        self.findings.extend(findings);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let mut report = Report::about("backend-x");
        report.push(Finding::new("size", "backend-x", Verdict::Ok, "3 bytes"));
        report.push(
            Finding::new("run bit", "mode 0644", Verdict::Failure, "no one may run it")
                .server("says `permission denied`")
                .remedy("chmod 755 backend-x"),
        );
        report
    }

    #[test]
    fn people_read_what_is_wrong_and_the_line_that_mends_it() {
        let text = report().text();
        for part in ["ok           size: 3 bytes\n", "FAILURE", "permission denied", "chmod 755"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(text.ends_with("1 ok, 0 warnings, 1 failures, 0 not checked"), "{text}");
    }

    #[test]
    fn the_worst_verdict_counts() {
        assert_eq!(Report::about("x").worst(), Verdict::NotChecked);
        assert_eq!(report().worst(), Verdict::Failure);
        assert!(Verdict::Warning > Verdict::NotChecked && Verdict::NotChecked > Verdict::Ok);
    }

    #[test]
    fn json_reads_back_and_leaves_out_what_is_not_there() {
        let json = serde_json::to_string(&report()).expect("JSON");
        assert!(json.contains(r#""verdict":"ok","found":"3 bytes"}"#), "{json}");
        assert_eq!(serde_json::from_str::<Report>(&json).expect("a report"), report());
    }
}
