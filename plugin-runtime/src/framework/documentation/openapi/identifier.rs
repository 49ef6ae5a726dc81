//! Operation ids: prefix, verb and suffix, in lower case and with hyphens.

use std::collections::BTreeSet;

use super::path::PathFacts;
use crate::Operation;

/// The ids of one document, of which no two may be the same.
pub(super) struct OperationIds<'a> {
    prefix: &'a str,
    taken: BTreeSet<String>,
}

impl<'a> OperationIds<'a> {
    /// Ids that begin with `prefix` unless their path says otherwise.
    pub(super) fn new(prefix: &'a str) -> Self {
        Self { prefix, taken: BTreeSet::new() }
    }

    /// The id of an operation. One that is taken gets a number.
    pub(super) fn of(&mut self, path: &PathFacts<'_>, operation: Operation) -> String {
        let attributes = &path.declared.attributes;
        let prefix = attributes.operation_prefix.as_deref().unwrap_or(self.prefix);
        let verb = match operation {
            Operation::Update => "write",
            _ => operation.name(),
        };
        // One for each path that the pattern stands for.
        let mut suffixes = attributes.operation_suffix.as_deref().unwrap_or_default().split('|');
        let suffix = match suffixes.nth(path.position).filter(|suffix| !suffix.is_empty()) {
            Some(suffix) => suffix.to_owned(),
            None => words(&path.path.path),
        };
        let parts = [prefix, verb, &suffix];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        self.free(parts.join("-").to_lowercase())
    }

    fn free(&mut self, id: String) -> String {
        let numbered = (2_u32..).map(|number| format!("{id}-{number}"));
        let mut choices = std::iter::once(id.clone()).chain(numbered);
        let free = choices.find(|choice| !self.taken.contains(choice)).unwrap_or(id);
        self.taken.insert(free.clone());
        free
    }
}

/// The words of a path: `role/{name}` has `role-name`.
fn words(path: &str) -> String {
    let is_word = |one: char| one.is_ascii_alphanumeric() || one == '_';
    let words = path.split(|one| !is_word(one)).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}
