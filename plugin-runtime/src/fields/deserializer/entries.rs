//! The entries of an object inside a field.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, MapAccess};

use super::value::Value;
use crate::fields::coerce::Pair;
use crate::fields::fault::Fault;
use crate::fields::input::Input;

/// Entries, each with its name for errors.
pub(super) struct Entries<'de> {
    from: Pair,
    entries: std::vec::IntoIter<(Cow<'de, str>, Input<'de>)>,
    current: Option<(Cow<'de, str>, Input<'de>)>,
}

impl<'de> Entries<'de> {
    pub(super) fn new(from: Pair, entries: Vec<(Cow<'de, str>, Input<'de>)>) -> Self {
        Self { from, entries: entries.into_iter(), current: None }
    }
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        // A key may be a secret as well; a refused one goes unnamed.
        let name = seed.deserialize(Value::new(Input::Text(key.clone())))?;
        self.current = Some((key, value));
        Ok(Some(name))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        let (key, input) = self.current.take().ok_or(Fault::refused("a value without a key"))?;
        seed.deserialize(Value::entry(input, self.from)).map_err(|fault| fault.inside(key))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}
