//! The elements of a list.

use serde::de::{DeserializeSeed, SeqAccess, Visitor};

use super::value::{Mode, Value};
use crate::fields::fault::Fault;
use crate::fields::input::Input;

/// Elements with their positions, so that an error can name one.
pub(super) struct Elements<'de> {
    elements: std::iter::Enumerate<std::vec::IntoIter<Input<'de>>>,
    mode: Mode,
}

impl<'de> Elements<'de> {
    /// Creates elements that are read in this mode.
    pub(super) fn new(mode: Mode, elements: Vec<Input<'de>>) -> Self {
        Self { elements: elements.into_iter().enumerate(), mode }
    }

    /// Refuses elements that a visitor of fixed length leaves over.
    pub(super) fn visit<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        let value = visitor.visit_seq(&mut self)?;
        match self.elements.len() {
            0 => Ok(value),
            rest => Err(Fault::refused(format!("the list has {rest} more elements than allowed"))),
        }
    }
}

impl<'de> SeqAccess<'de> for &mut Elements<'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some((index, input)) = self.elements.next() else { return Ok(None) };
        let value = Value::inside(input, self.mode).map_err(Fault::from);
        value
            .and_then(|value| seed.deserialize(value))
            .map(Some)
            .map_err(|fault| fault.inside(index.to_string()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.elements.len())
    }
}
