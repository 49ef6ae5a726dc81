//! The parts of a declaration that the documentation is written from, independent of its state's
//! type.

use super::super::attributes::Attributes;
use super::super::description::OperationDescription;
use super::super::dispatch::Declared;
use super::super::pattern::Pattern;
use crate::{BackendType, Operation, SpecialPaths};

/// A backend.
pub(super) struct Declaration<'a> {
    pub(super) kind: BackendType,
    pub(super) description: &'a str,
    pub(super) special_paths: &'a SpecialPaths,
    pub(super) paths: Vec<DeclaredPath<'a>>,
}

/// One of its paths.
pub(super) struct DeclaredPath<'a> {
    pub(super) pattern: &'a Pattern,
    pub(super) attributes: &'a Attributes,
    /// Those that a client can request, the most informative one first.
    operations: Vec<(Operation, &'a OperationDescription)>,
}

/// The operations that a client can request. If several describe a field, the first one's
/// description counts.
pub(in crate::framework) const PUBLIC: [Operation; 7] = [
    Operation::Update,
    Operation::Create,
    Operation::Patch,
    Operation::Read,
    Operation::List,
    Operation::Scan,
    Operation::Delete,
];

impl<'a> Declaration<'a> {
    /// Collects the declared paths. The patterns are those of the same paths, in the same order.
    pub(super) fn of<S: 'static>(declared: &'a Declared<S>, patterns: &'a [Pattern]) -> Self {
        let paths = patterns.iter().zip(&declared.paths).map(|(pattern, path)| {
            let described = |operation| {
                let handler = path.operations.handler(operation)?;
                Some((operation, &*handler.description))
            };
            DeclaredPath {
                pattern,
                attributes: &path.operations.attributes,
                operations: PUBLIC.into_iter().filter_map(described).collect(),
            }
        });
        Self {
            kind: declared.kind,
            description: &declared.description,
            special_paths: &declared.special_paths,
            paths: paths.collect(),
        }
    }
}

impl<'a> DeclaredPath<'a> {
    pub(super) fn operation(&self, operation: Operation) -> Option<&'a OperationDescription> {
        self.operations().find(|(known, _)| *known == operation).map(|(_, description)| description)
    }

    pub(super) fn operations(
        &self,
    ) -> impl Iterator<Item = (Operation, &'a OperationDescription)> + '_ {
        self.operations.iter().copied()
    }
}
