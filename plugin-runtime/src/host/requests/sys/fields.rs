//! The fields of a request to the server itself, in the types that servers declare for them.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Own;
use crate::host::answer::Answer;

/// Why the fields of a request are not good, for the caller.
pub(super) struct Refused(pub(super) String);

impl Refused {
    pub(super) fn answer(self) -> Answer {
        Answer::refused(400, self.0)
    }
}

impl Own<'_> {
    /// The fields as a type; those that it does not have are ignored, as on a server.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Refused> {
        serde_json::from_value(Value::Object(self.fields.clone()))
            .map_err(|error| Refused(error.to_string()))
    }

    /// A field that is text; nothing when it is not given.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// A field that is true or false; false when it is not given.
    pub(super) fn flag(&self, name: &str) -> bool {
        match self.fields.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => matches!(text.as_str(), "true" | "1"),
            _ => false,
        }
    }
}
