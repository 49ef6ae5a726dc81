//! `sys/wrapping`.

use serde_json::{Value, json};

use super::{Own, data, unknown, unsupported};
use crate::host::answer::Answer;

impl Own<'_> {
    pub(super) fn wrapping(&self, path: &str) -> Answer {
        if matches!(path, "wrap" | "unwrap" | "lookup") && !self.writes() {
            return unsupported();
        }
        // A client may come with the wrapping token as its own.
        let own = self.request.token.as_deref().unwrap_or_default();
        let token = self.text("token").unwrap_or(own);
        match path {
            "wrap" if self.request.wrap_ttl.is_none() => {
                Answer::refused(400, "endpoint requires response wrapping to be used")
            }
            "wrap" => data(Value::Object(self.fields.clone())),
            "unwrap" => self.host.shared.wrappings.unwrap(token),
            "lookup" => match self.host.shared.wrappings.lookup(token) {
                Some(wrap) => data(json!({
                    "creation_path": wrap.creation_path,
                    "creation_time": wrap.creation_time,
                    "creation_ttl": wrap.ttl.as_secs(),
                })),
                None => Answer::refused(400, "wrapping token is not valid or does not exist"),
            },
            _ => unknown(&format!("sys/wrapping/{path}")),
        }
    }
}
