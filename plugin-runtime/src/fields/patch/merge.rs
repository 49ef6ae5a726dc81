//! Merges two JSON objects; one of them is text that is read once.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::naming::{FieldId, Naming, Place};
use crate::fields::aliases::Names;
use crate::fields::fault::Fault;
use crate::fields::input::Input;
use crate::fields::scan::Scanner;

/// The entries of an object; stored ones stay as they are.
pub(super) type Merged<'de> = Vec<(Cow<'de, str>, Input<'de>)>;

/// A merge in progress.
pub(super) struct Merge<'n> {
    pub(super) naming: &'n Naming,
    pub(super) names: &'n Names<'n>,
}

impl Merge<'_> {
    /// Merges changes into the object that comes next in `stored`. What is not an object counts as
    /// an empty one.
    ///
    /// Only changed objects are parsed. Everything else is kept as text.
    pub(super) fn object<'de>(
        &self,
        stored: &mut Scanner<'de>,
        patch: Merged<'de>,
        place: Place,
    ) -> Result<Merged<'de>, Fault> {
        let mut changes: BTreeMap<FieldId<'de>, (Cow<'de, str>, Input<'de>)> = BTreeMap::new();
        for (name, change) in patch {
            let field = self.naming.field(self.names, place, &name);
            if changes.contains_key(&field) {
                return Err(Fault::twice_under(name));
            }
            changes.insert(field, (name, change));
        }
        let mut merged = Vec::new();
        // The type is to meet a name that is not known before the field it may stand for.
        let mut unknown = Vec::new();
        if stored.enters_object() {
            while let Some(name) = stored.next_key()? {
                let field = self.naming.field(self.names, place, &name);
                match changes.remove(&field) {
                    None => {
                        let to = match self.is_asked(place, &name, &field) {
                            true => &mut unknown,
                            false => &mut merged,
                        };
                        to.push((name, Input::Kept(stored.skip()?)));
                    }
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
        for (field, (name, change)) in changes {
            match change {
                change if self.is_asked(place, &name, &field) => unknown.push((name, change)),
                Input::Null => {}
                Input::Object(changes) => {
                    let object =
                        self.nested(&mut Scanner::new("{}"), name.clone(), changes, place)?;
                    merged.push((name, object));
                }
                change => merged.push((name, change)),
            }
        }
        unknown.append(&mut merged);
        Ok(unknown)
    }

    /// Returns whether the type is to be asked for what a name stands for.
    fn is_asked(&self, place: Place, name: &str, field: &FieldId<'_>) -> bool {
        self.names.is_marking() && self.naming.is_unknown(self.names, place, name, field)
    }

    fn nested<'de>(
        &self,
        stored: &mut Scanner<'de>,
        name: Cow<'de, str>,
        changes: Merged<'de>,
        place: Place,
    ) -> Result<Input<'de>, Fault> {
        let inner = self.naming.inside(self.names, place, &name);
        let merged = self.object(stored, changes, inner);
        merged.map(Input::Object).map_err(|fault| fault.inside(name))
    }
}
