//! The elements of a list.

use serde::de::{DeserializeSeed, SeqAccess, Visitor};

use super::value::Value;
use crate::fields::fault::Fault;
use crate::fields::input::Input;

/// Elements with their positions, so that an error can name one.
pub(super) struct Elements<'de> {
    elements: std::iter::Enumerate<std::vec::IntoIter<Input<'de>>>,
    trim: bool,
}

impl<'de> Elements<'de> {
    /// Elements whose strings are trimmed when a string is asked for.
    pub(super) fn coerced(elements: Vec<Input<'de>>) -> Self {
        Self { elements: elements.into_iter().enumerate(), trim: true }
    }

    /// Elements as they are.
    pub(super) fn raw(elements: Vec<Input<'de>>) -> Self {
        Self { elements: elements.into_iter().enumerate(), trim: false }
    }

    /// Refuses what a visitor of fixed length leaves over.
    pub(super) fn visit<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Fault> {
        let value = visitor.visit_seq(&mut self)?;
        match self.elements.len() {
            0 => Ok(value),
            rest => Err(Fault::refused(format!("the list has {rest} elements too many"))),
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
        let value = if self.trim { Value::element(input) } else { Value::new(input) };
        seed.deserialize(value).map(Some).map_err(|fault| fault.inside(index.to_string()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.elements.len())
    }
}
