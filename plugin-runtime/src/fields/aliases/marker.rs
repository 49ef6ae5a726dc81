//! A value that stands for a name.

use serde::de::Visitor;

use crate::fields::deserializer::Value;
use crate::fields::fault::Fault;
use crate::fields::input::Input;

/// The first byte of a bare marker. No text in UTF-8 has it.
const FIRST: u8 = 0xFF;

/// How many newtype structs a wrapped marker lies in. A type that takes it is as many of them, one in
/// the other, around bytes.
const WRAPPED: u8 = 3;

/// A value that no JSON has, and that types refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marker {
    /// One that hardly any type takes, in as many newtype structs. It shows only that it was read.
    Wrapped(u8),
    /// One whose refusal shows which one it was. A type that reads bytes takes it.
    Bare(u32),
}

impl Marker {
    pub(crate) const fn wrapped() -> Self {
        Self::Wrapped(WRAPPED)
    }

    /// Gives the marker to a visitor.
    pub(crate) fn visit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self {
            Self::Wrapped(0) => visitor.visit_borrowed_bytes(&[FIRST]),
            Self::Wrapped(more) => {
                visitor.visit_newtype_struct(Value::new(Input::Marker(Self::Wrapped(more - 1))))
            }
            Self::Bare(index) => {
                let [a, b, c, d] = index.to_be_bytes();
                visitor.visit_bytes(&[FIRST, a, b, c, d])
            }
        }
    }

    /// Returns whether bytes are those of a marker.
    pub(super) fn is_in(bytes: &[u8]) -> bool {
        bytes.first() == Some(&FIRST)
    }

    /// Returns the index of the bare marker with these bytes.
    pub(super) fn index_of(bytes: &[u8]) -> Option<u32> {
        match bytes {
            [FIRST, index @ ..] => Some(u32::from_be_bytes(index.try_into().ok()?)),
            _ => None,
        }
    }
}
