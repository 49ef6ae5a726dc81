//! Reads a request's path and body as the type that a handler asks for.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::aliases::{Names, settle};
use super::deserializer::{Entry, Request, Seen};
use super::error::FieldError;
use super::fault::Fault;
use super::input::{Input, Key};
use super::names::NameList;
use super::scan::sort;
use super::schema::FieldSet;

/// How many bytes of a request may be read again to find the field of an error that does not name
/// one, in multiples of the request's length. For a request of the usual size, all fields are
/// tried.
const ATTRIBUTION_READS: usize = 2;

/// How many bytes may always be read again, whatever the request's length.
const ATTRIBUTION_BYTES: usize = 64 * 1024;

/// The fields of a request, and what to warn the client about.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Parsed<T> {
    /// The fields.
    pub value: T,
    /// Keys of the body that the type does not know, sorted.
    pub ignored: NameList,
    /// Keys of the body whose value, other than null, was replaced by a part of the path, sorted.
    pub replaced: NameList,
}

/// Reads a request's fields: the parts of its path, then those of its body that are not in the
/// path. The body is JSON, an object or `null`; an empty one counts as `null`.
///
/// A part of the path that took no part in the match is the empty string (None for an `Option`)
/// and covers a body value as any other does. `fields` is what [`FieldSet::of`] found out about
/// the same type when the path was declared.
pub(crate) fn parse<T: DeserializeOwned>(
    fields: &FieldSet,
    captures: &[(&str, Option<&str>)],
    body: &[u8],
) -> Result<Parsed<T>, FieldError> {
    let mut entries = entries(body)?;
    let replaced = cover(&mut entries, captures);
    let (names, (seen, read)) = settle::<T, _>(
        fields,
        |_, _| false,
        |names| {
            let mut seen = Seen::default();
            let read = read(names, &entries, None, &mut seen);
            (seen, read)
        },
    );
    match read {
        Ok(value) => Ok(Parsed { value, ignored: seen.ignored, replaced }),
        Err(fault) if fault.is_unnamed(fields) => {
            let entries = without(entries, &seen.marked);
            let fault = named::<T>(&names, &entries, &seen.buffered, tries(body.len()), fault);
            Err(fault.into_field_error())
        }
        Err(fault) => Err(fault.into_field_error()),
    }
}

/// Returns how often a request of this length may be read again to find the field of an error.
pub(crate) fn tries(length: usize) -> usize {
    let limit = ATTRIBUTION_BYTES.saturating_add(length * ATTRIBUTION_READS);
    limit / length.max(1)
}

/// Returns the entries of a body, sorted by name; the last of equal ones wins.
fn entries(body: &[u8]) -> Result<Vec<(Cow<'_, str>, Entry<'_>)>, FieldError> {
    if body.is_empty() {
        return Ok(Vec::new());
    }
    let body: Option<Body<'_>> =
        serde_json::from_slice(body).map_err(|_| FieldError::NotAnObject)?;
    let mut entries = body.unwrap_or_default().0;
    sort(&mut entries);
    Ok(entries)
}

/// Reads a stored value with the changes of a request, in this order, as [`parse`] reads a body.
pub(crate) fn parse_merged<'de, T: Deserialize<'de>>(
    names: &Names<'_>,
    captures: &[(&'de str, Option<&'de str>)],
    merged: &'de [(Cow<'de, str>, Input<'de>)],
    seen: &mut Seen,
) -> Result<T, Fault> {
    read(names, &merged_entries(captures, merged), None, seen)
}

/// Finds the field behind an error that names none, among those that a request changes.
pub(crate) fn named_in<T: DeserializeOwned>(
    names: &Names<'_>,
    captures: &[(&str, Option<&str>)],
    merged: &[(Cow<'_, str>, Input<'_>)],
    seen: &Seen,
    tries: usize,
    fault: Fault,
) -> Fault {
    let buffered: BTreeSet<&str> = seen.buffered.iter().map(String::as_str).collect();
    let given = merged.iter().filter(|(_, value)| !matches!(value, Input::Kept(_)));
    let given: BTreeSet<&str> =
        given.map(|(name, _)| name.as_ref()).filter(|name| buffered.contains(name)).collect();
    let is_changed = |name: &&String| given.contains(name.as_str());
    let changed: Vec<String> = seen.buffered.iter().filter(is_changed).cloned().collect();
    let entries = without(merged_entries(captures, merged), &seen.marked);
    named::<T>(names, &entries, &changed, tries, fault)
}

/// Returns the entries other than those that the type had no use for when it was read.
fn without<E>(entries: Vec<E>, marked: &[usize]) -> Vec<E> {
    let mut marked = marked.iter().copied().peekable();
    let entries = entries.into_iter().enumerate();
    let entries = entries.filter(|(index, _)| marked.next_if_eq(index).is_none());
    entries.map(|(_, entry)| entry).collect()
}

fn merged_entries<'de>(
    captures: &[(&'de str, Option<&'de str>)],
    merged: &'de [(Cow<'de, str>, Input<'de>)],
) -> Vec<(Cow<'de, str>, Entry<'de>)> {
    let merged =
        merged.iter().map(|(name, input)| (Cow::Borrowed(name.as_ref()), Entry::Merged(input)));
    let mut entries = merged.collect();
    cover(&mut entries, captures);
    entries
}

/// Inserts the parts of the path, each replacing a value of the same name in the body. Returns the
/// names of the replaced values, except null.
fn cover<'de>(
    entries: &mut Vec<(Cow<'de, str>, Entry<'de>)>,
    captures: &[(&'de str, Option<&'de str>)],
) -> NameList {
    let mut replaced = Vec::new();
    for (name, part) in captures {
        let part = Entry::Path(*part);
        match entries.iter_mut().find(|(known, _)| known == name) {
            Some((_, value)) => {
                let covered = std::mem::replace(value, part);
                if matches!(covered, Entry::Body(raw) if raw.get() != "null") {
                    replaced.push(*name);
                }
            }
            None => entries.push((Cow::Borrowed(*name), part)),
        }
    }
    replaced.sort_unstable();
    replaced.into_iter().collect()
}

/// The entries of a request's body, in their original order.
#[derive(Default)]
struct Body<'de>(Vec<(Cow<'de, str>, Entry<'de>)>);

impl<'de> Deserialize<'de> for Body<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(BodyVisitor)
    }
}

struct BodyVisitor;

impl<'de> Visitor<'de> for BodyVisitor {
    type Value = Body<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body<'de>, A::Error> {
        let mut entries = Vec::new();
        while let Some((Key(name), raw)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
            entries.push((name, Entry::Body(raw)));
        }
        Ok(Body(entries))
    }
}

/// Reads the type from values of its fields, in this order.
pub(crate) fn read_entries<'de, T: Deserialize<'de>>(
    names: &Names<'_>,
    entries: &'de [(Cow<'de, str>, Input<'de>)],
) -> Result<T, Fault> {
    parse_merged(names, &[], entries, &mut Seen::default())
}

/// Reads the type from all entries but one.
fn read<'de, T: Deserialize<'de>>(
    names: &Names<'_>,
    entries: &[(Cow<'de, str>, Entry<'de>)],
    except: Option<&str>,
    seen: &mut Seen,
) -> Result<T, Fault> {
    let entries = entries.iter().filter(|(name, _)| except != Some(name.as_ref())).collect();
    T::deserialize(Request::new(entries, names, seen))
}

/// Finds the field behind an error that does not name one, among those that serde buffered for a
/// flattened type: without it, the error changes or disappears. If the error then is that a
/// required field is missing, that proves less, and counts only if it happens for no second field.
///
/// Each of them is tried by reading the request once more, up to `tries` times.
fn named<'de, T: Deserialize<'de>>(
    names: &Names<'_>,
    entries: &[(Cow<'de, str>, Entry<'de>)],
    buffered: &[String],
    tries: usize,
    fault: Fault,
) -> Fault {
    let mut required = Vec::new();
    for name in buffered.iter().take(tries) {
        match read::<T>(names, entries, Some(name), &mut Seen::default()) {
            Err(other) if other == fault => {}
            Err(other) if other.is_missing(name) => required.push(name),
            _ => return fault.inside(name),
        }
    }
    match required.as_slice() {
        [name] if buffered.len() <= tries => fault.inside(*name),
        _ => fault,
    }
}
