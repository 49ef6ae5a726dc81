//! The names of a type's fields, on all levels.
//!
//! `serde(alias)` gives a field more names, which no schema shows: only the type itself knows them.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use serde::de::DeserializeOwned;

use super::probe::{self, Number, Shape, Way};
use crate::fields::schema::FieldSet;

/// How many structs and maps inside a type are examined. A type with more is generated code, and
/// the objects deeper inside are matched by their literal names.
const LEVELS: usize = 256;

/// A name that no field has.
const NO_FIELD: &str = "\u{0}";

/// The names of a type's fields.
#[derive(Clone)]
pub(crate) struct Naming {
    /// The first is the type itself.
    levels: Vec<Level>,
    /// The field of the type itself that a name stands for.
    number: fn(&Way, &str) -> Option<Number>,
}

/// The fields of one object.
#[derive(Debug, Clone, PartialEq)]
enum Level {
    /// Each name of a struct.
    Struct(BTreeMap<&'static str, Named>),
    /// The type itself, with a flattened part. The names are those of its schema; others must be
    /// asked for one by one.
    Flattened { fields: BTreeMap<String, Named>, unknown: Option<Number> },
    /// A map with the level of its values.
    Map(Place),
    /// An object whose names are taken literally.
    Other,
}

/// The field behind a name, and the level of its value.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Named {
    number: Option<Number>,
    place: Place,
}

/// One object inside the type; `None` if nothing is known about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place(Option<usize>);

/// Identifies a field, to tell whether two names stand for the same one.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FieldId<'a> {
    Number(Number),
    Name(Cow<'a, str>),
}

impl Naming {
    /// Asks a type for its names.
    pub(crate) fn of<T: DeserializeOwned>(fields: &FieldSet) -> Self {
        let mut levels = Vec::new();
        let mut structs: Vec<(Shape, usize)> = Vec::new();
        let mut ways = VecDeque::from([Vec::new()]);
        // The level at the end of a way. `levels` gets one for each way in turn.
        let mut place = |ways: &mut VecDeque<Vec<String>>, count: &mut usize, way: Vec<String>| {
            let shape = probe::shape::<T>(&way);
            if let Some((_, known)) = structs.iter().find(|(known, _)| *known == shape) {
                return Place(Some(*known));
            }
            if shape == Shape::Other || *count == LEVELS {
                return Place(None);
            }
            let place = *count;
            *count += 1;
            if matches!(shape, Shape::Struct { .. }) {
                structs.push((shape, place));
            }
            ways.push_back(way);
            Place(Some(place))
        };
        let mut count = 1;
        while let Some(way) = ways.pop_front() {
            let step = |name: &str| [way.as_slice(), &[name.to_owned()]].concat();
            let level = match probe::shape::<T>(&way) {
                Shape::Struct { names, .. } => {
                    let unknown = probe::number::<T>(&way, NO_FIELD);
                    let named = names.iter().map(|name| {
                        // A hand-written type may distinguish its names by other means.
                        let number = probe::number::<T>(&way, name).filter(|n| Some(*n) != unknown);
                        (*name, Named { number, place: place(&mut ways, &mut count, step(name)) })
                    });
                    Level::Struct(named.collect())
                }
                Shape::Flattened if way.is_empty() => {
                    let unknown = probe::number::<T>(&way, NO_FIELD);
                    let named = fields.iter().map(|(name, _)| {
                        let number = probe::number::<T>(&way, name).filter(|n| Some(*n) != unknown);
                        let place = place(&mut ways, &mut count, step(name));
                        (name.to_owned(), Named { number, place })
                    });
                    Level::Flattened { fields: named.collect(), unknown }
                }
                Shape::Map => Level::Map(place(&mut ways, &mut count, step("key"))),
                Shape::Flattened | Shape::Other => Level::Other,
            };
            levels.push(level);
        }
        Self { levels, number: probe::number::<T> }
    }

    /// Returns the place of the type itself.
    pub(super) fn root(&self) -> Place {
        Place(Some(0))
    }

    /// Returns whether the type itself has a field of this name, which its schema may not list.
    pub(crate) fn knows(&self, name: &str) -> bool {
        match self.level(self.root()) {
            Level::Struct(fields) => fields.contains_key(name),
            Level::Flattened { .. } => {
                matches!(self.field(self.root(), &Cow::Borrowed(name)), FieldId::Number(_))
            }
            Level::Map(_) | Level::Other => false,
        }
    }

    /// Returns the field that a name stands for at a place.
    pub(super) fn field<'a>(&self, place: Place, name: &Cow<'a, str>) -> FieldId<'a> {
        let number = match self.level(place) {
            Level::Struct(fields) => fields.get(name.as_ref()).and_then(|named| named.number),
            Level::Flattened { fields, unknown } => match fields.get(name.as_ref()) {
                Some(named) => named.number,
                None => (self.number)(&[], name).filter(|number| Some(*number) != *unknown),
            },
            Level::Map(_) | Level::Other => None,
        };
        number.map_or_else(|| FieldId::Name(name.clone()), FieldId::Number)
    }

    /// Returns the place of a field's value.
    pub(super) fn inside(&self, place: Place, name: &str) -> Place {
        match self.level(place) {
            Level::Struct(fields) => fields.get(name).map_or(Place(None), |named| named.place),
            Level::Flattened { fields, .. } => {
                fields.get(name).map_or(Place(None), |named| named.place)
            }
            Level::Map(values) => *values,
            Level::Other => Place(None),
        }
    }

    /// Returns whether the type also accepts names that it does not declare.
    pub(super) fn is_flattened(&self, place: Place) -> bool {
        matches!(self.level(place), Level::Flattened { .. })
    }

    fn level(&self, place: Place) -> &Level {
        place.0.and_then(|place| self.levels.get(place)).unwrap_or(&Level::Other)
    }
}

impl fmt::Debug for Naming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.levels).finish()
    }
}
