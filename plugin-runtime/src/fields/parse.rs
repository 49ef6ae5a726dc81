//! From a request's path and body to the type a handler asks for.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::deserializer::{Entry, Request, Seen};
use super::error::FieldError;
use super::fault::Fault;
use super::input::Key;
use super::schema::FieldSet;

/// The fields of a request and what the client should be warned of.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Parsed<T> {
    /// The fields.
    pub value: T,
    /// Keys of the body that the type does not know, sorted.
    pub ignored: Vec<String>,
    /// Keys of the body whose value, other than null, gave way to a part of the path, sorted.
    pub replaced: Vec<String>,
}

/// Reads a request's fields: the parts of its path, then those of its body that the path does not
/// name. The body is JSON, an object or `null`; an empty one counts as `null`.
///
/// A part of the path that took no part in the match is the empty string (None for an `Option`)
/// and covers a body value as any other does. `fields` is what [`FieldSet::of`] found out about
/// the same type when the path was declared.
pub(crate) fn parse<'de, T: Deserialize<'de>>(
    fields: &FieldSet,
    captures: &[(&'de str, Option<&'de str>)],
    body: &'de [u8],
) -> Result<Parsed<T>, FieldError> {
    let body: Option<BTreeMap<Key<'_>, &RawValue>> = if body.is_empty() {
        None
    } else {
        serde_json::from_slice(body).map_err(|_| FieldError::NotAnObject)?
    };
    let mut entries: BTreeMap<Cow<'_, str>, Entry<'_>> =
        body.unwrap_or_default().into_iter().map(|(key, raw)| (key.0, Entry::Body(raw))).collect();
    let mut replaced = Vec::new();
    for (name, text) in captures {
        let covered = entries.insert(Cow::Borrowed(*name), Entry::Path(*text));
        if covered.is_some_and(|entry| matches!(entry, Entry::Body(raw) if raw.get() != "null")) {
            replaced.push((*name).to_owned());
        }
    }
    replaced.sort_unstable();
    let mut seen = Seen::default();
    match read(fields, &entries, None, &mut seen) {
        Ok(value) => Ok(Parsed { value, ignored: seen.ignored, replaced }),
        Err(fault) if fault.is_unnamed() => {
            Err(named::<T>(fields, &entries, &seen.buffered, fault).into_field_error())
        }
        Err(fault) => Err(fault.into_field_error()),
    }
}

/// Reads the type from all entries but one.
fn read<'de, T: Deserialize<'de>>(
    fields: &FieldSet,
    entries: &BTreeMap<Cow<'de, str>, Entry<'de>>,
    except: Option<&str>,
    seen: &mut Seen,
) -> Result<T, Fault> {
    let entries = entries
        .iter()
        .filter(|(name, _)| except != Some(name.as_ref()))
        .map(|(name, entry)| (name, *entry))
        .collect();
    T::deserialize(Request::new(entries, fields, seen))
}

/// Finds the field behind an error that names none, among those which serde buffered for a
/// flattened type: it is the one without which the error is another or gone. That a required field
/// is missing then says less, and counts only if it is true of no second one.
fn named<'de, T: Deserialize<'de>>(
    fields: &FieldSet,
    entries: &BTreeMap<Cow<'de, str>, Entry<'de>>,
    buffered: &[String],
    fault: Fault,
) -> Fault {
    let mut required = Vec::new();
    for name in buffered {
        match read::<T>(fields, entries, Some(name), &mut Seen::default()) {
            Err(other) if other == fault => {}
            Err(other) if other.is_missing(name) => required.push(name),
            _ => return fault.inside(name),
        }
    }
    match required.as_slice() {
        [name] => fault.inside(*name),
        _ => fault,
    }
}
