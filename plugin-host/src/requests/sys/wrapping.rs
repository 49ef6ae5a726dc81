//! `sys/wrapping`.

use serde_json::{Value, json};

use super::{Own, data, unknown, unsupported};
use crate::answer::Answer;
use crate::wrapping::NOT_WRAPPED;
use plugin_runtime::Operation;

impl Own<'_> {
    pub(super) fn wrapping(&self, path: &str) -> Answer {
        match path {
            "wrap" if !self.writes() => unsupported(),
            "wrap" => self.wrap(),
            "unwrap" | "lookup" | "rewrap" => match self.wrapping_token() {
                Ok(token) => self.wrapped(path, token),
                Err(refused) => *refused,
            },
            _ => unknown(&format!("sys/wrapping/{path}")),
        }
    }

    fn wrap(&self) -> Answer {
        if self.request.wrap_ttl.is_none_or(|ttl| ttl.is_zero()) {
            return Answer::refused(400, "endpoint requires response wrapping to be used");
        }
        // By its shape it would be an error.
        match self.fields.get("error") {
            Some(Value::String(text)) if self.fields.len() == 1 => Answer::refused(400, text),
            _ => data(Value::Object(self.fields.clone())),
        }
    }

    fn wrapped(&self, path: &str, token: &str) -> Answer {
        let wrappings = &self.host.shared.wrappings;
        let Some(about) = wrappings.lookup(token) else {
            return Answer::refused(400, NOT_WRAPPED);
        };
        match (path, self.operation()) {
            ("lookup", Operation::Read) | (_, Operation::Update) => {}
            _ => return unsupported(),
        }
        match path {
            "unwrap" => wrappings.unwrap(token),
            "rewrap" => match wrappings.rewrap(token) {
                Some(wrap) => Answer { wrap: Some(wrap), ..Answer::empty(200) },
                None => Answer::refused(400, NOT_WRAPPED),
            },
            _ => data(json!({
                "creation_path": about.creation_path,
                "creation_time": about.creation_time,
                "creation_ttl": about.ttl.as_secs(),
            })),
        }
    }

    /// Returns the token in the body, or else the client's own.
    fn wrapping_token(&self) -> Result<&str, Box<Answer>> {
        let wrong = |why: &str| {
            Err(Answer::refusal(403, format!("error validating wrapping token: {why}")))
        };
        match self.fields.get("token") {
            None | Some(Value::Null) => match self.request.token.as_deref().unwrap_or_default() {
                "" => wrong("token is empty"),
                own => Ok(own),
            },
            Some(Value::String(token)) if token.is_empty() => wrong("empty token in request body"),
            Some(Value::String(token)) => Ok(token),
            Some(_) => wrong("could not decode token in request body"),
        }
    }
}
