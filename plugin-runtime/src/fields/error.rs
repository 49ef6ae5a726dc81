//! Errors in the fields of a request.

use thiserror::Error;

/// The reason why the data of a request could not be read as the type that a handler asks for.
///
/// Each variant is meant for the client, as an error response (HTTP 400). The text never contains
/// the value, since a secret may have been written to the wrong field.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FieldError {
    /// A value cannot be converted to the type of its field.
    #[error("Field validation failed: error converting input for field {field:?}: {reason}")]
    Refused {
        /// The field; parts of a nested one are joined with dots (`config.ttl`, `hosts.2`).
        field: String,
        /// What is accepted.
        reason: String,
    },
    /// A value exceeds a limit in the schema of its field.
    #[error("Field validation failed: the value of field {field:?} {reason}")]
    OutOfLimits {
        /// The field; parts of a nested one are joined with dots (`config.ttl`, `hosts.2`).
        field: String,
        /// The condition that the value must meet, such as `must be at least 1`.
        reason: String,
    },
    /// A field without a default was not given.
    #[error("missing required field: `{field}`")]
    Missing {
        /// The field; parts of a nested one are joined with dots.
        field: String,
    },
    /// The type refused the data as a whole, for a reason that is not about a single field.
    #[error("Field validation failed: {reason}")]
    Invalid {
        /// The type's reason.
        reason: String,
    },
    /// The request's data are neither a JSON object nor `null`.
    #[error("request data must be a JSON object")]
    NotAnObject,
}
