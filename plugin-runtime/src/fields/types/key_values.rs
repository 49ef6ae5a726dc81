//! `kv_pairs`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{field_type, wraps};
use crate::fields::coerce;

/// Strings by key: Vault's `kv_pairs`.
///
/// Given as an object, a list of `key=value`, or one such string. A plain `BTreeMap<String,
/// String>` follows the same rule. `Debug` shows only the keys, since values may be secrets.
#[derive(Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct KeyValues(BTreeMap<String, String>);

impl std::fmt::Debug for KeyValues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

wraps!(KeyValues, BTreeMap<String, String>);
field_type!(KeyValues, coerce::key_values, {
    "type": "object", "format": "kvpairs", "additionalProperties": { "type": "string" },
    "x-vault-type": "kv_pairs"
});
