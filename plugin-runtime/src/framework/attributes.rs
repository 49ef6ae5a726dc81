//! The attributes of a path, apart from its handlers.

use super::{OperationId, PathDisplay};
use crate::Operation;

/// The attributes of a path that help, OpenAPI and the server show.
#[derive(Clone, Debug, Default)]
pub(super) struct Attributes {
    pub(super) synopsis: String,
    pub(super) description: String,
    pub(super) deprecated: bool,
    pub(super) unauthenticated: bool,
    pub(super) login: bool,
    pub(super) sudo: bool,
    pub(super) display: PathDisplay,
    /// The parts of the ids of all operations.
    pub(super) id: OperationId,
    /// The parts of the ids of single operations, which take precedence.
    pub(super) ids: Vec<(Operation, OperationId)>,
    /// The descriptions of the path's parameters, by name.
    pub(super) parameters: Vec<(String, String)>,
}

impl Attributes {
    /// Returns the parts of an operation's id, without those of its path.
    pub(super) fn id_of(&self, operation: Operation) -> Option<&OperationId> {
        self.ids.iter().find(|(known, _)| *known == operation).map(|(_, id)| id)
    }
}
