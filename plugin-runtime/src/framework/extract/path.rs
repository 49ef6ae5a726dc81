//! The parts of a request's path.

use std::ops::Deref;

use serde::de::value::{MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserializer, forward_to_deserialize_any};

use super::FromContext;
use crate::Error;
use crate::framework::Context;

/// The parts of the path that the pattern's parameters stand for: a `String` or a number for one,
/// a tuple in the pattern's order or a struct by name for several.
///
/// ```
/// use plugin_runtime::framework::extract::Path;
///
/// // role/{name}
/// async fn read_role(Path(name): Path<String>) { /* ... */ }
/// // {team}/key/{version}
/// async fn read_key(Path((team, version)): Path<(String, u32)>) { /* ... */ }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path<T>(pub T);

impl<T> Deref for Path<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<S, T: DeserializeOwned> FromContext<S> for Path<T> {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        let parts = Parts(context.parameters().collect());
        // A part that does not fit its type belongs to no path of this backend.
        T::deserialize(parts).map(Self).map_err(|_| Error::unsupported_path())
    }
}

/// The parameters in order, each with its part of the path.
struct Parts<'a>(Vec<(&'a str, &'a str)>);

type Refused = serde::de::value::Error;

impl<'a> Parts<'a> {
    fn one(&self) -> Result<&'a str, Refused> {
        match self.0.as_slice() {
            [(_, part)] => Ok(part),
            _ => Err(serde::de::Error::custom("the pattern has not exactly one parameter")),
        }
    }
}

/// Reads the only part as a number.
macro_rules! parsed {
    ($($method:ident $visit:ident $type:ty)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
            let number: $type = self.one()?.parse().map_err(serde::de::Error::custom)?;
            visitor.$visit(number)
        }
    )*};
}

impl<'de> Deserializer<'de> for Parts<'de> {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_borrowed_str(self.one()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        if self.one()?.is_empty() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_seq(SeqDeserializer::new(self.0.into_iter().map(Part)))
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        let entries = self.0.into_iter().map(|(name, part)| (name, Part((name, part))));
        visitor.visit_map(MapDeserializer::new(entries))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        StrDeserializer::new(self.one()?).deserialize_enum(name, variants, visitor)
    }

    parsed! {
        deserialize_bool visit_bool bool
        deserialize_i8 visit_i8 i8
        deserialize_i16 visit_i16 i16
        deserialize_i32 visit_i32 i32
        deserialize_i64 visit_i64 i64
        deserialize_u8 visit_u8 u8
        deserialize_u16 visit_u16 u16
        deserialize_u32 visit_u32 u32
        deserialize_u64 visit_u64 u64
        deserialize_f32 visit_f32 f32
        deserialize_f64 visit_f64 f64
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct identifier ignored_any
    }
}

/// One part among several.
#[derive(Clone, Copy)]
struct Part<'a>((&'a str, &'a str));

impl<'de> serde::de::IntoDeserializer<'de, Refused> for Part<'de> {
    type Deserializer = Parts<'de>;

    fn into_deserializer(self) -> Parts<'de> {
        Parts(vec![self.0])
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    fn read<T: DeserializeOwned>(parts: &[(&'static str, &'static str)]) -> Option<T> {
        T::deserialize(Parts(parts.to_vec())).ok()
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Named {
        version: u32,
        team: String,
        rest: Option<String>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Dev,
        Prod,
    }

    #[test]
    fn one_part_is_text_number_or_variant() {
        assert_eq!(read(&[("name", "a-b")]), Some("a-b".to_owned()));
        assert_eq!(read(&[("n", "7")]), Some(7_u8));
        assert_eq!(read::<u8>(&[("n", "256")]), None);
        assert_eq!(read(&[("kind", "prod")]), Some(Kind::Prod));
        assert_eq!(read(&[("kind", "")]), None::<Kind>);
        assert_eq!(read(&[("rest", "")]), Some(None::<String>));
        assert_eq!(read::<String>(&[("a", "1"), ("b", "2")]), None);
    }

    #[test]
    fn several_parts_are_a_tuple_or_a_struct() {
        let parts = [("team", "red"), ("version", "3"), ("rest", "")];
        assert_eq!(read(&parts[..2]), Some(("red".to_owned(), 3_u32)));
        let named = Named { version: 3, team: "red".to_owned(), rest: None };
        assert_eq!(read(&parts), Some(named));
    }
}
