//! One value in storage.

use std::fmt;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StorageError;
use crate::json;

/// A key with its value.
///
/// `Debug` shows the key and the value's length.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct StorageEntry {
    /// Relative to the mount, without a leading slash. A segment `.` or `..` is refused by the
    /// server.
    pub key: String,
    /// Any bytes. Servers limit the size: with raft 1 MiB by default.
    pub value: Bytes,
    /// Asks the server to seal the value a second time if its seal supports that.
    pub seal_wrap: bool,
}

impl StorageEntry {
    /// Creates an entry of these bytes.
    pub fn new(key: impl Into<String>, value: impl Into<Bytes>) -> Self {
        Self { key: key.into(), value: value.into(), seal_wrap: false }
    }

    /// Creates an entry that contains a value as JSON.
    ///
    /// # Errors
    ///
    /// Fails if the value cannot be serialized as JSON: a number that is not finite, a map whose
    /// keys are not texts.
    pub fn json<T: Serialize + ?Sized>(
        key: impl Into<String>,
        value: &T,
    ) -> Result<Self, StorageError> {
        let key = key.into();
        match json::to_vec(value) {
            Ok(text) => Ok(Self::new(key, text)),
            Err(_) => Err(StorageError::Unserialisable { key }),
        }
    }

    /// Reads the value as JSON.
    ///
    /// # Errors
    ///
    /// Fails if it is not JSON or does not fit the type. The message holds the key and the place,
    /// never the value.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, StorageError> {
        serde_json::from_slice(&self.value).map_err(|error| StorageError::Decode {
            key: self.key.clone(),
            line: error.line(),
            column: error.column(),
        })
    }

    /// Has the value sealed once more where the server's seal can do that.
    #[must_use]
    pub fn seal_wrapped(mut self) -> Self {
        self.seal_wrap = true;
        self
    }
}

impl fmt::Debug for StorageEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StorageEntry")
            .field("key", &self.key)
            .field("value", &format_args!("{} bytes", self.value.len()))
            .field("seal_wrap", &self.seal_wrap)
            .finish()
    }
}
