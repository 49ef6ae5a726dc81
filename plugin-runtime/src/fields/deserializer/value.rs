//! One value, coerced to the requested type.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::MapDeserializer;
use serde::de::{Deserializer, Visitor};

use super::entries::{Entries, tag_first};
use super::scalar::integers;
use super::sequence::Elements;
use super::variant::Variant;
use crate::fields::coerce::{self, Pair, Refusal};
use crate::fields::fault::Fault;
use crate::fields::input::{EXACT, Input};

/// A value that is being converted to a Rust type.
pub(crate) struct Value<'de> {
    pub(super) input: Input<'de>,
    pub(super) mode: Mode,
}

/// How a value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// By the rules.
    Coerced,
    /// A part of the path that took no part in the match: the empty string, but `None` for an
    /// `Option`.
    Unmatched,
    /// An element of a list, whose strings are trimmed.
    Element,
    /// The right side of `key=value`, which is always a scalar.
    Pair,
    /// In the form that the type itself has written.
    Kept,
}

impl<'de> Value<'de> {
    pub(crate) fn new(input: Input<'de>) -> Self {
        Self { input, mode: Mode::Coerced }
    }

    pub(crate) fn unmatched() -> Self {
        Self { input: Input::text(""), mode: Mode::Unmatched }
    }

    pub(crate) fn element(input: Input<'de>) -> Self {
        Self { input, mode: Mode::Element }
    }

    /// Creates a value inside another, whose mode it has unless it is itself kept.
    pub(super) fn inside(input: Input<'de>, mode: Mode) -> Result<Self, Refusal> {
        Ok(match input {
            Input::Kept(_) => Self { input: input.read()?, mode: Mode::Kept },
            input => Self { input, mode },
        })
    }

    /// Creates the value of a field.
    pub(super) fn field(input: Input<'de>) -> Result<Self, Refusal> {
        Self::inside(input, Mode::Coerced)
    }

    pub(crate) fn is_kept(&self) -> bool {
        self.mode == Mode::Kept
    }

    /// Returns the mode of the values inside.
    fn inner(&self, otherwise: Mode) -> Mode {
        if self.is_kept() { Mode::Kept } else { otherwise }
    }

    /// Returns whether it is a list or an object that is taken as it is.
    fn is_kept_container(&self) -> bool {
        self.is_kept() && matches!(self.input, Input::List(_) | Input::Object(_))
    }

    pub(crate) fn is_unmatched(&self) -> bool {
        self.mode == Mode::Unmatched
    }

    pub(crate) fn into_input(self) -> Input<'de> {
        self.input
    }

    /// Passes the text to the visitor, borrowed from the request if it appears there unescaped.
    fn visit_text<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let trim = self.mode == Mode::Element;
        match self.input {
            Input::Text(Cow::Borrowed(text)) if trim => visitor.visit_borrowed_str(text.trim()),
            Input::Text(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Input::Text(Cow::Owned(text)) if !trim => visitor.visit_string(text),
            input => {
                let text = coerce::text(&input)?;
                visitor.visit_str(if trim { text.trim() } else { &text })
            }
        }
    }

    /// Visits seconds and nanoseconds in the form that std's `Duration` and `SystemTime` request.
    fn visit_moment<V: Visitor<'de>>(
        names: &'static [&'static str],
        seconds: u64,
        nanoseconds: u32,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let parts = [seconds, u64::from(nanoseconds)];
        visitor.visit_map(MapDeserializer::new(names.iter().copied().zip(parts)))
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.input.fmt(f)
    }
}

/// Visits a JSON number in the narrowest form that holds it.
fn visit_number<'de, V: Visitor<'de>>(number: &str, visitor: V) -> Result<V::Value, Fault> {
    // The negative zero of a float would lose its sign as an integer.
    if number == "-0" {
        visitor.visit_f64(-0.0)
    } else if let Ok(number) = number.parse::<u64>() {
        visitor.visit_u64(number)
    } else if let Ok(number) = number.parse::<i64>() {
        visitor.visit_i64(number)
    } else {
        let number = coerce::json_number(number)?;
        visitor.visit_f64(number)
    }
}

impl<'de> Deserializer<'de> for Value<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let mode = self.inner(Mode::Coerced);
        if self.mode == Mode::Pair {
            return Err(Refusal::of("expected an object, got key=value").into());
        }
        match self.input {
            Input::Null => visitor.visit_unit(),
            Input::Bool(value) => visitor.visit_bool(value),
            Input::Number(number) => visit_number(&number, visitor),
            Input::Text(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Input::Text(Cow::Owned(text)) => visitor.visit_string(text),
            Input::List(elements) => Elements::new(mode, elements).visit(visitor),
            Input::Object(entries) => visitor.visit_map(Entries::new(mode, entries)),
            Input::Kept(_) => Self::field(self.input)?.deserialize_any(visitor),
            Input::Marker(marker) => marker.visit(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_bool(coerce::boolean(&self.input)?)
    }

    integers! {
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
        deserialize_i128 visit_i128 i128;
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
        deserialize_u128 visit_u128 u128;
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_f32(coerce::single(&self.input)?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_f64(coerce::float(&self.input)?)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_text(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_text(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_text(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.is_kept_container() {
            return self.deserialize_any(visitor);
        }
        visitor.visit_bytes(coerce::text(&self.input)?.as_bytes())
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.is_unmatched() || matches!(self.input, Input::Null) {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.input {
            Input::Null => visitor.visit_unit(),
            other => Err(Refusal::kind("null", &other).into()),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.input {
            // A field type of this crate that asks for the input itself and applies its own rule.
            Input::Number(number) if name == EXACT => visitor.visit_bytes(number.as_bytes()),
            // The only fact that such a type cannot see itself.
            Input::Text(text) if name == EXACT && self.mode == Mode::Element => {
                visitor.visit_str(text.trim())
            }
            input if name == EXACT => {
                let mode = if self.mode == Mode::Kept { Mode::Kept } else { Mode::Coerced };
                Self { input, mode }.deserialize_any(visitor)
            }
            input => visitor.visit_newtype_struct(Self { input, ..self }),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let mode = self.inner(Mode::Element);
        Elements::new(mode, coerce::elements(self.input)).visit(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let mode = self.inner(Mode::Coerced);
        let (from, entries) = coerce::entries(self.input)?;
        let mode = if from == Pair::Text { Mode::Pair } else { mode };
        visitor.visit_map(Entries::new(mode, entries))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if self.is_kept() && matches!(self.input, Input::List(_)) {
            return self.deserialize_any(visitor);
        }
        let mode = self.inner(Mode::Coerced);
        match (name, fields) {
            // The requests of std's types; the rules for durations and times apply to them.
            ("Duration", ["secs", "nanos"]) if !self.is_kept() => {
                let duration = coerce::duration(&self.input)?;
                Self::visit_moment(fields, duration.as_secs(), duration.subsec_nanos(), visitor)
            }
            ("SystemTime", ["secs_since_epoch", "nanos_since_epoch"]) if !self.is_kept() => {
                let (seconds, nanoseconds) = coerce::since_epoch(coerce::instant(&self.input)?);
                Self::visit_moment(fields, seconds.unsigned_abs(), nanoseconds, visitor)
            }
            _ => match coerce::entries(self.input)? {
                (Pair::Object, mut entries) => {
                    tag_first(&mut entries, |(name, _)| name, fields);
                    visitor.visit_map(Entries::new(mode, entries))
                }
                (Pair::Text, _) => Err(Refusal::of("expected an object, got key=value").into()),
            },
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_enum(Variant::of(self)?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_text(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }
}
