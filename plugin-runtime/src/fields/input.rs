//! A value as the client sent it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::value::RawValue;

use super::aliases::Marker;
use super::coerce::Refusal;
use super::scan::Scanner;

/// How deep the lists and objects within a field of a request may be nested.
///
/// An accepted value must be readable once it is stored, inside the objects that a plugin puts
/// around it: serde_json reads [`STORED_NESTING`] levels. A recursive type that serde buffers, such
/// as an untagged enum, copies its values once a level; this bound limits the extra work.
pub(crate) const NESTING: usize = 64;

/// How many levels serde_json reads.
const STORED_NESTING: usize = 127;

/// The newtype name under which our own deserializer hands over an [`Input`] with its numbers as
/// text (visited as bytes, which JSON does not have), so that they keep every digit.
pub(crate) const EXACT: &str = "$vault::Input";

/// JSON with numbers as the text in which they were written.
#[derive(Clone, PartialEq)]
pub(crate) enum Input<'de> {
    Null,
    Bool(bool),
    Number(Cow<'de, str>),
    Text(Cow<'de, str>),
    List(Vec<Input<'de>>),
    Object(Vec<(Cow<'de, str>, Input<'de>)>),
    /// JSON of a stored value that a patch leaves as it is: an entry of an object. The rules for
    /// requests do not apply to it, since the type has written it.
    Kept(&'de str),
    /// Stands for the value of a name that no schema has.
    Marker(Marker),
}

impl fmt::Debug for Input<'_> {
    /// Shows only the kind, since the value may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

impl<'de> Input<'de> {
    pub(crate) fn text(text: impl Into<Cow<'de, str>>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn number(number: impl ToString) -> Self {
        Self::Number(Cow::Owned(number.to_string()))
    }

    /// Returns the name of its kind, as users know it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
            Self::Kept(_) => "what is stored",
            Self::Marker(_) => "nothing",
        }
    }

    /// Parses the value as it was written.
    pub(crate) fn from_json(raw: &'de RawValue) -> Result<Self, Refusal> {
        Scanner::new(raw.get()).value(NESTING)
    }

    /// Parses the value for a type that takes neither a list nor an object; of these, only the kind
    /// is read.
    pub(crate) fn scalar_from_json(raw: &'de RawValue) -> Result<Self, Refusal> {
        match raw.get().as_bytes().first() {
            Some(b'[') => Ok(Self::List(Vec::new())),
            Some(b'{') => Ok(Self::Object(Vec::new())),
            _ => Self::from_json(raw),
        }
    }

    /// Parses the value if it is [kept](Self::Kept).
    pub(crate) fn read(self) -> Result<Self, Refusal> {
        Ok(match self {
            Self::Kept(text) => Scanner::new(text).value(STORED_NESTING)?,
            Self::Object(entries) => {
                let read = entries.into_iter().map(|(name, value)| Ok((name, value.read()?)));
                Self::Object(read.collect::<Result<_, Refusal>>()?)
            }
            // Nothing inside a list is kept: a patch replaces the list as a whole.
            other => other,
        })
    }
}

/// A string that is borrowed unless it contains an escape.
#[derive(serde::Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

impl<'de> Deserialize<'de> for Input<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(EXACT, InputVisitor)
    }
}

struct InputVisitor;

impl<'de> Visitor<'de> for InputVisitor {
    type Value = Input<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Input<'de>, D::Error> {
        inner.deserialize_any(self)
    }

    fn visit_unit<E>(self) -> Result<Input<'de>, E> {
        Ok(Input::Null)
    }

    fn visit_none<E>(self) -> Result<Input<'de>, E> {
        Ok(Input::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Input<'de>, D::Error> {
        inner.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Input<'de>, E> {
        Ok(Input::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Input<'de>, E> {
        Ok(Input::number(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Input<'de>, E> {
        Ok(Input::number(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Input<'de>, E> {
        // `Debug` keeps the point that distinguishes a float from an integer.
        Ok(Input::number(format_args!("{value:?}")))
    }

    fn visit_bytes<E: Error>(self, number: &[u8]) -> Result<Input<'de>, E> {
        match str::from_utf8(number) {
            Ok(number) => Ok(Input::number(number)),
            Err(_) => Err(E::invalid_value(Unexpected::Bytes(number), &self)),
        }
    }

    fn visit_str<E>(self, text: &str) -> Result<Input<'de>, E> {
        Ok(Input::text(text.to_owned()))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Input<'de>, E> {
        Ok(Input::text(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Input<'de>, E> {
        Ok(Input::text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Input<'de>, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element()? {
            elements.push(element);
        }
        Ok(Input::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Input<'de>, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, value)) = map.next_entry::<String, _>()? {
            entries.push((Cow::Owned(key), value));
        }
        Ok(Input::Object(entries))
    }
}
