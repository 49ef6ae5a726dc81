//! A mount's storage, which the server keeps encrypted.

mod access;
mod entry;
mod error;
mod handle;
mod key;
mod memory;
mod transact;
mod transaction;
mod walk;

#[cfg(test)]
mod tests;

pub use access::StorageAccess;
pub use entry::StorageEntry;
pub use error::StorageError;
pub use handle::Storage;
pub(crate) use key::MAX_KEY;
pub use memory::Memory;
pub use transaction::Transaction;
pub use walk::Walk;

use std::fmt;
use std::time::Instant;

pub(crate) use access::Names;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio_util::task::TaskTracker;

/// The context of a call.
#[derive(Clone, Copy, Debug, Default)]
pub struct Call<'a> {
    /// The transaction that it belongs to; empty for none.
    pub transaction: &'a str,
    /// When its answer is no longer needed.
    pub deadline: Option<Instant>,
}

/// The answer to one call.
pub type StorageFuture<'a, T> = BoxFuture<'a, Result<T, StorageError>>;

/// The place where storage is kept: a server, or memory.
#[doc(hidden)]
#[allow(missing_docs, reason = "a call each, as `Storage` documents them")]
pub trait StorageBackend: fmt::Debug + Send + Sync {
    fn get<'a>(&'a self, key: &'a str, call: Call<'a>) -> StorageFuture<'a, Option<StorageEntry>>;
    fn put<'a>(&'a self, entry: StorageEntry, call: Call<'a>) -> StorageFuture<'a, ()>;
    fn delete<'a>(&'a self, key: &'a str, call: Call<'a>) -> StorageFuture<'a, ()>;
    fn list<'a>(&'a self, prefix: &'a str, call: Call<'a>) -> StorageFuture<'a, Vec<String>>;
    fn list_page<'a>(
        &'a self,
        prefix: &'a str,
        after: &'a str,
        limit: usize,
        call: Call<'a>,
    ) -> StorageFuture<'a, Vec<String>>;
    /// Lists as `list_page` does, but a backend without pages returns all names after `after`.
    fn names<'a>(
        &'a self,
        prefix: &'a str,
        after: &'a str,
        limit: usize,
        call: Call<'a>,
    ) -> StorageFuture<'a, Names> {
        async move {
            let names = self.list_page(prefix, after, limit, call).await?;
            Ok(Names { more: names.len() >= limit, names })
        }
        .boxed()
    }
    fn is_transactional<'a>(&'a self, call: Call<'a>) -> StorageFuture<'a, bool>;
    fn begin<'a>(&'a self, read_only: bool, call: Call<'a>) -> StorageFuture<'a, String>;
    fn commit<'a>(&'a self, call: Call<'a>) -> StorageFuture<'a, ()>;
    fn roll_back<'a>(&'a self, call: Call<'a>) -> StorageFuture<'a, ()>;
    /// Returns the tracker of tasks for work that must outlive a dropped future; it ends with the
    /// mount.
    fn tasks(&self) -> &TaskTracker;
}
