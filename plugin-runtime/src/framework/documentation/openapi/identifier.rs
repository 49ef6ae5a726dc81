//! Operation ids.

use std::collections::BTreeSet;

use super::path::PathFacts;
use crate::Operation;
use crate::framework::OperationId;
use crate::framework::attributes::Attributes;

/// The ids of one document, which are unique.
pub(super) struct OperationIds<'a> {
    mount: &'a str,
    taken: BTreeSet<String>,
}

impl<'a> OperationIds<'a> {
    /// Creates a set of ids that begin with `mount` unless their path says otherwise.
    pub(super) fn new(mount: &'a str) -> Self {
        Self { mount, taken: BTreeSet::new() }
    }

    /// Returns the id of an operation. If the id is taken, it gets a number.
    pub(super) fn of(&mut self, path: &PathFacts<'_>, operation: Operation) -> String {
        let attributes = path.declared.attributes;
        self.free(id(attributes, operation, &path.path.path, path.position, self.mount))
    }

    fn free(&mut self, id: String) -> String {
        let numbered = (2_u32..).map(|number| format!("{id}-{number}"));
        let mut choices = std::iter::once(id.clone()).chain(numbered);
        let free = choices.find(|choice| !self.taken.contains(choice)).unwrap_or(id);
        self.taken.insert(free.clone());
        free
    }
}

/// Returns the id of an operation, which others may have as well.
pub(super) fn id(
    attributes: &Attributes,
    operation: Operation,
    path: &str,
    position: usize,
    mount: &str,
) -> String {
    let name = match operation {
        Operation::Update => "write",
        _ => operation.name(),
    };
    let own = attributes.id_of(operation).cloned().unwrap_or_else(OperationId::new);
    own.join(path, position, &attributes.id, name, mount)
}
