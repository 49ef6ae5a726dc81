//! Merges two JSON objects; one of them is text that is read once.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Unsettled;
use super::naming::{FieldId, Naming, Place};
use crate::fields::fault::Fault;
use crate::fields::input::Input;
use crate::fields::scan::Scanner;

/// The entries of an object; stored ones stay as they are.
pub(super) type Merged<'de> = Vec<(Cow<'de, str>, Input<'de>)>;

/// A merge in progress.
pub(super) struct Merge<'n> {
    naming: &'n Naming,
    /// The names of the enclosing objects, outermost first.
    path: Vec<String>,
    unsettled: Vec<Unsettled>,
}

impl<'n> Merge<'n> {
    pub(super) fn new(naming: &'n Naming) -> Self {
        Self { naming, path: Vec::new(), unsettled: Vec::new() }
    }

    pub(super) fn into_unsettled(self) -> Vec<Unsettled> {
        self.unsettled
    }

    /// Merges changes into the object that comes next in `stored`. A value that is not an object
    /// counts as an empty one.
    ///
    /// Only changed objects are parsed. Everything else is kept as text.
    pub(super) fn object<'de>(
        &mut self,
        stored: &mut Scanner<'de>,
        patch: Merged<'de>,
        place: Place,
    ) -> Result<Merged<'de>, Fault> {
        let mut changes: BTreeMap<FieldId<'de>, (Cow<'de, str>, Input<'de>)> = BTreeMap::new();
        for (name, change) in patch {
            let field = self.naming.field(place, &name);
            if changes.contains_key(&field) {
                return Err(Fault::twice_under(name));
            }
            changes.insert(field, (name, change));
        }
        let mut merged = Vec::new();
        if stored.enters_object() {
            while let Some(name) = stored.next_key()? {
                match changes.remove(&self.naming.field(place, &name)) {
                    None => merged.push((name, Input::Kept(stored.skip()?))),
                    Some((_, Input::Null)) => drop(stored.skip()?),
                    Some((name, Input::Object(changes))) => {
                        let object = self.nested(stored, name.clone(), changes, place)?;
                        merged.push((name, object));
                    }
                    Some(changed) => {
                        stored.skip()?;
                        merged.push(changed);
                    }
                }
            }
        } else {
            stored.skip()?;
        }
        for (name, change) in changes.into_values() {
            match change {
                Input::Null if self.naming.is_flattened(place) => {
                    self.unsettled.push((self.path.clone(), name.into_owned()));
                }
                Input::Null => {}
                Input::Object(changes) => {
                    let object =
                        self.nested(&mut Scanner::new("{}"), name.clone(), changes, place)?;
                    merged.push((name, object));
                }
                change => merged.push((name, change)),
            }
        }
        Ok(merged)
    }

    fn nested<'de>(
        &mut self,
        stored: &mut Scanner<'de>,
        name: Cow<'de, str>,
        changes: Merged<'de>,
        place: Place,
    ) -> Result<Input<'de>, Fault> {
        let inner = self.naming.inside(place, &name);
        self.path.push(name.into_owned());
        let merged = self.object(stored, changes, inner);
        let name = self.path.pop().unwrap_or_default();
        merged.map(Input::Object).map_err(|fault| fault.inside(name))
    }
}

/// Returns the entries of the object at a path.
pub(super) fn entries_at<'m, 'de>(
    merged: &'m mut Merged<'de>,
    path: &[String],
) -> Option<&'m mut Merged<'de>> {
    let Some((name, rest)) = path.split_first() else { return Some(merged) };
    match merged.iter_mut().find(|(known, _)| known == name)? {
        (_, Input::Object(entries)) => entries_at(entries, rest),
        _ => None,
    }
}
