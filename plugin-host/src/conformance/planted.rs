//! Values that must not come out again in a log.

use serde_json::Value;

use super::finding::{Check, Finding};
use crate::PluginProcess;
use crate::random::base62;

/// The shortest value of a caller's that is looked for; shorter ones are in any text.
const SHORTEST: usize = 8;

/// What was planted, in data and as a token.
#[derive(Clone)]
pub(super) struct Planted {
    token: String,
    marker: String,
    given: Vec<String>,
}

impl Planted {
    pub(super) fn new() -> Self {
        let (token, marker) = (base62(24), base62(16));
        Self { token: format!("s.{token}"), marker, given: Vec::new() }
    }

    /// Returns the client's token, as the plugin sees it.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// Returns a text for a field.
    pub(super) fn value(&self) -> &str {
        &self.marker
    }

    /// Adds the texts of a caller's own data.
    pub(super) fn add(&mut self, data: &Value) {
        match data {
            Value::String(text) if text.len() >= SHORTEST => self.given.push(text.clone()),
            Value::Array(values) => values.iter().for_each(|value| self.add(value)),
            Value::Object(fields) => fields.values().for_each(|value| self.add(value)),
            _ => {}
        }
    }

    /// Returns the same text without what was planted.
    pub(super) fn hidden(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for planted in self.all() {
            text = text.replace(planted, "[planted]");
        }
        text
    }

    /// Returns whether any of it is in the process's log.
    pub(super) fn finding(&self, processes: &[PluginProcess]) -> Finding {
        let check = Check {
            name: "no secrets in the log",
            tried: "the log at every level, for the values and the token that were sent",
        };
        let lines = processes.iter().flat_map(|process| process.log().lines());
        let found = lines.filter(|line| self.all().any(|planted| line.raw.contains(planted)));
        let modules: Vec<String> = found.map(|line| line.module).take(3).collect();
        if modules.is_empty() {
            return check.ok("none of it is there");
        }
        check.failure(
            format!("what was sent is in the log, in lines of the modules {modules:?}"),
            "writes every such line to its own log, where operators and log collectors read it",
            "log which fields came and never what was in them; print neither requests nor entries",
        )
    }

    fn all(&self) -> impl Iterator<Item = &str> {
        let given = self.given.iter().map(String::as_str);
        [self.token.as_str(), self.marker.as_str()].into_iter().chain(given)
    }
}

impl std::fmt::Debug for Planted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Planted").field("given", &self.given.len()).finish_non_exhaustive()
    }
}
