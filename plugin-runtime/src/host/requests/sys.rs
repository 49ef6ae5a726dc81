//! The paths that are the server's own.

use serde_json::{Map, Value};

use super::ApiRequest;
use crate::host::Host;
use crate::host::answer::Answer;

impl Host {
    /// The answer, if the path is the server's own.
    pub(super) async fn own_path(
        &self,
        request: &ApiRequest,
        path: &str,
        fields: &Map<String, Value>,
    ) -> Option<Answer> {
        let token = request.token.as_deref().unwrap_or_default();
        match path {
            "sys/wrapping/unwrap" => {
                let wrapped = fields.get("token").and_then(Value::as_str).unwrap_or(token);
                Some(self.shared.wrappings.unwrap(wrapped))
            }
            _ => None,
        }
    }
}
