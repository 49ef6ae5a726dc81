//! Changes to a stored value: JSON merge patch (RFC 7396), by the fields of a type.

mod merge;
mod naming;
mod own;
mod probe;

use serde::de::DeserializeOwned;

use self::merge::{Merge, Merged};
pub(crate) use self::naming::{Naming, Place};
pub(crate) use self::own::Own;
pub(crate) use self::probe::number_of;
use super::aliases::{Names, ROOT, prove, settle, unproven};
use super::deserializer::Seen;
use super::error::FieldError;
use super::fault::Fault;
use super::input::NESTING;
use super::parse::{named_in, parse_merged, tries};
use super::scan::{Scanner, sort};
use super::schema::FieldSet;

/// Returns the field of a type that a name stands for, as a number that is good for comparing.
pub(crate) fn number<T: DeserializeOwned>(name: &str) -> Option<u64> {
    probe::number::<T>(&[], name)
}

/// Returns the type with the changes of a request's body. `stored` is the type's own JSON object.
pub(crate) fn patched<T: DeserializeOwned>(
    fields: &FieldSet,
    naming: &Naming,
    captures: &[(&str, Option<&str>)],
    stored: &str,
    body: &str,
) -> Result<T, FieldError> {
    let kept = |names: &Names<'_>| merged(naming, names, stored, "null");
    let prove = |name: &str| match kept(&Names::reading::<T>(fields)) {
        Ok(kept) => prove::<T>(fields, name, kept),
        Err(_) => false,
    };
    for name in unproven(fields) {
        if gives(body, &name) {
            prove(&name);
        }
    }
    let prove = |place, name: &str| place == ROOT && prove(name);
    let (names, (merged, seen, read)) = settle::<T, _>(fields, prove, |names| {
        let mut seen = Seen::default();
        match merged(naming, names, stored, body) {
            Ok(merged) => {
                let read = parse_merged(names, captures, &merged, &mut seen);
                (merged, seen, read)
            }
            Err(fault) => (Vec::new(), seen, Err(fault)),
        }
    });
    let read = read.map_err(|fault: Fault| match fault.is_unnamed(fields) {
        true => {
            let tries = tries(stored.len() + body.len());
            named_in::<T>(&names, captures, &merged, &seen, tries, fault)
        }
        false => fault,
    });
    read.map_err(Fault::into_field_error)
}

/// Returns whether an object, which may be null, has a name.
fn gives(body: &str, name: &str) -> bool {
    let mut scanner = Scanner::new(body);
    if scanner.enters_object() {
        while let Ok(Some(given)) = scanner.next_key() {
            if given == name {
                return true;
            }
            if scanner.skip().is_err() {
                return false;
            }
        }
    }
    false
}

/// Returns what is stored, with the changes.
fn merged<'de>(
    naming: &Naming,
    names: &Names<'_>,
    stored: &'de str,
    body: &'de str,
) -> Result<Merged<'de>, Fault> {
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
    Merge { naming, names }.object(&mut Scanner::new(stored), patch, naming.root())
}

#[cfg(test)]
mod tests;
