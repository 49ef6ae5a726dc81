//! `header`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{field_type, wraps};
use crate::fields::coerce;

/// HTTP headers: Vault's `header`.
///
/// Given as an object whose values are strings or lists of strings, as a string that contains such
/// an object in JSON (plain or in base64), or as a list of `name:value`. Names are canonical
/// (`Content-Type`); each has its values in the given order. `Debug` shows only the names, since
/// values may be secrets.
#[derive(Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct HeaderFields(BTreeMap<String, Vec<String>>);

impl HeaderFields {
    /// Returns the first value of a header; the case of its name does not matter.
    pub fn first(&self, name: &str) -> Option<&str> {
        let values = self.0.get(&coerce::canonical(name))?;
        values.first().map(String::as_str)
    }
}

impl std::fmt::Debug for HeaderFields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

wraps!(HeaderFields, BTreeMap<String, Vec<String>>);
field_type!(HeaderFields, coerce::headers, {
    "type": "object", "additionalProperties": { "type": "array", "items": { "type": "string" } },
    "x-vault-type": "header"
});
