//! What was wrong with the fields of a request.

use thiserror::Error;

/// Why the data of a request did not become the type that a handler asks for.
///
/// Each variant is meant for the client, as an error response (HTTP 400). The value is never part
/// of the text, since a secret may have been written to the wrong field.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FieldError {
    /// A value can't become the type of its field.
    #[error("Field validation failed: error converting input for field {field:?}: {reason}")]
    Refused {
        /// The field; parts of a nested one are joined with dots (`config.ttl`, `hosts.2`).
        field: String,
        /// What would have been accepted.
        reason: String,
    },
    /// A value is beyond a limit that the schema of its field has.
    #[error("Field validation failed: the value of field {field:?} {reason}")]
    OutOfLimits {
        /// The field; parts of a nested one are joined with dots (`config.ttl`, `hosts.2`).
        field: String,
        /// What the value has to be: `must be at least 1`.
        reason: String,
    },
    /// A field without a default was not given.
    #[error("missing required field: `{field}`")]
    Missing {
        /// The field; parts of a nested one are joined with dots.
        field: String,
    },
    /// The data as a whole were refused by the type, for a reason that concerns no single field.
    #[error("Field validation failed: {reason}")]
    Invalid {
        /// What the type objected to.
        reason: String,
    },
    /// The request's data are neither a JSON object nor `null`.
    #[error("request data must be a JSON object")]
    NotAnObject,
}
