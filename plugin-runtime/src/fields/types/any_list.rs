//! `slice`.

use serde::Serialize;
use serde_json::Value as Json;

use super::{field_type, wraps};
use crate::fields::coerce;
use crate::fields::deserializer::Value;
use crate::fields::input::Input;

/// A list of values of any kind: Vault's `slice`.
///
/// A single value is a list of one; null and an empty object are an empty list. (A `Vec` differs
/// only for the empty string, which gives it no element.)
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub struct AnyList(Vec<Json>);

impl std::fmt::Debug for AnyList {
    /// Shows only the length, since the values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{} values]", self.0.len())
    }
}

wraps!(AnyList, Vec<Json>);
field_type!(
    AnyList,
    |input: Input<'_>| coerce::slice(input)
        .into_iter()
        .map(|element| Json::deserialize(Value::new(element)))
        .collect::<Result<_, _>>(),
    { "type": "array", "items": true, "x-vault-type": "slice" }
);
