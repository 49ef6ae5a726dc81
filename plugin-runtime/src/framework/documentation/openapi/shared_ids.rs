//! Operation ids that are given to two operations.

use std::collections::BTreeMap;

use super::identifier::id;
use super::path::shown;
use super::{Declaration, DeclaredPath};
use crate::Operation;

/// The placeholder for the name that the plugin is registered under.
const MOUNT: &str = "{plugin}";

/// An operation of a declared path: its name and the pattern.
pub(in crate::framework) type Named = (Operation, String);

/// Finds two operations with the same id, at least one of which has a declared verb or suffix. The
/// document distinguishes all others by a number.
pub(in crate::framework::documentation) fn find(
    declaration: &Declaration<'_>,
) -> Option<(String, [Named; 2])> {
    if !declaration.paths.iter().any(names_operations) {
        return None;
    }
    let mut known: BTreeMap<String, (Named, bool)> = BTreeMap::new();
    let mut seen = Vec::new();
    for declared in &declaration.paths {
        for (position, path) in declared.pattern.expand().into_iter().flatten().enumerate() {
            // The first of several counts, as in the document.
            if seen.contains(&path.path) {
                continue;
            }
            for (_, operation) in shown(declared) {
                let attributes = declared.attributes;
                let named = attributes.id.names()
                    || attributes.id_of(operation).is_some_and(|own| own.names());
                let id = id(attributes, operation, &path.path, position, MOUNT);
                let this = (operation, declared.pattern.to_string());
                match known.get(&id) {
                    Some((other, _)) if *other == this => {}
                    Some((other, other_named)) if named || *other_named => {
                        return Some((id, [other.clone(), this]));
                    }
                    Some(_) => {}
                    None => drop(known.insert(id, (this, named))),
                }
            }
            seen.push(path.path);
        }
    }
    None
}

fn names_operations(path: &DeclaredPath<'_>) -> bool {
    path.attributes.id.names() || path.attributes.ids.iter().any(|(_, id)| id.names())
}
