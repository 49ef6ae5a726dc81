//! The common interface of storage and transactions.

use std::future::Future;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::walk::Walk;
use super::{Storage, StorageEntry, StorageError, Transaction};

/// Reads and writes a mount's storage, inside or outside of a transaction.
///
/// [`Storage`] and [`Transaction`] implement it, so a function that takes `&impl StorageAccess` is
/// written once and works with both:
///
/// ```
/// use plugin_runtime::{Error, Storage, StorageAccess, StorageError};
///
/// async fn add(storage: &impl StorageAccess, account: &str, amount: i64) -> Result<(), StorageError> {
///     let balance: i64 = storage.get(account).await?.unwrap_or_default();
///     storage.put(account, &(balance + amount)).await
/// }
///
/// async fn deposit(storage: Storage) -> Result<(), StorageError> {
///     add(&storage, "account/alice", 10).await
/// }
///
/// async fn transfer(storage: Storage) -> Result<(), Error> {
///     storage
///         .transaction(async |transaction| {
///             add(&transaction, "account/alice", -5).await?;
///             add(&transaction, "account/bob", 5).await?;
///             Ok(())
///         })
///         .await
/// }
/// # plugin_host::test::block_on(async {
/// #     let storage = Storage::in_memory();
/// #     deposit(storage.clone()).await.unwrap();
/// #     transfer(storage.clone()).await.unwrap();
/// #     assert_eq!(storage.get::<i64>("account/bob").await.unwrap(), Some(5));
/// # });
/// ```
///
/// The trait is sealed: methods are added to it in minor versions.
pub trait StorageAccess: Access {
    /// Reads a JSON value; `None` if the key does not exist.
    ///
    /// # Errors
    ///
    /// Fails if storage fails, or contains something that is not a `T`.
    fn get<T: DeserializeOwned>(
        &self,
        key: &str,
    ) -> impl Future<Output = Result<Option<T>, StorageError>> + Send {
        async move { self.entry(key).await?.map(|entry| entry.parse()).transpose() }
    }

    /// Writes a JSON value, and replaces an existing one.
    ///
    /// # Errors
    ///
    /// Fails if storage fails, or the value cannot be serialized as JSON.
    fn put<T: Serialize + ?Sized>(
        &self,
        key: impl Into<String>,
        value: &T,
    ) -> impl Future<Output = Result<(), StorageError>> + Send {
        let entry = StorageEntry::json(key, value);
        async move { self.put_entry(entry?).await }
    }

    /// Reads an entry without parsing it; `None` if the key does not exist.
    ///
    /// # Errors
    ///
    /// Fails if storage fails.
    fn entry(
        &self,
        key: &str,
    ) -> impl Future<Output = Result<Option<StorageEntry>, StorageError>> + Send;

    /// Writes an entry, and replaces an existing one.
    ///
    /// # Errors
    ///
    /// Fails if storage fails.
    fn put_entry(
        &self,
        entry: StorageEntry,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// Deletes a key. Succeeds if the key does not exist.
    ///
    /// # Errors
    ///
    /// Fails if storage fails.
    fn delete(&self, key: &str) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// Returns the names directly below `prefix`; see [`Storage::list`].
    ///
    /// # Errors
    ///
    /// Fails if storage fails.
    fn list(&self, prefix: &str) -> impl Future<Output = Result<Vec<String>, StorageError>> + Send;

    /// Returns at most `limit` names after `after`; see [`Storage::list_page`].
    ///
    /// # Errors
    ///
    /// Fails if storage fails.
    fn list_page(
        &self,
        prefix: &str,
        after: &str,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<String>, StorageError>> + Send;

    /// Visits every key below `prefix`, at any depth and in order; `prefix` is `""` or ends in a
    /// slash. See [`Walk`].
    fn walk(&self, prefix: impl Into<String>) -> Walk<'_, Self>
    where
        Self: Sized,
    {
        Walk::new(self, prefix.into())
    }

    /// Deletes every key below `prefix`, at any depth, and returns how many there were; `prefix`
    /// is `""` (everything that the mount stores) or ends in a slash.
    ///
    /// Keys are read page by page and deleted while the next page is read, so memory use stays
    /// small however many there are. If it fails or its future is dropped, deleted keys stay
    /// deleted, unless it runs in a transaction that is rolled back; calling it again continues
    /// with the rest. Keys that are written meanwhile may or may not be deleted.
    ///
    /// ```
    /// use plugin_runtime::framework::extract::Path;
    /// use plugin_runtime::{Error, Storage, StorageAccess as _};
    ///
    /// async fn delete_role(Path(name): Path<String>, storage: Storage) -> Result<(), Error> {
    ///     storage.clear(format!("issued/{name}/")).await?;
    ///     Ok(storage.delete(&format!("role/{name}")).await?)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if storage fails, or if the prefix does not end in a slash.
    fn clear(
        &self,
        prefix: impl Into<String>,
    ) -> impl Future<Output = Result<usize, StorageError>> + Send
    where
        Self: Sized,
    {
        super::walk::clear(self, prefix.into())
    }
}

/// Methods that only the two types of this crate implement.
pub trait Access: Send + Sync {
    /// Returns a part of a list; see [`Names`].
    #[doc(hidden)]
    fn names(
        &self,
        prefix: &str,
        after: &str,
        limit: usize,
    ) -> impl Future<Output = Result<Names, StorageError>> + Send;
}

/// A part of a list.
#[derive(Debug, PartialEq, Eq)]
pub struct Names {
    /// The names, in order.
    pub(crate) names: Vec<String>,
    /// Whether more names may follow. A server without pages sends all names at once, and asking it
    /// for the next page would transfer the whole list again.
    pub(crate) more: bool,
}

macro_rules! accesses {
    ($($type:ty)*) => {$(
        impl StorageAccess for $type {
            async fn entry(&self, key: &str) -> Result<Option<StorageEntry>, StorageError> {
                <$type>::entry(self, key).await
            }

            async fn put_entry(&self, entry: StorageEntry) -> Result<(), StorageError> {
                <$type>::put_entry(self, entry).await
            }

            async fn delete(&self, key: &str) -> Result<(), StorageError> {
                <$type>::delete(self, key).await
            }

            async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
                <$type>::list(self, prefix).await
            }

            async fn list_page(
                &self,
                prefix: &str,
                after: &str,
                limit: usize,
            ) -> Result<Vec<String>, StorageError> {
                <$type>::list_page(self, prefix, after, limit).await
            }
        }
    )*};
}

accesses!(Storage Transaction);

/// Lets [`Storage::transaction`] pass on a shared transaction.
impl<A: StorageAccess> StorageAccess for Arc<A> {
    async fn entry(&self, key: &str) -> Result<Option<StorageEntry>, StorageError> {
        A::entry(self, key).await
    }

    async fn put_entry(&self, entry: StorageEntry) -> Result<(), StorageError> {
        A::put_entry(self, entry).await
    }

    async fn delete(&self, key: &str) -> Result<(), StorageError> {
        A::delete(self, key).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        A::list(self, prefix).await
    }

    async fn list_page(
        &self,
        prefix: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<String>, StorageError> {
        A::list_page(self, prefix, after, limit).await
    }
}

impl<A: Access> Access for Arc<A> {
    async fn names(&self, prefix: &str, after: &str, limit: usize) -> Result<Names, StorageError> {
        A::names(self, prefix, after, limit).await
    }
}
