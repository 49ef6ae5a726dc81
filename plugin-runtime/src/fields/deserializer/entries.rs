//! The entries of an object inside a field.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, MapAccess};

use super::value::{Mode, Value};
use crate::fields::fault::Fault;
use crate::fields::input::Input;

/// Entries, each with its name for errors.
pub(super) struct Entries<'de> {
    mode: Mode,
    entries: std::vec::IntoIter<(Cow<'de, str>, Input<'de>)>,
    current: Option<(Cow<'de, str>, Input<'de>)>,
}

impl<'de> Entries<'de> {
    /// Creates entries whose values are read in this mode.
    pub(super) fn new(mode: Mode, entries: Vec<(Cow<'de, str>, Input<'de>)>) -> Self {
        Self { mode, entries: entries.into_iter(), current: None }
    }
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        // A key may be a secret as well, so an error does not name a refused one.
        let name = seed.deserialize(Value::new(Input::Text(key.clone())))?;
        self.current = Some((key, value));
        Ok(Some(name))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        let (key, input) = self.current.take().ok_or(Fault::refused("a value without a key"))?;
        let value = Value::inside(input, self.mode).map_err(Fault::from);
        value.and_then(|value| seed.deserialize(value)).map_err(|fault| fault.inside(key))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// Moves the tag of an adjacently tagged enum before its content. serde takes both for the fields
/// of a struct, the tag first, and buffers content that comes before it without knowing its type.
pub(super) fn tag_first<E>(entries: &mut [E], name: impl Fn(&E) -> &str, fields: &[&str]) {
    if let [tag, _] = fields
        && let Some(place) = entries.iter().position(|entry| name(entry) == *tag)
    {
        entries[..=place].rotate_right(1);
    }
}
