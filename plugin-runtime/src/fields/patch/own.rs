//! The names that a type tells by itself.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::naming::NO_FIELD;
use super::probe::{self, Number, Shape};
use crate::fields::schema::FieldSet;

/// The fields of a type, without those that are flattened into it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Own {
    is_flattened: bool,
    fields: BTreeMap<Number, String>,
}

impl Own {
    /// Asks a type.
    pub(crate) fn of<T: DeserializeOwned>(fields: &FieldSet) -> Self {
        let shape = probe::shape::<T>(&[]);
        if !matches!(shape, Shape::Struct { .. } | Shape::Flattened) {
            return Self::default();
        }
        let unknown = probe::number::<T>(&[], NO_FIELD);
        let numbered = fields.iter().filter_map(|(name, _)| {
            let number = probe::number::<T>(&[], name).filter(|number| Some(*number) != unknown);
            Some((number?, name.to_owned()))
        });
        Self { is_flattened: shape == Shape::Flattened, fields: numbered.collect() }
    }

    /// Returns the field with this number.
    pub(crate) fn field(&self, number: Number) -> Option<&str> {
        self.fields.get(&number).map(String::as_str)
    }

    /// Returns whether the type has flattened parts with names that only they know.
    pub(crate) fn hides_names(&self, fields: &FieldSet) -> bool {
        self.is_flattened && !fields.is_open()
    }
}
