//! Changes to a stored value: JSON merge patch (RFC 7396), by the fields of a type.

mod merge;
mod naming;
mod probe;

use std::borrow::Cow;

use serde::de::DeserializeOwned;

use self::merge::{Merge, Merged, entries_at};
pub(crate) use self::naming::Naming;
use super::error::FieldError;
use super::fault::Fault;
use super::input::{Input, NESTING};
use super::parse::parse_merged;
use super::scan::{Scanner, sort};
use super::schema::FieldSet;

/// How many fields of a flattened type a patch may give under other names than those they are
/// stored under. serde hides the names of such a type, so each takes an attempt to read it.
const FLATTENED_NAMES: usize = 16;

/// Returns the field of a type that a name stands for, as a number that is only good for
/// comparison.
pub(crate) fn number<T: DeserializeOwned>(name: &str) -> Option<u64> {
    probe::number::<T>(&[], name)
}

/// Returns whether a type has flattened parts.
pub(crate) fn is_flattened<T: DeserializeOwned>() -> bool {
    probe::shape::<T>(&[]) == probe::Shape::Flattened
}

/// Returns the type with the changes of a request's body. `stored` is the type's own JSON object.
pub(crate) fn patched<T: DeserializeOwned>(
    fields: &FieldSet,
    naming: &Naming,
    captures: &[(&str, Option<&str>)],
    stored: &str,
    body: &str,
) -> Result<T, FieldError> {
    let patched = || {
        let (mut merged, unsettled) = merged(naming, stored, body)?;
        let value = settled(fields, captures, &mut merged)?;
        let removed = removed::<T>(fields, captures, &merged, &unsettled)?;
        if removed.is_empty() {
            return Ok(value);
        }
        for (path, name) in removed {
            forget(&mut merged, &path, &name);
        }
        parse_merged(fields, captures, &merged)
    };
    patched().map_err(Fault::into_field_error)
}

/// Reads the type. A stored field that was also given under a name that only the type knows is
/// replaced.
fn settled<T: DeserializeOwned>(
    fields: &FieldSet,
    captures: &[(&str, Option<&str>)],
    merged: &mut Merged<'_>,
) -> Result<T, Fault> {
    for _ in 0..FLATTENED_NAMES {
        let fault = match parse_merged(fields, captures, merged) {
            Ok(value) => return Ok(value),
            Err(fault) => fault,
        };
        let Some((path, name)) = fault.given_twice() else { return Err(fault) };
        let path: Vec<String> = path.into_iter().map(str::to_owned).collect();
        if !forget(merged, &path, name) {
            return Err(fault);
        }
    }
    Err(too_many())
}

fn too_many() -> Fault {
    Fault::refused(format!(
        "more than {FLATTENED_NAMES} fields have other names than those they are stored under"
    ))
}

/// Returns the stored value with the changes, and the nulls whose names only the type can resolve.
fn merged<'de>(
    naming: &Naming,
    stored: &'de str,
    body: &'de str,
) -> Result<(Merged<'de>, Vec<Unsettled>), Fault> {
    let mut patch = Vec::new();
    let mut scanner = Scanner::new(body);
    if scanner.enters_object() {
        while let Some(name) = scanner.next_key()? {
            let value = scanner
                .value(NESTING)
                .map_err(|refusal| Fault::from(refusal).inside(name.as_ref()))?;
            patch.push((name, value));
        }
    }
    sort(&mut patch);
    let mut merge = Merge::new(naming);
    let merged = merge.object(&mut Scanner::new(stored), patch, naming.root())?;
    Ok((merged, merge.into_unsettled()))
}

/// A null whose name is not stored: the names of the objects that contain it, and its own.
type Unsettled = (Vec<String>, String);

/// Finds the stored fields that such nulls remove: those that the type reports as given twice when
/// the null is added.
fn removed<T: DeserializeOwned>(
    fields: &FieldSet,
    captures: &[(&str, Option<&str>)],
    merged: &Merged<'_>,
    unsettled: &[Unsettled],
) -> Result<Vec<Unsettled>, Fault> {
    let read_with = |nulls: &[Unsettled]| {
        let mut merged = merged.clone();
        for (path, name) in nulls {
            if let Some(entries) = entries_at(&mut merged, path) {
                // After the field that it may be another name of, so that it is not read.
                entries.push((Cow::Owned(name.clone()), Input::Null));
            }
        }
        parse_merged::<T>(fields, captures, &merged).err()
    };
    // Most of them are names that the type does not know at all.
    if unsettled.is_empty() || read_with(unsettled).is_none() {
        return Ok(Vec::new());
    }
    if unsettled.len() > FLATTENED_NAMES {
        return Err(too_many());
    }
    let twice = unsettled.iter().filter_map(|null| {
        let fault = read_with(std::slice::from_ref(null))?;
        fault.given_twice().map(|(_, name)| (null.0.clone(), name.to_owned()))
    });
    Ok(twice.collect())
}

/// Removes a field that is as it was stored; returns whether there was one.
fn forget(merged: &mut Merged<'_>, path: &[String], name: &str) -> bool {
    let Some(entries) = entries_at(merged, path) else { return false };
    let before = entries.len();
    entries.retain(|(known, value)| !(known == name && matches!(value, Input::Kept(_))));
    entries.len() < before
}

#[cfg(test)]
mod tests;
