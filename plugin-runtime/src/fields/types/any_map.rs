//! `map`.

use serde::de::Error;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{field_type, wraps};
use crate::fields::coerce::{self, Pair};
use crate::fields::deserializer::Value;
use crate::fields::fault::Fault;
use crate::fields::input::Input;

/// Values of any kind by key: Vault's `map`.
///
/// Given as an object, or as a list of objects that are merged. A string that contains JSON is not
/// parsed. `Debug` shows only the keys, since values may be secrets.
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub struct AnyMap(serde_json::Map<String, Json>);

impl std::fmt::Debug for AnyMap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

fn object(input: Input<'_>) -> Result<serde_json::Map<String, Json>, Fault> {
    match coerce::entries(input)? {
        (Pair::Object, entries) => entries
            .into_iter()
            .map(|(key, value)| Ok((key.into_owned(), Json::deserialize(Value::new(value))?)))
            .collect(),
        (Pair::Text, _) => Err(Fault::custom("expected an object, got key=value")),
    }
}

wraps!(AnyMap, serde_json::Map<String, Json>);
field_type!(AnyMap, object, {
    "type": "object", "format": "map", "additionalProperties": true, "x-vault-type": "map"
});
