//! What was looked at, what was found, and how it prints.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::terminal::say;

/// How a check ended, from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It was not looked at; what was found says why.
    NotChecked,
    /// It works here, or with the usual settings, and not everywhere.
    Warning,
    /// It does not work.
    Failure,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NotChecked => "not checked",
            Self::Warning => "warning",
            Self::Failure => "FAILURE",
        }
    }
}

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// The check's name.
    pub check: String,
    /// What was looked at: a file, a folder, a call.
    pub looked_at: String,
    /// How it ended.
    pub verdict: Verdict,
    /// What is there, or why it was not looked at.
    pub found: String,
    /// What a server says or does in this case, where something is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The line that mends it, or the next one to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Finding {
    /// A finding without a server's words and without a remedy.
    pub fn new(
        check: impl Into<String>,
        looked_at: impl Into<String>,
        verdict: Verdict,
        found: impl Into<String>,
    ) -> Self {
        Self {
            check: check.into(),
            looked_at: looked_at.into(),
            verdict,
            found: found.into(),
            server: None,
            remedy: None,
        }
    }

    /// The same with what a server says or does in this case.
    #[must_use]
    pub fn server(mut self, words: impl Into<String>) -> Self {
        self.server = Some(words.into());
        self
    }

    /// The same with the line that mends it.
    #[must_use]
    pub fn remedy(mut self, line: impl Into<String>) -> Self {
        self.remedy = Some(line.into());
        self
    }

    /// The finding for people: one line, and one more for each thing to know.
    fn text(&self, subject: &str) -> String {
        let Self { check, looked_at, verdict, found, server, remedy } = self;
        let mut text = format!("{:<11}  {check}: {found}", verdict.word());
        if *verdict > Verdict::Ok && looked_at != subject {
            let _ = write!(text, "\n               looked at  {looked_at}");
        }
        if let Some(server) = server {
            let _ = write!(text, "\n               a server   {server}");
        }
        if let Some(remedy) = remedy {
            let label = if *verdict == Verdict::Ok { "next" } else { "mend it" };
            let _ = write!(text, "\n               {label:<9}  {remedy}");
        }
        text
    }
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
    /// A report without findings.
    pub fn about(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), findings: Vec::new() }
    }

    /// Adds a finding.
    pub fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// The worst verdict; of no findings, that nothing was checked.
    #[must_use]
    pub fn worst(&self) -> Verdict {
        let verdicts = self.findings.iter().map(|finding| finding.verdict);
        verdicts.max().unwrap_or(Verdict::NotChecked)
    }

    /// How many findings have this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == verdict).count()
    }

    /// The report for people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}\n\n", self.subject);
        for finding in &self.findings {
            let _ = writeln!(text, "{}", finding.text(&self.subject));
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

    /// Prints the report for people to stdout.
    pub fn print(&self) {
        say(&self.text());
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
            Finding::new("run bit", "mode 0644", Verdict::Failure, "nobody may run it")
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
