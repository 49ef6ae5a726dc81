//! Errors of storage.

use http::StatusCode;

use crate::Error;
use crate::logical::error::READ_ONLY;

/// The reason why a call to storage failed.
///
/// As an [`Error`] it keeps the server's text, so that `?` in a handler tells the server what it
/// needs to know: for instance that this node is read-only, so that it forwards the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// This node may not write. Pass it on: the server forwards the request to one that may.
    #[error("{0}")]
    ReadOnly(String),
    /// The server refused, with this text.
    #[error("{0}")]
    Refused(String),
    /// The server's storage has no transactions (Vault has none at all).
    #[error("the server's storage has no transactions")]
    NotTransactional,
    /// The transaction was already committed or rolled back.
    #[error("the transaction has ended")]
    TransactionEnded,
    /// Another write came in between: start again.
    #[error("{0}")]
    Conflict(String),
    /// Other writes came in between during every attempt of
    /// [`Storage::transaction`](crate::Storage::transaction): HTTP 503.
    #[error(
        "other requests wrote to the same storage entries during each of {attempts} attempts; try \
         again"
    )]
    Contended {
        /// The number of attempts.
        attempts: u32,
    },
    /// A prefix to walk or to clear is not empty and does not end in a slash.
    #[error("the storage prefix `{prefix}` does not end in a slash; write `{prefix}/`")]
    Prefix {
        /// The prefix.
        prefix: String,
    },
    /// The request's deadline passed before storage answered.
    #[error("storage did not answer before the request's deadline")]
    DeadlineExceeded,
    /// The connection to the server failed.
    #[error("cannot reach the server's storage: {reason}")]
    Unreachable {
        /// What failed, with its causes.
        reason: String,
    },
    /// The value in storage is not of the expected type.
    #[error("the storage entry `{key}` cannot be read: line {line}, column {column}")]
    Decode {
        /// The entry's key.
        key: String,
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// The key is longer than servers store. As an [`Error`] it is the caller's mistake, since a
    /// name in the request is usually what makes it long.
    #[error("the storage key has {length} bytes; at most {max} are stored, so use a shorter name")]
    KeyTooLong {
        /// The key's length in bytes.
        length: usize,
        /// The longest key that is accepted.
        max: usize,
    },
    /// A value cannot be serialized as JSON: a number that is not finite, or a map whose keys are
    /// not strings.
    #[error(
        "the value for the storage entry `{key}` cannot be serialized as JSON: it holds a \
         number that is not finite, or a map whose keys are not strings"
    )]
    Unserialisable {
        /// The entry's key.
        key: String,
    },
}

impl StorageError {
    /// Classifies the text of a server's failure.
    #[doc(hidden)]
    pub fn from_text(text: String) -> Self {
        if text.contains(READ_ONLY) {
            Self::ReadOnly(text)
        } else if text.contains("transaction commit failed") {
            Self::Conflict(text)
        } else if text.contains("transaction has been committed or rolled back") {
            Self::TransactionEnded
        } else {
            Self::Refused(text)
        }
    }
}

impl From<StorageError> for Error {
    fn from(error: StorageError) -> Self {
        let message = error.to_string();
        match error {
            // The server compares these texts, so they are passed on unchanged.
            StorageError::ReadOnly(_) | StorageError::Refused(_) | StorageError::Conflict(_) => {
                Self::new(message)
            }
            StorageError::Contended { .. } => {
                Self::coded(StatusCode::SERVICE_UNAVAILABLE, message).with_source(error)
            }
            StorageError::KeyTooLong { .. } => Self::bad_request(message),
            _ => Self::internal(message).with_source(error),
        }
    }
}

impl StorageError {
    /// Returns whether the request should be forwarded to a node that may write.
    pub fn is_read_only(&self) -> bool {
        matches!(self, Self::ReadOnly(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn the_servers_text_travels_back_unchanged() {
        for text in [
            "cannot write to readonly storage",
            "wrapped: cannot write to readonly storage: more",
            "relative paths not supported",
            "transaction commit failed",
        ] {
            let error = Error::from(StorageError::from_text(text.to_owned()));
            assert_eq!((error.kind(), error.message()), (ErrorKind::Unknown, text));
        }
    }

    #[test]
    fn texts_are_sorted() {
        let sorted = |text: &str| StorageError::from_text(text.to_owned());
        assert!(sorted("1 error: cannot write to readonly storage").is_read_only());
        assert!(matches!(sorted("transaction commit failed"), StorageError::Conflict(_)));
        assert!(matches!(sorted("cannot write to storage during setup"), StorageError::Refused(_)));
    }
}
