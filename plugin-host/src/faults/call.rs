//! What a backend asked of its storage.

/// What was asked of storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StorageOperation {
    /// The entry of a key.
    Get,
    /// A new or changed entry.
    Put,
    /// No entry any more.
    Delete,
    /// The names below a prefix, all or a page of them.
    List,
    /// A transaction that writes.
    Begin,
    /// A transaction that only reads.
    BeginReadOnly,
    /// A transaction's end, with what it wrote.
    Commit,
    /// A transaction's end, without what it wrote.
    RollBack,
}

impl StorageOperation {
    /// Returns whether it changes what is stored.
    pub fn writes(self) -> bool {
        matches!(self, Self::Put | Self::Delete | Self::Commit | Self::Begin)
    }
}

/// One call to storage.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct StorageCall {
    /// What was asked.
    pub operation: StorageOperation,
    /// The key, or the prefix of a list; empty for transactions.
    pub key: String,
}

impl StorageCall {
    pub(crate) fn new(operation: StorageOperation, key: &str) -> Self {
        Self { operation, key: key.to_owned() }
    }
}
