//! `comma_string_slice` and `comma_int_slice`.

use std::borrow::Cow;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};

use crate::fields::coerce;
use crate::fields::deserializer::Value;
use crate::fields::fault::Fault;
use crate::fields::input::Input;

/// A list that may also be given as one string with commas: Vault's `comma_string_slice` for
/// strings and `comma_int_slice` for integers.
///
/// Strings are trimmed, and an empty part stays an empty string. A part of an integer list must not
/// be surrounded by blanks, and an empty one is zero. Elements of a JSON list are not split.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct CommaList<T>(Vec<T>);

impl<T> CommaList<T> {
    /// Returns the elements as a plain list.
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T> Default for CommaList<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for CommaList<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T> From<Vec<T>> for CommaList<T> {
    fn from(elements: Vec<T>) -> Self {
        Self(elements)
    }
}

impl<T> FromIterator<T> for CommaList<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self(elements.into_iter().collect())
    }
}

impl<T> IntoIterator for CommaList<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for CommaList<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let elements = coerce::comma_elements(Input::deserialize(deserializer)?)
            .map_err(Error::custom)?
            .into_iter()
            .enumerate()
            .map(|(index, element)| {
                T::deserialize(Value::element(element))
                    .map_err(|fault: Fault| Error::custom(format_args!("element {index}: {fault}")))
            });
        Ok(Self(elements.collect::<Result<_, _>>()?))
    }
}

impl<T: JsonSchema> JsonSchema for CommaList<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("CommaListOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let items = generator.subschema_for::<T>();
        let integer = items.get("type").is_some_and(|kind| kind == "integer");
        let kind = if integer { "comma_int_slice" } else { "comma_string_slice" };
        json_schema!({ "type": "array", "items": items, "x-vault-type": kind })
    }
}
