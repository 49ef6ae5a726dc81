//! Asks a type for the names of its fields.

use std::any::type_name;
use std::fmt::{self, Display};
use std::hash::{Hash as _, Hasher};
use std::mem::discriminant;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error, IntoDeserializer as _, MapAccess,
    SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use crate::fields::input::EXACT;

/// The way to a value inside a type: the names of its fields, any key of its maps, or any text for an
/// element of its lists.
pub(super) type Way = [String];

/// What a type asks its deserializer for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A struct, with all names of its fields in the order of their declaration.
    Struct {
        /// Stands for the type, since another struct may have the same names.
        visitor: &'static str,
        names: &'static [&'static str],
    },
    /// A struct with a flattened part, which hides its names.
    Flattened,
    /// A map.
    Map,
    /// A list.
    List,
    /// Something else.
    Other,
}

/// The field of the type that a name stands for. The number is only good for comparison.
pub(super) type Number = u64;

/// Returns the shape of the value at a place inside `T`.
pub(super) fn shape<T: DeserializeOwned>(way: &Way) -> Shape {
    let mut found = Found::default();
    // This always fails: a probe stops as soon as it has found what it looks for.
    let _ = T::deserialize(Probe { way, name: None, found: &mut found });
    found.shape.unwrap_or(Shape::Other)
}

/// Returns the field that a name stands for in the struct at a place inside `T`; `None` if the
/// struct does not have it.
///
/// serde's derive turns each name into a variant of an enum, the same one for all names of a field.
pub(super) fn number<T: DeserializeOwned>(way: &Way, name: &str) -> Option<Number> {
    let mut found = Found::default();
    let _ = T::deserialize(Probe { way, name: Some(name), found: &mut found });
    found.number
}

#[derive(Default)]
struct Found {
    shape: Option<Shape>,
    number: Option<Number>,
}

/// Follows its way through a type, looks and stops.
struct Probe<'a> {
    way: &'a Way,
    /// The name to look up at the end of the way, if its fields are needed.
    name: Option<&'a str>,
    found: &'a mut Found,
}

impl<'a> Probe<'a> {
    fn stop<T>(self, shape: Shape) -> Result<T, Stop> {
        if self.way.is_empty() {
            self.found.shape = Some(shape);
        }
        Err(Stop)
    }
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Stop;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Stop> {
        self.stop(Shape::Other)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        if name == EXACT { self.stop(Shape::Other) } else { visitor.visit_newtype_struct(self) }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        if self.way.is_empty() && self.name.is_none() {
            return self.stop(Shape::Struct { visitor: type_name::<V>(), names });
        }
        visitor.visit_map(self)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_map(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        if self.way.is_empty() { self.stop(Shape::List) } else { visitor.visit_seq(self) }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct tuple tuple_struct enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Probe<'_> {
    type Error = Stop;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Stop> {
        let text = |name: &str| -> Result<K::Value, Stop> {
            let name: StrDeserializer<'_, Stop> = name.into_deserializer();
            seed.deserialize(name)
        };
        if let Some((name, _)) = self.way.split_first() {
            return text(name).map(Some);
        }
        if let Some(name) = self.name {
            self.found.number = Some(number_of(&text(name)?));
        } else {
            let derived = type_name::<K::Value>().contains("::__Field");
            self.found.shape = Some(if derived { Shape::Flattened } else { Shape::Map });
        }
        Err(Stop)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Stop> {
        let (_, way) = self.way.split_first().ok_or(Stop)?;
        seed.deserialize(Probe { way, name: self.name, found: &mut *self.found })
    }
}

impl<'de> SeqAccess<'de> for Probe<'_> {
    type Error = Stop;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Stop> {
        let (_, way) = self.way.split_first().ok_or(Stop)?;
        seed.deserialize(Probe { way, name: self.name, found: &mut *self.found }).map(Some)
    }
}

/// Returns the number of a field that a name has become.
pub(crate) fn number_of<K>(key: &K) -> Number {
    let mut hasher = Sum(0);
    discriminant(key).hash(&mut hasher);
    hasher.finish()
}

/// A hash that keeps the few bytes of a discriminant as they are.
struct Sum(u64);

impl Hasher for Sum {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The end of a probe.
#[derive(Debug)]
struct Stop;

impl Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the probe has seen what it is after")
    }
}

impl std::error::Error for Stop {}

impl Error for Stop {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}
