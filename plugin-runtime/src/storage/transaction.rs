//! Several changes to storage that happen together or not at all.
//!
//! If a server receives the identifier of a transaction that has ended, it ignores it and writes
//! directly to storage. So every call of a transaction runs in a task of its own, which a dropped
//! future does not cancel, and the end of the transaction waits for these tasks: no call can arrive
//! after it.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::access::{Access, Names};
use super::{Call, StorageBackend, StorageEntry, StorageError, key};

/// How many calls of one transaction may run at once. The end takes all permits.
const MOST_CALLS: u32 = 64;

/// How long a rollback in the background may take.
const ROLL_BACK_TIMEOUT: Duration = Duration::from_secs(5);

/// A transaction. Its reads and writes are isolated until [`Transaction::commit`].
///
/// It is rolled back if it is dropped without a commit.
///
/// ```
/// # use plugin_runtime::{Storage, StorageError};
/// # async fn example(storage: Storage) -> Result<(), StorageError> {
/// let transaction = storage.begin().await?;
/// let count: u64 = transaction.get("count").await?.unwrap_or(0);
/// transaction.put("count", &(count + 1)).await?;
/// transaction.commit().await
/// # }
/// ```
#[derive(Debug)]
pub struct Transaction {
    shared: Option<Shared>,
}

#[derive(Clone, Debug)]
struct Shared {
    backend: Arc<dyn StorageBackend>,
    /// Empty for plain storage.
    id: Arc<str>,
    /// Whether a call was refused because of another write.
    conflicted: Arc<AtomicBool>,
    /// A call holds one permit while it runs; the end takes them all and closes it.
    calls: Arc<Semaphore>,
    deadline: Option<Instant>,
}

impl Transaction {
    pub(super) async fn begin(
        backend: &Arc<dyn StorageBackend>,
        read_only: bool,
        deadline: Option<Instant>,
    ) -> Result<Self, StorageError> {
        let owned = Arc::clone(backend);
        // In a task, so that a transaction that the server has begun gets an owner even if its
        // caller has stopped waiting.
        let begun = backend.tasks().spawn(async move {
            let id = owned.begin(read_only, Call { transaction: "", deadline }).await?;
            if id.is_empty() {
                return Err(StorageError::NotTransactional);
            }
            Ok(Self { shared: Some(Shared::new(owned, id.into(), deadline)) })
        });
        begun.await.unwrap_or(Err(StorageError::TransactionEnded))
    }

    /// Returns plain storage: each write happens at once, and nothing is rolled back.
    pub(super) fn not_atomic(backend: Arc<dyn StorageBackend>, deadline: Option<Instant>) -> Self {
        Self { shared: Some(Shared::new(backend, "".into(), deadline)) }
    }

    /// Returns whether the changes happen as a whole or not at all. False if the server has no
    /// transactions and [`Storage::transaction`](super::Storage::transaction) uses plain storage
    /// instead.
    pub fn is_atomic(&self) -> bool {
        self.shared.as_ref().is_some_and(Shared::is_atomic)
    }

    /// Returns whether a call was refused because of another write.
    pub(super) fn has_conflicted(&self) -> bool {
        self.shared.as_ref().is_some_and(|shared| shared.conflicted.load(Ordering::Relaxed))
    }

    /// Reads as [`Storage::get`](super::Storage::get) does.
    ///
    /// # Errors
    ///
    /// Fails if storage fails, or contains something that is not a `T`.
    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, StorageError> {
        self.entry(key).await?.map(|entry| entry.parse()).transpose()
    }

    /// Writes as [`Storage::put`](super::Storage::put) does.
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

    /// Reads as [`Storage::entry`](super::Storage::entry) does.
    ///
    /// # Errors
    ///
    /// Fails if storage fails.
    pub async fn entry(&self, key: &str) -> Result<Option<StorageEntry>, StorageError> {
        key::check(key)?;
        let key = key.to_owned();
        self.run(async move |shared| shared.backend.get(&key, shared.call()).await).await
    }

    /// Writes as [`Storage::put_entry`](super::Storage::put_entry) does.
    ///
    /// # Errors
    ///
    /// Fails if storage fails.
    pub async fn put_entry(&self, entry: StorageEntry) -> Result<(), StorageError> {
        key::check(&entry.key)?;
        self.run(async move |shared| shared.backend.put(entry, shared.call()).await).await
    }

    /// Deletes as [`Storage::delete`](super::Storage::delete) does.
    ///
    /// # Errors
    ///
    /// Fails if storage fails.
    pub async fn delete(&self, key: &str) -> Result<(), StorageError> {
        key::check(key)?;
        let key = key.to_owned();
        self.run(async move |shared| shared.backend.delete(&key, shared.call()).await).await
    }

    /// Lists as [`Storage::list`](super::Storage::list) does.
    ///
    /// # Errors
    ///
    /// Fails if storage fails.
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        key::check(prefix)?;
        let prefix = prefix.to_owned();
        self.run(async move |shared| shared.backend.list(&prefix, shared.call()).await).await
    }

    /// Lists as [`Storage::list_page`](super::Storage::list_page) does.
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
        let (prefix, after) = (prefix.to_owned(), after.to_owned());
        self.run(async move |shared| {
            shared.backend.list_page(&prefix, &after, limit, shared.call()).await
        })
        .await
    }

    /// Commits the transaction.
    ///
    /// # Errors
    ///
    /// Fails with [`StorageError::Conflict`] if another write came in between, and if storage
    /// fails. The transaction has ended in either case.
    pub async fn commit(mut self) -> Result<(), StorageError> {
        self.end(async |shared| shared.backend.commit(shared.call()).await).await
    }

    /// Undoes the changes, and waits until the server has done so.
    ///
    /// # Errors
    ///
    /// Fails if storage fails. The transaction has ended in either case.
    pub async fn roll_back(mut self) -> Result<(), StorageError> {
        self.end(async |shared| shared.backend.roll_back(shared.call()).await).await
    }

    async fn run<T, F>(&self, call: impl FnOnce(Shared) -> F) -> Result<T, StorageError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StorageError>> + Send + 'static,
    {
        let Some(shared) = &self.shared else { return Err(StorageError::TransactionEnded) };
        let permit = Arc::clone(&shared.calls)
            .acquire_owned()
            .await
            .map_err(|_| StorageError::TransactionEnded)?;
        let call = call(shared.clone());
        let conflicted = Arc::clone(&shared.conflicted);
        let task = shared.backend.tasks().spawn(async move {
            let answer = call.await;
            if matches!(answer, Err(StorageError::Conflict(_))) {
                conflicted.store(true, Ordering::Relaxed);
            }
            drop(permit);
            answer
        });
        task.await.unwrap_or(Err(StorageError::TransactionEnded))
    }

    /// Commits a transaction that may still have other handles; their calls fail from then on.
    pub(super) async fn commit_shared(&self) -> Result<(), StorageError> {
        let Some(shared) = &self.shared else { return Err(StorageError::TransactionEnded) };
        let commit = async |shared: Shared| shared.backend.commit(shared.call()).await;
        shared.end(commit(shared.clone())).await
    }

    async fn end<F>(&mut self, end: impl FnOnce(Shared) -> F) -> Result<(), StorageError>
    where
        F: Future<Output = Result<(), StorageError>> + Send + 'static,
    {
        let Some(shared) = self.shared.take() else { return Err(StorageError::TransactionEnded) };
        shared.end(end(shared.clone())).await
    }
}

impl Access for Transaction {
    async fn names(&self, prefix: &str, after: &str, limit: usize) -> Result<Names, StorageError> {
        key::check(prefix)?;
        let (prefix, after) = (prefix.to_owned(), after.to_owned());
        self.run(async move |shared| {
            shared.backend.names(&prefix, &after, limit, shared.call()).await
        })
        .await
    }
}

impl Shared {
    fn new(backend: Arc<dyn StorageBackend>, id: Arc<str>, deadline: Option<Instant>) -> Self {
        Self {
            backend,
            id,
            conflicted: Arc::default(),
            calls: Arc::new(Semaphore::new(MOST_CALLS as usize)),
            deadline,
        }
    }

    fn is_atomic(&self) -> bool {
        !self.id.is_empty()
    }

    fn call(&self) -> Call<'_> {
        Call { transaction: &self.id, deadline: self.deadline }
    }

    /// Ends the transaction when its last call has been answered.
    async fn end(
        &self,
        end: impl Future<Output = Result<(), StorageError>> + Send + 'static,
    ) -> Result<(), StorageError> {
        let shared = self.clone();
        let task = self.backend.tasks().spawn(async move {
            let _all = shared.last_call().await?;
            end.await
        });
        task.await.unwrap_or(Err(StorageError::TransactionEnded))
    }

    /// Waits for the running calls; no new ones can start.
    async fn last_call(&self) -> Result<OwnedSemaphorePermit, StorageError> {
        let all = Arc::clone(&self.calls)
            .acquire_many_owned(MOST_CALLS)
            .await
            .map_err(|_| StorageError::TransactionEnded)?;
        self.calls.close();
        Ok(all)
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let Some(mut shared) = self.shared.take() else { return };
        if tokio::runtime::Handle::try_current().is_err() {
            // The process is exiting; the server forgets the transaction together with the mount.
            return;
        }
        if !shared.is_atomic() || shared.calls.is_closed() {
            return;
        }
        // The request's deadline may have ended it; the rollback has its own.
        shared.deadline = Some(Instant::now() + ROLL_BACK_TIMEOUT);
        let tasks = shared.backend.tasks().clone();
        tasks.spawn(async move {
            let Ok(_all) = shared.last_call().await else { return };
            if let Err(error) = shared.backend.roll_back(shared.call()).await {
                tracing::warn!(%error, "cannot roll a dropped transaction back");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::Storage;
    use super::*;

    async fn settle(storage: &Storage, key: &str) -> Option<u8> {
        // A rollback on drop runs in the background.
        tokio::time::sleep(Duration::from_millis(20)).await;
        storage.get(key).await.unwrap()
    }

    #[tokio::test]
    async fn a_commit_shows_all_changes_and_a_drop_none() {
        let storage = Storage::in_memory();
        let transaction = storage.begin().await.unwrap();
        transaction.put("a", &1).await.unwrap();
        assert_eq!(transaction.get::<u8>("a").await.unwrap(), Some(1));
        assert_eq!(storage.get::<u8>("a").await.unwrap(), None);
        transaction.commit().await.unwrap();
        assert_eq!(storage.get::<u8>("a").await.unwrap(), Some(1));

        let transaction = storage.begin().await.unwrap();
        transaction.put("a", &2).await.unwrap();
        transaction.delete("a").await.unwrap();
        drop(transaction);
        assert_eq!(settle(&storage, "a").await, Some(1));
    }

    #[tokio::test]
    async fn a_call_that_nobody_waits_for_does_not_arrive_after_the_end() {
        let storage = Storage::in_memory();
        let transaction = storage.begin().await.unwrap();
        // Polled once: the call is running when its future is dropped.
        let put = transaction.put("a", &1);
        assert!(futures_util::FutureExt::now_or_never(put).is_none());
        transaction.roll_back().await.unwrap();
        assert_eq!(settle(&storage, "a").await, None);
    }

    #[tokio::test]
    async fn a_conflicting_commit_fails() {
        let storage = Storage::in_memory();
        let transaction = storage.begin().await.unwrap();
        assert_eq!(transaction.get::<u8>("a").await.unwrap(), None);
        storage.put("a", &1).await.unwrap();
        transaction.put("a", &2).await.unwrap();
        assert!(matches!(transaction.commit().await, Err(StorageError::Conflict(_))));
        assert_eq!(storage.get::<u8>("a").await.unwrap(), Some(1));
    }

    #[tokio::test]
    async fn a_read_only_transaction_refuses_writes() {
        let storage = Storage::in_memory();
        let transaction = storage.begin_read_only().await.unwrap();
        let refused = transaction.put("a", &1).await.unwrap_err();
        assert_eq!(refused.to_string(), "transaction is read-only");
    }
}
