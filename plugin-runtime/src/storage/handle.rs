//! The handle through which a backend uses its storage.

use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::access::{Access, Names};
use super::memory::Memory;
use super::{Call, StorageBackend, StorageEntry, StorageError, Transaction, key};

/// A mount's storage. Cheap to clone.
///
/// Keys are relative to the mount and have no leading slash. Values are JSON by serde, or any bytes
/// as [`StorageEntry`]. The server encrypts stored values, caches reads, and deletes everything
/// when the mount is disabled.
///
/// ```
/// # use plugin_runtime::{Storage, StorageError};
/// # async fn example(storage: Storage) -> Result<(), StorageError> {
/// storage.put("role/dev", &serde_json::json!({ "ttl": 3600 })).await?;
/// let role: Option<serde_json::Value> = storage.get("role/dev").await?;
/// assert_eq!(storage.list("role/").await?, ["dev"]);
/// storage.delete("role/dev").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Storage {
    backend: Arc<dyn StorageBackend>,
    deadline: Option<Instant>,
}

impl Storage {
    #[doc(hidden)]
    pub fn new(backend: Arc<dyn StorageBackend>) -> Self {
        Self { backend, deadline: None }
    }

    /// Creates storage in this process's memory, for tests of backends. It follows the servers'
    /// rules: keys without `.` and `..`, lists of direct children in order, transactions.
    pub fn in_memory() -> Self {
        Self::new(Arc::new(Memory::default()))
    }

    /// Returns the same handle, with calls that end at `deadline`.
    #[must_use]
    #[doc(hidden)]
    pub fn until(mut self, deadline: Option<Instant>) -> Self {
        self.deadline = deadline;
        self
    }

    /// Returns the same storage without the deadline of its request, for work that continues after
    /// the answer.
    #[must_use]
    pub fn without_deadline(&self) -> Self {
        self.clone().until(None)
    }

    /// Reads a JSON value; `None` if the key does not exist.
    ///
    /// # Errors
    ///
    /// Fails if storage fails, or contains something that is not a `T`.
    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, StorageError> {
        self.entry(key).await?.map(|entry| entry.parse()).transpose()
    }

    /// Writes a JSON value, and replaces an existing one.
    ///
    /// # Errors
    ///
    /// Fails if storage fails, or the value cannot be serialized as JSON.
    pub async fn put<T: Serialize + ?Sized>(
        &self,
        key: impl Into<String>,
        value: &T,
    ) -> Result<(), StorageError> {
        self.put_entry(StorageEntry::json(key, value)?).await
    }

    /// Reads an entry without parsing it; `None` if the key does not exist.
    ///
    /// # Errors
    ///
    /// Fails if storage fails.
    pub async fn entry(&self, key: &str) -> Result<Option<StorageEntry>, StorageError> {
        key::check(key)?;
        self.backend.get(key, self.call()).await
    }

    /// Writes an entry, and replaces an existing one.
    ///
    /// # Errors
    ///
    /// Fails if storage fails.
    pub async fn put_entry(&self, entry: StorageEntry) -> Result<(), StorageError> {
        key::check(&entry.key)?;
        self.backend.put(entry, self.call()).await
    }

    /// Deletes a key. Succeeds if the key does not exist.
    ///
    /// # Errors
    ///
    /// Fails if storage fails.
    pub async fn delete(&self, key: &str) -> Result<(), StorageError> {
        key::check(key)?;
        self.backend.delete(key, self.call()).await
    }

    /// Returns the names directly below `prefix`, in order and relative to it; folders end in a
    /// slash. `prefix` is `""` or ends in a slash.
    ///
    /// # Errors
    ///
    /// Fails if storage fails.
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        key::check(prefix)?;
        self.backend.list(prefix, self.call()).await
    }

    /// Lists as [`Storage::list`] does, but returns only names after `after`, which need not exist,
    /// and at most `limit` of them; 0 means no limit. Servers without pages (Vault) send the whole
    /// list, from which the page is cut here.
    ///
    /// # Errors
    ///
    /// Fails if storage fails.
    pub async fn list_page(
        &self,
        prefix: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<String>, StorageError> {
        key::check(prefix)?;
        self.backend.list_page(prefix, after, limit, self.call()).await
    }

    /// Returns whether [`Storage::begin`] is supported: OpenBao has transactions on most of its
    /// storage backends, Vault has none. The server is asked once per mount.
    ///
    /// # Errors
    ///
    /// Fails if storage fails.
    pub async fn is_transactional(&self) -> Result<bool, StorageError> {
        self.backend.is_transactional(self.call()).await
    }

    /// Begins a transaction. Dropping it rolls it back. [`Storage::transaction`] also commits and
    /// retries, and works on servers without transactions.
    ///
    /// # Errors
    ///
    /// Fails with [`StorageError::NotTransactional`] if there are no transactions, and if storage
    /// fails.
    pub async fn begin(&self) -> Result<Transaction, StorageError> {
        Transaction::begin(&self.backend, false, self.deadline).await
    }

    /// Begins a read-only transaction, which sees one state of storage throughout.
    ///
    /// # Errors
    ///
    /// Fails with [`StorageError::NotTransactional`] if there are no transactions, and if storage
    /// fails.
    pub async fn begin_read_only(&self) -> Result<Transaction, StorageError> {
        Transaction::begin(&self.backend, true, self.deadline).await
    }

    /// Returns plain storage as a transaction, for servers without transactions.
    pub(super) fn not_atomic(&self) -> Transaction {
        Transaction::not_atomic(Arc::clone(&self.backend), self.deadline)
    }

    fn call(&self) -> Call<'static> {
        Call { transaction: "", deadline: self.deadline }
    }
}

impl Access for Storage {
    async fn names(&self, prefix: &str, after: &str, limit: usize) -> Result<Names, StorageError> {
        key::check(prefix)?;
        self.backend.names(prefix, after, limit, self.call()).await
    }
}
