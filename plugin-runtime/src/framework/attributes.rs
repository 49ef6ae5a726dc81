//! What is to be known of a path beside its handlers.

use super::{OperationId, PathDisplay};
use crate::Operation;

/// What help, OpenAPI and the server are told of a path.
#[derive(Clone, Debug, Default)]
pub(super) struct Attributes {
    pub(super) synopsis: String,
    pub(super) description: String,
    pub(super) deprecated: bool,
    pub(super) unauthenticated: bool,
    pub(super) login: bool,
    pub(super) sudo: bool,
    pub(super) display: PathDisplay,
    /// What the ids of all operations are made of.
    pub(super) id: OperationId,
    /// What those of some operations are made of.
    pub(super) ids: Vec<(Operation, OperationId)>,
    /// What the path's parameters are, by name.
    pub(super) parameters: Vec<(String, String)>,
}

impl Attributes {
    /// Returns what the id of an operation is made of, apart from its path's.
    pub(super) fn id_of(&self, operation: Operation) -> Option<&OperationId> {
        self.ids.iter().find(|(known, _)| *known == operation).map(|(_, id)| id)
    }
}
