//! Enforces the limits of a schema on the coerced fields of a request.
//!
//! A type accepts only what it publishes (`minimum`, `maxLength`, `pattern` and similar keywords,
//! set by schemars' attributes). Rust's own types enforce their ranges; the rest is enforced here:
//! compiled once when a path is declared, and checked after the type has accepted a request. A type
//! without limits costs nothing.

mod compile;
mod judge;
mod limit;
mod node;
mod pattern;
mod probe;
mod rename;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use self::judge::Judge;
use self::node::Node;
use self::probe::Probe;
use super::aliases::Names;
use super::input::Input;
use super::{FieldError, FieldSet, Parsed};
use crate::{Data, Error};

/// A regular expression in a schema that does not compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PatternFault {
    /// The field, with the names of the objects that contain it.
    pub(crate) field: String,
    pub(crate) pattern: String,
    pub(crate) reason: String,
}

/// The limits of a type's fields.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Limits {
    /// The root first; empty if nothing is limited.
    nodes: Arc<[Node]>,
    faults: Vec<PatternFault>,
}

impl Limits {
    /// Returns the limits in the schema of a whole type.
    pub(crate) fn of(schema: &Json) -> Self {
        compile::compile(schema)
    }

    /// Returns the patterns that do not compile.
    pub(crate) fn faults(&self) -> &[PatternFault] {
        &self.faults
    }

    fn root(&self) -> Option<&Node> {
        self.nodes.first()
    }

    /// Returns whether a field of the type has limits.
    pub(crate) fn concern(&self, name: &str) -> bool {
        let field = self.root().and_then(|root| root.properties.get(name));
        field.is_some_and(|id| self.nodes[*id].limited)
    }

    /// Checks a part of a path that no type reads; the lists of enums are left to their types.
    pub(crate) fn check_part(&self, name: &str, part: &str) -> Result<(), FieldError> {
        let Some(id) = self.root().and_then(|root| root.properties.get(name)) else {
            return Ok(());
        };
        if !self.nodes[*id].limited {
            return Ok(());
        }
        let judge = Judge::new(&self.nodes);
        match judge.field(*id, name, Input::text(part)) {
            Some(broken) if !broken.is_choice() => Err(broken.into_error()),
            _ => Ok(()),
        }
    }
}

impl Limits {
    /// Checks the fields of `changed` that differ from those of `stored`. Fields that a request
    /// does not change may exceed their limits, as a default may.
    pub(crate) fn check_changes<T: Serialize>(&self, stored: &T, changed: &T) -> Result<(), Error> {
        if self.nodes.is_empty() {
            return Ok(());
        }
        let (stored, changed) = (Data::new(stored)?, Data::new(changed)?);
        let stored: Option<Entries> = stored.parse()?;
        let changed: Option<Entries> = changed.parse()?;
        let (stored, changed) = (stored.unwrap_or_default(), changed.unwrap_or_default());
        let differs = |name: &String, raw: &RawValue| {
            stored.get(name).is_none_or(|before| before.get() != raw.get())
        };
        let judge = Judge::new(&self.nodes);
        let mut broken = None;
        for (name, raw) in changed.iter().filter(|(name, raw)| differs(name, raw)) {
            let field = self.root().and_then(|root| root.properties.get(name));
            if let (Some(id), Ok(input)) = (field, Input::from_json(raw))
                && self.nodes[*id].limited
            {
                broken = broken.or_else(|| judge.field(*id, name, input));
            }
        }
        let whole = changed
            .iter()
            .filter_map(|(name, raw)| Some((name.as_str().into(), Input::from_json(raw).ok()?)));
        match broken.or_else(|| judge.together(Input::Object(whole.collect()))) {
            Some(broken) => Err(broken.into_error().into()),
            None => Ok(()),
        }
    }
}

type Entries = BTreeMap<String, Box<RawValue>>;

/// Reads a request's fields as `parse::parse` does, and checks them against the limits of their
/// schema.
pub fn parse<T: DeserializeOwned>(
    fields: &FieldSet,
    captures: &[(&str, Option<&str>)],
    body: &[u8],
) -> Result<Parsed<T>, FieldError> {
    let parsed = super::parse::parse::<T>(fields, captures, body)?;
    if !fields.limits().nodes.is_empty() {
        let mut read = |captures: &[(&str, Option<&str>)], body: &[u8]| {
            super::parse::parse::<T>(fields, captures, body).map(drop)
        };
        let names = Names::reading::<T>(fields);
        Probe { fields, captures, body, names: &names, read: &mut read }.check()?;
    }
    Ok(parsed)
}
