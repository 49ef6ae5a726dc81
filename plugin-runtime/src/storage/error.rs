//! Why a call to storage failed.

use http::StatusCode;

use crate::Error;
use crate::logical::error::READ_ONLY;

/// Why a call to storage failed.
///
/// As an [`Error`] it keeps the server's text, so that `?` in a handler tells the server what it
/// needs to know: that this node is read-only, for instance, and the request must be forwarded.
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
    /// The transaction was committed or rolled back before.
    #[error("the transaction has ended")]
    TransactionEnded,
    /// Another write came in between: begin again.
    #[error("{0}")]
    Conflict(String),
    /// Other writes came in between each time that [`Storage::transaction`](crate::Storage::transaction)
    /// tried: HTTP 503.
    #[error(
        "other requests wrote to the same storage entries during each of {attempts} attempts; try \
         again"
    )]
    Contended {
        /// How often it was tried.
        attempts: u32,
    },
    /// A prefix to walk or to clear is neither empty nor ends in a slash.
    #[error("the storage prefix `{prefix}` does not end in a slash; write `{prefix}/`")]
    Prefix {
        /// The prefix.
        prefix: String,
    },
    /// The request's time was over before storage answered.
    #[error("storage did not answer before the request's deadline")]
    DeadlineExceeded,
    /// The connection to the server failed.
    #[error("cannot reach the server's storage: {reason}")]
    Unreachable {
        /// What failed, with its causes.
        reason: String,
    },
    /// The value in storage is not what was expected there.
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
    /// Sorts a text in which a server reported a failure.
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
            // The server compares these texts, so nothing is put around them.
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
    /// Returns whether the request should be left to a node that may write.
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
