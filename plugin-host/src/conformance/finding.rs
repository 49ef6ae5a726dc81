//! What was tried, and how it ended.

use serde::{Deserialize, Serialize};

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

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// The check's name.
    pub check: String,
    /// What was looked at, or tried: a file, a folder, a call.
    pub looked_at: String,
    /// How it ended.
    pub verdict: Verdict,
    /// What is there, or why it was not looked at.
    pub found: String,
    /// What a server says or does in this case, where something is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The line that fixes it, or the next one to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Finding {
    /// Creates a finding without a server's behaviour and without a remedy.
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

    /// Sets what a server says or does in this case.
    #[must_use]
    pub fn server(mut self, words: impl Into<String>) -> Self {
        self.server = Some(words.into());
        self
    }

    /// Sets the line that fixes it.
    #[must_use]
    pub fn remedy(mut self, line: impl Into<String>) -> Self {
        self.remedy = Some(line.into());
        self
    }
}

/// One check under way: its name and what it tries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) tried: &'static str,
}

impl Check {
    pub(super) fn ok(self, found: impl Into<String>) -> Finding {
        Finding::new(self.name, self.tried, Verdict::Ok, found)
    }

    pub(super) fn skipped(self, why: impl Into<String>) -> Finding {
        Finding::new(self.name, self.tried, Verdict::NotChecked, why)
    }

    pub(super) fn warning(self, found: impl Into<String>, server: &str, remedy: &str) -> Finding {
        let finding = Finding::new(self.name, self.tried, Verdict::Warning, found);
        finding.server(server).remedy(remedy)
    }

    pub(super) fn failure(self, found: impl Into<String>, server: &str, remedy: &str) -> Finding {
        let finding = Finding::new(self.name, self.tried, Verdict::Failure, found);
        finding.server(server).remedy(remedy)
    }
}
