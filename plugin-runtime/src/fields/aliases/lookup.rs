//! What one reading of a request makes of names.

use std::cell::RefCell;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::marker::Marker;
use super::{Behind, Learned, Place, ROOT};
use crate::fields::patch::{Naming, Own, number, number_of};
use crate::fields::schema::{FieldSet, Rule};

/// The names of a type's fields, as they are known when a request is read.
pub(crate) struct Names<'r> {
    pub(crate) fields: &'r FieldSet,
    learned: Arc<Learned>,
    own: fn(&FieldSet) -> Own,
    number: fn(&str) -> Option<u64>,
    naming: fn(&FieldSet) -> Naming,
    unknown: Unknown,
    /// The names that have got a bare marker, in the order of its index.
    marked: RefCell<Vec<(Place, String)>>,
}

/// What a name of a request stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Known<'r> {
    /// A field with this rule.
    Field(&'r Rule),
    /// A field of which no more is known.
    Some,
    Unknown,
}

/// What happens to the value of a name that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unknown {
    /// It is read as it is.
    Read,
    Wrapped,
    Bare,
}

impl<'r> Names<'r> {
    /// Returns values of unknown names are read as they are.
    pub(crate) fn reading<T: DeserializeOwned>(fields: &'r FieldSet) -> Self {
        Self {
            fields,
            learned: fields.aliases().now(),
            own: Own::of::<T>,
            number: number::<T>,
            naming: Naming::of::<T>,
            unknown: Unknown::Read,
            marked: RefCell::default(),
        }
    }

    /// Returns the names for a reading in which unknown names get markers instead of their values.
    /// None of these is taken for a value.
    pub(crate) fn marking<T: DeserializeOwned>(fields: &'r FieldSet) -> Self {
        Self { unknown: Unknown::Wrapped, ..Self::reading::<T>(fields) }
    }

    /// Returns the names for a reading in which unknown names get markers instead of their values.
    /// These show which one a type refuses.
    pub(crate) fn telling<T: DeserializeOwned>(fields: &'r FieldSet) -> Self {
        Self { unknown: Unknown::Bare, ..Self::reading::<T>(fields) }
    }

    /// Returns whether unknown names get markers.
    pub(crate) fn is_marking(&self) -> bool {
        self.unknown != Unknown::Read
    }

    /// Returns the name with this marker.
    pub(crate) fn marked(&self, index: u32) -> Option<(Place, String)> {
        self.marked.borrow().get(index as usize).cloned()
    }

    /// Returns what is known of a name that the schema does not have.
    pub(crate) fn behind(&self, place: Place, name: &str) -> Option<&Behind> {
        self.learned.behind(place, name)
    }

    /// Returns the rule of one of some fields, under whichever name.
    pub(crate) fn rule<'a>(
        &self,
        place: Place,
        name: &str,
        rules: impl Fn(&str) -> Option<&'a Rule>,
    ) -> Option<&'a Rule> {
        rules(name).or_else(|| rules(self.behind(place, name)?.like()?))
    }

    /// Returns the marker for a name, unless its value is to be read.
    pub(crate) fn marker(&self, place: Place, name: &str) -> Option<Marker> {
        if self.behind(place, name).is_some() { None } else { self.fresh(place, name) }
    }

    fn fresh(&self, place: Place, name: &str) -> Option<Marker> {
        match self.unknown {
            Unknown::Read => None,
            Unknown::Wrapped => Some(Marker::wrapped()),
            Unknown::Bare => {
                let mut marked = self.marked.borrow_mut();
                let index = u32::try_from(marked.len()).ok()?;
                marked.push((place, name.to_owned()));
                Some(Marker::Bare(index))
            }
        }
    }

    /// Returns the marker for a name of the type that is [unknown](Known::Unknown), unless its value
    /// is to be read.
    pub(crate) fn marker_of_field(&self, name: &str) -> Option<Marker> {
        let marks = self.unknown != Unknown::Read && self.own().hides_names(self.fields);
        if marks { self.fresh(ROOT, name) } else { None }
    }

    /// Returns what a name stands for that the schema does not have, and that has become this key.
    pub(crate) fn known<K>(&self, name: &str, key: &K) -> Known<'r> {
        let own = self.own();
        let like = match own.field(number_of(key)) {
            Some(field) => Some(field),
            None => match self.learned.behind(ROOT, name) {
                Some(behind) => behind.like(),
                None => return Known::Unknown,
            },
        };
        like.and_then(|field| self.fields.rule(field)).map_or(Known::Some, Known::Field)
    }

    /// Returns the rule of the field that a name stands for which the schema does not have.
    pub(crate) fn rule_behind(&self, name: &str) -> Option<&'r Rule> {
        let field = self.own_field(name).or_else(|| self.learned.behind(ROOT, name)?.like())?;
        self.fields.rule(field)
    }

    /// Returns the field that a name stands for which the schema does not have.
    pub(crate) fn field_behind(&self, name: &str) -> Option<&str> {
        self.own_field(name).or_else(|| self.learned.behind(ROOT, name)?.field())
    }

    fn own_field(&self, name: &str) -> Option<&'r str> {
        (self.number)(name).and_then(|number| self.own().field(number))
    }

    /// Returns what the type calls its fields on all levels.
    pub(crate) fn naming(&self) -> &'r Naming {
        self.fields.aliases().naming.get_or_init(|| (self.naming)(self.fields))
    }

    /// Returns what the type says about its names by itself.
    fn own(&self) -> &'r Own {
        self.fields.aliases().own.get_or_init(|| (self.own)(self.fields))
    }
}
