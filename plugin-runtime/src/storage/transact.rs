//! Begins, commits and retries transactions.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::{Storage, StorageError, Transaction};

/// How often a transaction is attempted if other writes come in between. Of several that conflict,
/// one commits, so this many can run at once and all succeed.
const ATTEMPTS: u32 = 10;

/// The longest pause before another attempt: all pauses together take half a second at most.
const LONGEST_PAUSE: Duration = Duration::from_millis(128);

impl Storage {
    /// Runs `work` in a transaction: its writes happen as a whole or not at all, and no other
    /// request changes what it has read before it has written.
    ///
    /// - `Ok` commits. If another write came in between, the transaction is rolled back and `work`
    ///   runs again after a short pause, up to ten times in all; so `work` should only read and
    ///   write storage.
    /// - `Err`, a panic, or dropping the future rolls back. A commit that is in progress when the
    ///   future is dropped may still succeed.
    ///
    /// `work` is an async closure without `move`, which borrows its environment. The transaction
    /// implements [`StorageAccess`](crate::StorageAccess), as `Storage` does.
    ///
    /// # Servers without transactions
    ///
    /// Vault has no transactions, and OpenBao has none on some of its storage backends. On these,
    /// `work` runs once on plain storage, and [`Transaction::is_atomic`] is false:
    ///
    /// - Each write happens at once and is visible to other requests; writes before an `Err`, a
    ///   panic or a dropped future **stay**.
    /// - Another request may write between the reads and the writes of `work`. Hold a lock of
    ///   [`KeyLocks`](crate::KeyLocks) around the call to exclude other requests of this mount.
    /// - Order the writes so that the engine can cope with each state in between: write an object
    ///   before the objects that refer to it, and delete in the opposite order.
    ///
    /// ```
    /// use plugin_runtime::{Error, Storage};
    ///
    /// async fn rename(storage: &Storage, from: &str, to: &str) -> Result<(), Error> {
    ///     storage
    ///         .transaction(async |transaction| {
    ///             let Some(mut entry) = transaction.entry(from).await? else {
    ///                 return Err(Error::bad_request(format!("there is no entry `{from}`")));
    ///             };
    ///             entry.key = to.to_owned();
    ///             transaction.put_entry(entry).await?;
    ///             transaction.delete(from).await?;
    ///             Ok(())
    ///         })
    ///         .await
    /// }
    /// # plugin_host::test::block_on(async {
    /// #     let storage = Storage::in_memory();
    /// #     storage.put("a", &1).await.unwrap();
    /// #     rename(&storage, "a", "b").await.unwrap();
    /// #     assert!(rename(&storage, "a", "b").await.is_err());
    /// #     assert_eq!(storage.list("").await.unwrap(), ["b"]);
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// Fails with the error of `work`; with [`StorageError::Contended`] if other writes came in
    /// between each time; and if storage fails. If the connection breaks or the deadline passes
    /// during the commit, the outcome is unknown.
    pub async fn transaction<T, E, F>(
        &self,
        mut work: impl FnMut(Arc<Transaction>) -> F,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<StorageError>,
    {
        for attempt in 1..=ATTEMPTS {
            let transaction = match self.begin().await {
                Ok(transaction) => Arc::new(transaction),
                Err(StorageError::NotTransactional) => {
                    return work(Arc::new(self.not_atomic())).await;
                }
                Err(error) => return Err(error.into()),
            };
            // Dropped without a commit, it is rolled back.
            match work(Arc::clone(&transaction)).await {
                Ok(done) => match transaction.commit_shared().await {
                    Ok(()) => return Ok(done),
                    Err(StorageError::Conflict(_)) => {}
                    Err(error) => return Err(error.into()),
                },
                Err(error) if !transaction.has_conflicted() => return Err(error),
                Err(_) => {}
            }
            drop(transaction);
            if attempt < ATTEMPTS {
                tokio::time::sleep(pause(attempt)).await;
            }
        }
        Err(StorageError::Contended { attempts: ATTEMPTS }.into())
    }
}

/// Returns a random time, twice as long on average with each attempt, so that conflicting
/// transactions do not meet again.
fn pause(attempt: u32) -> Duration {
    let longest = Duration::from_millis(1 << attempt.min(16)).min(LONGEST_PAUSE);
    let random = uuid::Uuid::new_v4().as_bytes()[0];
    longest * u32::from(random) / u32::from(u8::MAX)
}
