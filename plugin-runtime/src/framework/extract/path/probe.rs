//! Finds what a type needs from a path, without a request.

use std::fmt::{self, Display};

use serde::de::{
    DeserializeOwned, EnumAccess, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::{Deserializer, forward_to_deserialize_any};

use super::fault::PathFault;
use super::parts::{BOOLEAN, NUMBER, expected_integer};

/// A parameter of a pattern.
#[derive(Clone, Copy, Debug)]
pub(in crate::framework) struct PathParameter<'a> {
    pub(in crate::framework) name: &'a str,
    /// Whether it is missing from some paths that match.
    pub(in crate::framework) optional: bool,
}

/// Parts that many types can be read from; some types refuse some texts.
const SAMPLES: [&str; 10] = [
    "a",
    "1",
    "0",
    "true",
    "1h",
    "a@example.com",
    "127.0.0.1",
    "127.0.0.0/8",
    "2000-01-01T00:00:00Z",
    "00000000-0000-4000-8000-000000000000",
];

/// Checks whether a type can be read from the parameters of a pattern, by reading it from sample
/// parts. Only what holds for every path is a fault; a type that fits no sample is assumed to fit
/// other paths.
pub(in crate::framework) fn probe<T: DeserializeOwned>(
    parameters: &[PathParameter<'_>],
) -> Result<(), PathFault> {
    for sample in SAMPLES {
        match T::deserialize(Probe { parameters, sample }) {
            Ok(_) => return Ok(()),
            Err(Refusal::Fault(fault)) => return Err(fault.seen_from(parameters)),
            Err(Refusal::Value) => {}
        }
    }
    // A field before the missing one may have refused all samples. Without any parts, serde names
    // the first field that needs one.
    let names = |field: &str| parameters.iter().any(|one| one.name == field);
    match T::deserialize(Probe { parameters: &[], sample: "" }) {
        Err(Refusal::Fault(Fault::Missing(field))) if !names(field) => {
            Err(Fault::Missing(field).seen_from(parameters))
        }
        _ => Ok(()),
    }
}

/// Stands for a request's path.
#[derive(Clone, Copy)]
struct Probe<'p> {
    parameters: &'p [PathParameter<'p>],
    sample: &'static str,
}

#[derive(Debug)]
enum Refusal {
    /// The type refuses every path.
    Fault(Fault),
    /// The type refuses this value.
    Value,
}

#[derive(Debug)]
enum Fault {
    NotOne,
    Length(usize),
    Missing(&'static str),
    Unknown(String),
    Optional { parameter: String, expected: String },
    NotText(String),
}

impl Fault {
    fn seen_from(self, parameters: &[PathParameter<'_>]) -> PathFault {
        let names = || parameters.iter().map(|one| one.name.to_owned()).collect();
        match self {
            Self::NotOne | Self::Length(_) | Self::NotText(_) if parameters.is_empty() => {
                PathFault::NoParameter
            }
            Self::NotOne => PathFault::OneOfSeveral { parameters: names() },
            Self::Length(parts) => PathFault::Length { parts, parameters: names() },
            Self::Missing(field) => {
                PathFault::MissingParameter { field: field.to_owned(), parameters: names() }
            }
            Self::Unknown(parameter) => PathFault::UnknownField { parameter },
            Self::Optional { parameter, expected } => PathFault::Optional { parameter, expected },
            Self::NotText(expected) => PathFault::NotText { expected },
        }
    }
}

impl Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a probe was refused")
    }
}

impl std::error::Error for Refusal {}

impl serde::de::Error for Refusal {
    fn custom<T: Display>(_: T) -> Self {
        Self::Value
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::Fault(Fault::NotText(expected.to_string()))
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::Value
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::Fault(Fault::NotText(expected.to_string()))
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self::Value
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::Fault(Fault::Unknown(field.to_owned()))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Fault(Fault::Missing(field))
    }
}

impl<'p> Probe<'p> {
    fn one(self) -> Result<PathParameter<'p>, Refusal> {
        match self.parameters {
            [one] => Ok(*one),
            _ => Err(Refusal::Fault(Fault::NotOne)),
        }
    }

    /// Refuses the only parameter if it may be empty, which what is `expected` cannot be.
    fn present(self, expected: impl FnOnce() -> String) -> Result<(), Refusal> {
        let PathParameter { name, optional } = self.one()?;
        if optional {
            let (parameter, expected) = (name.to_owned(), expected());
            return Err(Refusal::Fault(Fault::Optional { parameter, expected }));
        }
        Ok(())
    }

    fn all(self) -> Each<'p> {
        Each { rest: self.parameters, sample: self.sample }
    }

    fn of_length(self, length: usize) -> Result<Self, Refusal> {
        if length == self.parameters.len() {
            Ok(self)
        } else {
            Err(Refusal::Fault(Fault::Length(length)))
        }
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident $type:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
            self.present(|| expected_integer($type::MIN, $type::MAX))?;
            visitor.$visit(self.sample.parse().unwrap_or(1))
        }
    )*};
}

macro_rules! floats {
    ($($method:ident $visit:ident $type:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
            self.present(|| NUMBER.to_owned())?;
            visitor.$visit(self.sample.parse::<$type>().unwrap_or(0.5))
        }
    )*};
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.one()?;
        visitor.visit_borrowed_str(self.sample)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.present(|| BOOLEAN.to_owned())?;
        visitor.visit_bool(true)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let PathParameter { name, .. } = self.one()?;
        let parameters = &[PathParameter { name, optional: false }];
        visitor.visit_some(Probe { parameters, sample: self.sample })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_seq(self.all())
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_seq(self.of_length(length)?.all())
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_seq(self.of_length(length)?.all())
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_map(self.all())
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_map(self.all())
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.one()?;
        if !variants.contains(&"") {
            self.present(|| format!("one of `{}`", variants.join("`, `")))?;
        }
        visitor.visit_enum(Variant(variants.first().ok_or(Refusal::Value)?))
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

/// The parameters one by one.
struct Each<'p> {
    rest: &'p [PathParameter<'p>],
    sample: &'static str,
}

impl<'de> SeqAccess<'de> for Each<'_> {
    type Error = Refusal;

    fn next_element_seed<T: serde::de::DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Refusal> {
        let Some((one, rest)) = self.rest.split_at_checked(1) else { return Ok(None) };
        self.rest = rest;
        seed.deserialize(Probe { parameters: one, sample: self.sample }).map(Some)
    }
}

impl<'de> MapAccess<'de> for Each<'_> {
    type Error = Refusal;

    fn next_key_seed<K: serde::de::DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Refusal> {
        let Some(one) = self.rest.first() else { return Ok(None) };
        seed.deserialize(one.name.into_deserializer()).map(Some)
    }

    fn next_value_seed<T: serde::de::DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<T::Value, Refusal> {
        let (one, rest) = self.rest.split_at_checked(1).ok_or(Refusal::Value)?;
        self.rest = rest;
        seed.deserialize(Probe { parameters: one, sample: self.sample })
    }
}

/// A variant by name; a path has no value for a variant that holds data.
struct Variant(&'static str);

impl<'de> EnumAccess<'de> for Variant {
    type Error = Refusal;
    type Variant = Self;

    fn variant_seed<V: serde::de::DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self), Refusal> {
        Ok((seed.deserialize(self.0.into_deserializer())?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant {
    type Error = Refusal;

    fn unit_variant(self) -> Result<(), Refusal> {
        Ok(())
    }

    fn newtype_variant_seed<T: serde::de::DeserializeSeed<'de>>(
        self,
        _seed: T,
    ) -> Result<T::Value, Refusal> {
        Err(Refusal::Value)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Refusal> {
        Err(Refusal::Value)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Refusal> {
        Err(Refusal::Value)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};
    use std::net::IpAddr;
    use std::num::NonZeroU32;

    use serde::Deserialize;

    use super::*;

    fn fault<T: DeserializeOwned>(names: &[&str]) -> Option<PathFault> {
        let parameters: Vec<_> = names
            .iter()
            .map(|name| PathParameter {
                name: name.trim_end_matches('?'),
                optional: name.ends_with('?'),
            })
            .collect();
        probe::<T>(&parameters).err()
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct Role {
        name: String,
        #[serde(default)]
        version: u32,
        note: Option<String>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Strict {
        #[serde(rename = "NAME", alias = "name")]
        name: String,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct Flattened {
        name: String,
        #[serde(flatten)]
        rest: Rest,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct Rest {
        version: u32,
    }

    /// Refuses every sample.
    #[derive(Deserialize)]
    #[serde(try_from = "String")]
    struct Picky;

    impl TryFrom<String> for Picky {
        type Error = &'static str;

        fn try_from(text: String) -> Result<Self, &'static str> {
            if text == "the one" { Ok(Self) } else { Err("it is not the one") }
        }
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct AfterPicky {
        #[serde(default = "picky")]
        first: Picky,
        missing: String,
    }

    fn picky() -> Picky {
        Picky
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        #[expect(dead_code, reason = "only read")]
        Other(String),
        Dev,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct Pair(String, u32);

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct Wrapped(Pair);

    #[test]
    fn types_that_fit_are_accepted() {
        assert_eq!(fault::<String>(&["name"]), None);
        assert_eq!(fault::<u8>(&["n"]), None);
        assert_eq!(fault::<i128>(&["n"]), None);
        assert_eq!(fault::<NonZeroU32>(&["n"]), None);
        assert_eq!(fault::<f32>(&["n"]), None);
        assert_eq!(fault::<bool>(&["b"]), None);
        assert_eq!(fault::<char>(&["c"]), None);
        assert_eq!(fault::<IpAddr>(&["ip"]), None);
        assert_eq!(fault::<crate::fields::Time>(&["time"]), None);
        assert_eq!(fault::<Kind>(&["kind"]), None);
        assert_eq!(fault::<Picky>(&["name"]), None);
        assert_eq!(fault::<(String, Kind)>(&["name", "kind"]), None);
        assert_eq!(fault::<[String; 3]>(&["a", "b", "c"]), None);
        assert_eq!(fault::<Wrapped>(&["name", "version"]), None);
        assert_eq!(fault::<Vec<String>>(&["a", "b"]), None);
        assert_eq!(fault::<Vec<String>>(&[]), None);
        assert_eq!(fault::<BTreeMap<String, String>>(&["a", "b"]), None);
        assert_eq!(fault::<HashMap<String, u32>>(&["a"]), None);
        assert_eq!(fault::<Role>(&["name"]), None);
        assert_eq!(fault::<Role>(&["name", "version", "other"]), None);
        assert_eq!(fault::<Strict>(&["name"]), None);
        assert_eq!(fault::<String>(&["name?"]), None);
        assert_eq!(fault::<Option<u32>>(&["version?"]), None);
        assert_eq!(fault::<(String, Option<u32>)>(&["name", "version?"]), None);
    }

    #[test]
    fn types_that_fit_no_path_are_refused() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let missing = |field: &str, parameters: &[&str]| {
            Some(PathFault::MissingParameter {
                field: field.to_owned(),
                parameters: names(parameters),
            })
        };
        assert_eq!(fault::<String>(&[]), Some(PathFault::NoParameter));
        assert_eq!(fault::<Option<u32>>(&[]), Some(PathFault::NoParameter));
        assert_eq!(fault::<(String, String)>(&[]), Some(PathFault::NoParameter));
        assert_eq!(fault::<()>(&[]), Some(PathFault::NoParameter));
        let several = PathFault::OneOfSeveral { parameters: names(&["a", "b"]) };
        assert_eq!(fault::<String>(&["a", "b"]), Some(several.clone()));
        assert_eq!(fault::<Kind>(&["a", "b"]), Some(several.clone()));
        assert_eq!(fault::<Option<String>>(&["a", "b"]), Some(several));
        let length = |parts, parameters: &[&str]| {
            Some(PathFault::Length { parts, parameters: names(parameters) })
        };
        assert_eq!(fault::<(String, u32)>(&["a"]), length(2, &["a"]));
        assert_eq!(fault::<(String,)>(&["a", "b"]), length(1, &["a", "b"]));
        assert_eq!(fault::<[u8; 2]>(&["a", "b", "c"]), length(2, &["a", "b", "c"]));
        assert_eq!(fault::<Wrapped>(&["a"]), length(2, &["a"]));
        assert_eq!(fault::<Role>(&["nmae"]), missing("name", &["nmae"]));
        assert_eq!(fault::<Role>(&[]), missing("name", &[]));
        assert_eq!(fault::<Flattened>(&["name"]), missing("version", &["name"]));
        assert_eq!(fault::<AfterPicky>(&["first"]), missing("missing", &["first"]));
        let unknown = PathFault::UnknownField { parameter: "version".to_owned() };
        assert_eq!(fault::<Strict>(&["name", "version"]), Some(unknown));
        let text = PathFault::NotText { expected: "u32".to_owned() };
        assert_eq!(fault::<Flattened>(&["name", "version"]), Some(text));
        for optional in [
            fault::<u32>(&["version?"]),
            fault::<bool>(&["version?"]),
            fault::<Kind>(&["version?"]),
            fault::<(String, f64)>(&["name", "version?"]),
        ] {
            assert!(
                matches!(&optional, Some(PathFault::Optional { parameter, .. }) if parameter == "version"),
                "{optional:?}"
            );
        }
    }
}
