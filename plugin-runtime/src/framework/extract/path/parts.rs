//! Reads the parts of a request's path as the type that a handler asks for.

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::de::value::{MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{DeserializeOwned, Expected, Unexpected, Visitor};
use serde::{Deserializer, forward_to_deserialize_any};

use crate::Error;
use crate::fields::FieldError;

/// Reads a type from the parameters, in the pattern's order, each with its part of the path.
pub(super) fn read<T: DeserializeOwned>(parts: Vec<(&str, &str)>) -> Result<T, Error> {
    T::deserialize(Parts(parts)).map_err(|refusal| match refusal {
        Refusal::Part { parameter: Some(field), reason } => {
            FieldError::Refused { field, reason }.into()
        }
        Refusal::Part { parameter: None, reason } => FieldError::Invalid { reason }.into(),
        // Mistakes that the types show are found when the backend is built.
        Refusal::Type(reason) => Error::internal(format!(
            "the parameters of the path's pattern do not fit the handler's `Path`: {reason}"
        )),
    })
}

/// The parameters in order, each with its part of the path.
struct Parts<'a>(Vec<(&'a str, &'a str)>);

/// Why parts of a path do not become a type.
#[derive(Debug, PartialEq)]
enum Refusal {
    /// A part does not fit: the caller's mistake.
    Part { parameter: Option<String>, reason: String },
    /// No path of the pattern would fit: the author's mistake.
    Type(String),
}

impl Refusal {
    fn part(reason: impl Into<String>) -> Self {
        Self::Part { parameter: None, reason: reason.into() }
    }

    /// Names the parameter, unless the refusal already names one.
    fn of(self, name: &str) -> Self {
        match self {
            Self::Part { parameter: None, reason } => {
                Self::Part { parameter: Some(name.to_owned()), reason }
            }
            other => other,
        }
    }
}

impl Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Part { reason, .. } | Self::Type(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for Refusal {}

/// Leaves the value out of the text, since errors are shown and logged.
impl serde::de::Error for Refusal {
    fn custom<T: Display>(text: T) -> Self {
        Self::part(text.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::part(format!("expected {expected}"))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::part(format!("expected {expected}"))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::Type(format!("there are {length}, expected {expected}"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        let expected: Vec<_> = expected.iter().map(|name| format!("`{name}`")).collect();
        Self::part(format!("expected one of {}", expected.join(", ")))
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::Type(format!("the parameter `{field}` is not one of its fields"))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Type(format!("there is no parameter `{field}`"))
    }
}

impl<'a> Parts<'a> {
    fn one(&self) -> Result<(&'a str, &'a str), Refusal> {
        match self.0.as_slice() {
            [one] => Ok(*one),
            several => Err(Refusal::Type(format!("there are {}, expected one", several.len()))),
        }
    }

    /// Parses the only part as a number.
    fn number<T: FromStr>(&self, expected: &str) -> Result<T, Refusal> {
        let (name, part) = self.one()?;
        part.parse().map_err(|_| Refusal::part(format!("expected {expected}")).of(name))
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident $type:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
            let (name, _) = self.one()?;
            let number = self.number(&expected_integer($type::MIN, $type::MAX))?;
            visitor.$visit(number).map_err(|refusal: Refusal| refusal.of(name))
        }
    )*};
}

macro_rules! floats {
    ($($method:ident $visit:ident $type:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
            let (name, _) = self.one()?;
            let number: $type = self.number(NUMBER)?;
            if !number.is_finite() {
                return Err(Refusal::part(format!("expected {NUMBER}")).of(name));
            }
            visitor.$visit(number).map_err(|refusal: Refusal| refusal.of(name))
        }
    )*};
}

/// What is expected of a float's text: JSON cannot represent infinity and NaN.
pub(super) const NUMBER: &str = "a finite number";

pub(super) const BOOLEAN: &str = "`true` or `false`";

pub(super) fn expected_integer(min: impl Display, max: impl Display) -> String {
    format!("an integer from {min} to {max}")
}

impl<'de> Deserializer<'de> for Parts<'de> {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let (name, part) = self.one()?;
        visitor.visit_borrowed_str(part).map_err(|refusal: Refusal| refusal.of(name))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let (name, _) = self.one()?;
        let value = self.number(BOOLEAN)?;
        visitor.visit_bool(value).map_err(|refusal: Refusal| refusal.of(name))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        if self.one()?.1.is_empty() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        let only = self.one().ok();
        visitor.visit_newtype_struct(self).map_err(|refusal: Refusal| match only {
            Some((name, _)) => refusal.of(name),
            None => refusal,
        })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_seq(SeqDeserializer::new(self.0.into_iter().map(Part)))
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let entries = self.0.into_iter().map(|(name, part)| (name, Part((name, part))));
        visitor.visit_map(MapDeserializer::new(entries))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        let (parameter, part) = self.one()?;
        let variant = StrDeserializer::new(part).deserialize_enum(name, variants, visitor);
        variant.map_err(|refusal: Refusal| refusal.of(parameter))
    }

    integers! {
        deserialize_i8 visit_i8 i8
        deserialize_i16 visit_i16 i16
        deserialize_i32 visit_i32 i32
        deserialize_i64 visit_i64 i64
        deserialize_i128 visit_i128 i128
        deserialize_u8 visit_u8 u8
        deserialize_u16 visit_u16 u16
        deserialize_u32 visit_u32 u32
        deserialize_u64 visit_u64 u64
        deserialize_u128 visit_u128 u128
    }

    floats! {
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

impl<'de> serde::de::IntoDeserializer<'de, Refusal> for Part<'de> {
    type Deserializer = Parts<'de>;

    fn into_deserializer(self) -> Parts<'de> {
        Parts(vec![self.0])
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use serde::Deserialize;

    use super::*;
    use crate::ErrorKind;

    fn parts<T: DeserializeOwned>(parts: &[(&'static str, &'static str)]) -> Option<T> {
        read(parts.to_vec()).ok()
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
        assert_eq!(parts(&[("name", "a-b")]), Some("a-b".to_owned()));
        assert_eq!(parts(&[("n", "7")]), Some(7_u8));
        assert_eq!(parts(&[("n", "340282366920938463463374607431768211455")]), Some(u128::MAX));
        assert_eq!(parts(&[("kind", "prod")]), Some(Kind::Prod));
        assert_eq!(parts(&[("rest", "")]), Some(None::<String>));
        assert_eq!(parts::<String>(&[("a", "1"), ("b", "2")]), None);
    }

    #[test]
    fn several_parts_are_a_tuple_or_a_struct() {
        let three = [("team", "red"), ("version", "3"), ("rest", "")];
        assert_eq!(parts(&three[..2]), Some(("red".to_owned(), 3_u32)));
        let named = Named { version: 3, team: "red".to_owned(), rest: None };
        assert_eq!(parts(&three), Some(named));
    }

    #[test]
    fn a_part_that_does_not_fit_is_the_callers_mistake() {
        fn refusal<T: DeserializeOwned + fmt::Debug>(text: &str) -> String {
            let error = read::<T>(vec![("n", text)]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BadRequest);
            error.to_string()
        }
        let expected = |what: &str| {
            let start = "Field validation failed: error converting input for field \"n\"";
            format!("{start}: expected {what}")
        };
        assert_eq!(refusal::<u8>("256"), expected("an integer from 0 to 255"));
        assert_eq!(refusal::<i8>("abc"), expected("an integer from -128 to 127"));
        assert_eq!(refusal::<NonZeroU32>("0"), expected("a nonzero u32"));
        assert_eq!(refusal::<f64>("NaN"), expected("a finite number"));
        assert_eq!(refusal::<f32>("1e39"), expected("a finite number"));
        assert_eq!(refusal::<bool>("maybe"), expected("`true` or `false`"));
        assert_eq!(refusal::<char>("ab"), expected("a character"));
        assert_eq!(refusal::<Kind>("test"), expected("one of `dev`, `prod`"));
        assert_eq!(refusal::<(Kind,)>(""), expected("one of `dev`, `prod`"));
        let address = refusal::<std::net::IpAddr>("abc");
        assert!(address.contains("\"n\": invalid IP address syntax"), "{address}");
    }
}
