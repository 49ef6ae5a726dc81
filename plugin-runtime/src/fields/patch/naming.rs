//! The names of a type's fields, on all levels.
//!
//! `serde(alias)` gives a field more names, which no schema shows: only the type itself knows them.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use serde::de::DeserializeOwned;

use super::probe::{self, Number, Shape, Way};
use crate::fields::aliases::{self, Names, ROOT};
use crate::fields::schema::{FieldSet, Inner, Rule};

/// How many structs and maps inside a type are examined. A type with more is generated code, and
/// the objects deeper inside are matched by their literal names.
const LEVELS: usize = 256;

/// A name that no field has.
pub(super) const NO_FIELD: &str = "\u{0}";

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
    Flattened { fields: BTreeMap<String, Named>, unknown: Option<Number>, open: bool },
    /// An object in a flattened part, by its schema.
    Buffered { place: aliases::Place, fields: BTreeMap<String, Place>, open: bool },
    /// A map with the level of its values.
    Map(Place),
    /// A list with the level of its elements.
    List(Place),
    /// An object whose names are what they are.
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
                        let place = match number {
                            Some(_) => place(&mut ways, &mut count, step(name)),
                            // Its level is found below.
                            None => Place(None),
                        };
                        (name.to_owned(), Named { number, place })
                    });
                    let open = fields.is_open();
                    Level::Flattened { fields: named.collect(), unknown, open }
                }
                Shape::Map => Level::Map(place(&mut ways, &mut count, step("key"))),
                Shape::List => Level::List(place(&mut ways, &mut count, step("element"))),
                Shape::Flattened | Shape::Other => Level::Other,
            };
            levels.push(level);
        }
        let mut naming = Self { levels, number: probe::number::<T> };
        naming.buffered(fields);
        naming
    }

    /// Adds what lies in flattened parts.
    fn buffered(&mut self, set: &FieldSet) {
        let Some(Level::Flattened { fields, .. }) = self.levels.first() else { return };
        let mut fields = fields.clone();
        let mut referred = BTreeMap::new();
        for (name, named) in &mut fields {
            if let (None, Some(rule)) = (named.number, set.rule(name)) {
                named.place = self.add(rule, set, &mut referred);
            }
        }
        if let Some(Level::Flattened { fields: known, .. }) = self.levels.first_mut() {
            *known = fields;
        }
    }

    /// Adds what a value with this rule is merged by.
    fn add<'s>(
        &mut self,
        rule: &'s Rule,
        set: &'s FieldSet,
        referred: &mut BTreeMap<&'s str, Place>,
    ) -> Place {
        let Some(inner) = rule.inner() else { return Place(None) };
        // A type within itself needs its place before that of its fields.
        let added = Place(Some(self.levels.len()));
        let level = match inner {
            Inner::Again(reference) => {
                if let Some(known) = referred.get(reference) {
                    return *known;
                }
                let Some((rule, _)) = set.referred(reference) else { return Place(None) };
                referred.insert(reference, added);
                let place = self.add(rule, set, referred);
                referred.insert(reference, place);
                return place;
            }
            Inner::Object { place, rules, open } => {
                self.levels.push(Level::Other);
                let fields = rules.iter();
                let fields =
                    fields.map(|(name, rule)| (name.clone(), self.add(rule, set, referred)));
                Level::Buffered { place, fields: fields.collect(), open }
            }
            Inner::Map(values) => {
                self.levels.push(Level::Other);
                Level::Map(self.add(values, set, referred))
            }
            Inner::List(elements) => {
                self.levels.push(Level::Other);
                Level::List(self.add(elements, set, referred))
            }
        };
        if let Some(reserved) = added.0.and_then(|index| self.levels.get_mut(index)) {
            *reserved = level;
        }
        added
    }

    /// Returns the type itself.
    pub(crate) fn root(&self) -> Place {
        Place(Some(0))
    }

    /// Returns those of some names that the type itself has no field for.
    pub(crate) fn unknown_of<'n, T: DeserializeOwned>(
        &self,
        set: &FieldSet,
        names: &[&'n str],
    ) -> Vec<&'n str> {
        let root = self.root();
        let is_unlisted = |name: &&str| !set.knows(name);
        let mut unlisted: Vec<&str> = names.iter().copied().filter(is_unlisted).collect();
        match self.level(root) {
            Level::Struct(fields) => unlisted.retain(|name| !fields.contains_key(name)),
            Level::Flattened { .. } if !unlisted.is_empty() => {
                let known = Names::reading::<T>(set);
                unlisted.retain(|name| self.is_nobodys(&known, name));
                aliases::ask::<T>(set, &unlisted);
                let known = Names::reading::<T>(set);
                unlisted.retain(|name| self.is_nobodys(&known, name));
            }
            _ => {}
        }
        unlisted
    }

    /// Returns whether no field of the type itself is known under a name.
    fn is_nobodys(&self, names: &Names<'_>, name: &str) -> bool {
        let field = self.field(names, self.root(), &Cow::Borrowed(name));
        self.is_unknown(names, self.root(), name, &field)
    }

    /// Returns the field that a name stands for at a place.
    pub(super) fn field<'a>(
        &self,
        names: &Names<'_>,
        place: Place,
        name: &Cow<'a, str>,
    ) -> FieldId<'a> {
        let number = match self.level(place) {
            Level::Struct(fields) => fields.get(name.as_ref()).and_then(|named| named.number),
            Level::Flattened { fields, .. } => match fields.get(name.as_ref()) {
                Some(named) => named.number,
                None => self.own(place, name),
            },
            Level::Buffered { .. } | Level::Map(_) | Level::List(_) | Level::Other => None,
        };
        match (number, self.learned(names, place, name)) {
            (Some(number), _) => FieldId::Number(number),
            (None, Some(field)) => FieldId::Name(Cow::Owned(field.to_owned())),
            (None, None) => FieldId::Name(name.clone()),
        }
    }

    /// Returns the place of a field's value.
    pub(crate) fn inside(&self, names: &Names<'_>, place: Place, name: &str) -> Place {
        match self.level(place) {
            Level::Struct(fields) => fields.get(name).map_or(Place(None), |named| named.place),
            Level::Flattened { fields, .. } => {
                let named = match (self.own(place, name), self.learned(names, place, name)) {
                    (Some(own), _) => fields.values().find(|named| named.number == Some(own)),
                    (None, other) => fields.get(other.unwrap_or(name)),
                };
                named.map_or(Place(None), |named| named.place)
            }
            Level::Buffered { fields, .. } => {
                let name = self.learned(names, place, name).unwrap_or(name);
                fields.get(name).copied().unwrap_or(Place(None))
            }
            Level::Map(values) => *values,
            // A list is replaced as a whole.
            Level::List(_) | Level::Other => Place(None),
        }
    }

    /// Returns the place of a list's elements, or that of the object which a list of objects is merged
    /// to.
    pub(crate) fn element(&self, place: Place) -> Place {
        match self.level(place) {
            Level::List(elements) => *elements,
            Level::Other => Place(None),
            _ => place,
        }
    }

    /// Returns the property of a schema behind a name that is not a property itself.
    pub(crate) fn property<'n>(
        &'n self,
        names: &'n Names<'_>,
        place: Place,
        name: &str,
        is_property: impl Fn(&str) -> bool,
    ) -> Option<&'n str> {
        let named = |number: Number| match self.level(place) {
            Level::Struct(fields) => fields
                .iter()
                .find(|(name, named)| named.number == Some(number) && is_property(name))
                .map(|(name, _)| *name),
            Level::Flattened { fields, .. } => fields
                .iter()
                .find(|(_, named)| named.number == Some(number))
                .map(|(name, _)| name.as_str()),
            _ => None,
        };
        let number = match self.level(place) {
            Level::Struct(fields) => fields.get(name).and_then(|named| named.number),
            _ => self.own(place, name),
        };
        number.and_then(named).or_else(|| self.learned(names, place, name))
    }

    /// Returns whether only the type can tell if a name is a field's, which is this one for all that is
    /// known.
    pub(super) fn is_unknown(
        &self,
        names: &Names<'_>,
        place: Place,
        name: &str,
        field: &FieldId<'_>,
    ) -> bool {
        let (at, is_declared) = match self.level(place) {
            Level::Flattened { fields, open: false, .. } => (ROOT, fields.contains_key(name)),
            Level::Buffered { place, fields, open: false } => (*place, fields.contains_key(name)),
            _ => return false,
        };
        let is_own = matches!(field, FieldId::Number(_));
        !is_declared && !is_own && names.behind(at, name).is_none()
    }

    /// Returns the field of a type with flattened parts that is its own and has this name.
    fn own(&self, place: Place, name: &str) -> Option<Number> {
        match self.level(place) {
            Level::Flattened { unknown, .. } => {
                (self.number)(&[], name).filter(|number| Some(*number) != *unknown)
            }
            _ => None,
        }
    }

    /// Returns the field that a name stands for which the schema does not have.
    fn learned<'n>(&self, names: &'n Names<'_>, place: Place, name: &str) -> Option<&'n str> {
        let at = match self.level(place) {
            Level::Flattened { .. } => ROOT,
            Level::Buffered { place, .. } => *place,
            _ => return None,
        };
        names.behind(at, name)?.field()
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
