//! Errors of the system view.

use crate::Error;

/// The reason why a question to the system view was not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SystemViewError {
    /// This server does not support it; others do.
    #[error("the server does not offer `{0}`")]
    Unsupported(&'static str),
    /// The server refused, with this text.
    #[error("{0}")]
    Refused(String),
    /// The request's deadline passed before the server answered.
    #[error("the server did not answer before the request's deadline")]
    DeadlineExceeded,
    /// The connection to the server failed.
    #[error("cannot reach the server: {reason}")]
    Unreachable {
        /// What failed, with its causes.
        reason: String,
    },
}

impl From<SystemViewError> for Error {
    fn from(error: SystemViewError) -> Self {
        match error {
            SystemViewError::Refused(text) => Self::new(text),
            _ => Self::internal(error.to_string()).with_source(error),
        }
    }
}
