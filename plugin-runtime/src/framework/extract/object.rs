//! Finds whether a type is read from a JSON object, without having one.

use std::fmt::{self, Display};

use serde::de::{DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserializer, forward_to_deserialize_any};

/// What a type asks its deserializer for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::framework) enum Asked {
    /// An object, or any value that may be an object.
    Object,
    /// Nothing; in a request's fields, an object counts as such.
    Unit,
    /// A variant of an externally tagged enum.
    Enum,
    /// Something that is never an object.
    Other(&'static str),
}

/// Finds what a type asks its deserializer for. A type that asks for nothing specific counts as an
/// object.
pub(in crate::framework) fn asked<T: DeserializeOwned>() -> Asked {
    match T::deserialize(Question) {
        Err(ProbeError::Asked(asked)) => asked,
        Err(ProbeError::Unknown(_)) | Ok(_) => Asked::Object,
    }
}

/// Returns whether a type refuses objects with a field of this name.
pub(in crate::framework) fn refuses_field<T: DeserializeOwned>(name: &'static str) -> bool {
    let refusal = T::deserialize(OneField(Some(name))).err();
    matches!(refusal, Some(ProbeError::Unknown(Some(field))) if field == name)
}

#[derive(Debug)]
enum ProbeError {
    Asked(Asked),
    /// Names the unknown field, if it is about one.
    Unknown(Option<String>),
}

impl Display for ProbeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a probe was refused")
    }
}

impl std::error::Error for ProbeError {}

impl serde::de::Error for ProbeError {
    fn custom<T: Display>(_: T) -> Self {
        Self::Unknown(None)
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::Unknown(Some(field.to_owned()))
    }
}

struct Question;

macro_rules! others {
    ($($method:ident($($argument:ident: $type:ty),*) $asked:expr;)*) => {$(
        fn $method<V: Visitor<'de>>(
            self,
            $(_: $type,)*
            _: V,
        ) -> Result<V::Value, ProbeError> {
            Err(ProbeError::Asked($asked))
        }
    )*};
}

impl<'de> Deserializer<'de> for Question {
    type Error = ProbeError;

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ProbeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ProbeError> {
        visitor.visit_newtype_struct(self)
    }

    others! {
        deserialize_any() Asked::Object;
        deserialize_map() Asked::Object;
        deserialize_struct(name: &'static str, fields: &'static [&'static str]) Asked::Object;
        deserialize_ignored_any() Asked::Unit;
        deserialize_unit() Asked::Unit;
        deserialize_unit_struct(name: &'static str) Asked::Unit;
        deserialize_enum(name: &'static str, variants: &'static [&'static str]) Asked::Enum;
        deserialize_bool() Asked::Other("a boolean");
        deserialize_i8() Asked::Other("an integer");
        deserialize_i16() Asked::Other("an integer");
        deserialize_i32() Asked::Other("an integer");
        deserialize_i64() Asked::Other("an integer");
        deserialize_i128() Asked::Other("an integer");
        deserialize_u8() Asked::Other("an integer");
        deserialize_u16() Asked::Other("an integer");
        deserialize_u32() Asked::Other("an integer");
        deserialize_u64() Asked::Other("an integer");
        deserialize_u128() Asked::Other("an integer");
        deserialize_f32() Asked::Other("a number");
        deserialize_f64() Asked::Other("a number");
        deserialize_char() Asked::Other("a character");
        deserialize_str() Asked::Other("a string");
        deserialize_string() Asked::Other("a string");
        deserialize_identifier() Asked::Other("a string");
        deserialize_bytes() Asked::Other("bytes");
        deserialize_byte_buf() Asked::Other("bytes");
        deserialize_seq() Asked::Other("a list");
        deserialize_tuple(length: usize) Asked::Other("a list");
        deserialize_tuple_struct(name: &'static str, length: usize) Asked::Other("a list");
    }
}

/// An object with one field.
struct OneField(Option<&'static str>);

impl<'de> Deserializer<'de> for OneField {
    type Error = ProbeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ProbeError> {
        visitor.visit_map(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ProbeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ProbeError> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for OneField {
    type Error = ProbeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ProbeError> {
        let Some(name) = self.0.take() else { return Ok(None) };
        seed.deserialize(name.into_deserializer()).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<T::Value, ProbeError> {
        seed.deserialize("".into_deserializer())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Empty {}

    #[derive(Deserialize)]
    struct Wrapped<T>(T);

    #[derive(Deserialize)]
    struct Unit;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only read")]
    enum Plain {
        One,
        Two { a: u32 },
    }

    #[derive(Deserialize)]
    #[serde(tag = "kind")]
    #[expect(dead_code, reason = "only read")]
    enum Tagged {
        One,
        Two { a: u32 },
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Strict {
        id: String,
        secret_type: Option<String>,
    }

    #[test]
    fn a_type_tells_whether_it_is_an_object() {
        assert_eq!(asked::<Empty>(), Asked::Object);
        assert_eq!(asked::<Option<Wrapped<Empty>>>(), Asked::Object);
        assert_eq!(asked::<BTreeMap<String, u32>>(), Asked::Object);
        assert_eq!(asked::<serde_json::Value>(), Asked::Object);
        assert_eq!(asked::<Tagged>(), Asked::Object);
        assert_eq!(asked::<Plain>(), Asked::Enum);
        assert_eq!(asked::<Unit>(), Asked::Unit);
        assert_eq!(asked::<u32>(), Asked::Other("an integer"));
        assert_eq!(asked::<Option<Wrapped<String>>>(), Asked::Other("a string"));
        assert_eq!(asked::<Vec<Empty>>(), Asked::Other("a list"));
        assert_eq!(asked::<(Empty, Empty)>(), Asked::Other("a list"));
    }

    #[test]
    fn a_type_tells_whether_it_refuses_a_field() {
        assert!(refuses_field::<Strict>("other"));
        assert!(!refuses_field::<Strict>("secret_type"));
        assert!(!refuses_field::<Empty>("other"));
        assert!(!refuses_field::<Tagged>("other"));
        assert!(!refuses_field::<u32>("other"));
    }
}
