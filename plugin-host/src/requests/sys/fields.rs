//! The fields of a request to the server itself, in the types that servers declare for them.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Own;
use crate::answer::Answer;
use plugin_runtime::__private::fields::{FieldSet, parse};

/// Why the fields of a request are not good, for the caller.
pub(super) struct Refused(pub(super) String);

impl Refused {
    pub(super) fn answer(self) -> Answer {
        Answer::refused(400, self.0)
    }
}

impl Own<'_> {
    /// Deserializes the fields into a type, by the rules for the fields of plugins. Those that the
    /// type does not have are ignored, with a warning in an answer that has something to say.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Refused> {
        let body = Value::Object(self.fields.clone()).to_string();
        let parsed = parse::<T>(&FieldSet::default(), &[], body.as_bytes())
            .map_err(|error| Refused(error.to_string()))?;
        *self.ignored.lock() = parsed.ignored;
        Ok(parsed.value)
    }

    /// Returns a field that is text; `None` when it is not given.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }
}
