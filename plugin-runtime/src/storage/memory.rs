//! Storage in memory, by the servers' rules.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures_util::FutureExt as _;
use parking_lot::Mutex;
use tokio_util::task::TaskTracker;

use super::{Call, StorageBackend, StorageEntry, StorageError, StorageFuture};

type Entries = BTreeMap<String, StorageEntry>;

/// Entries by key, and the open transactions.
#[derive(Debug, Default)]
pub struct Memory {
    state: Mutex<State>,
    tasks: TaskTracker,
}

#[derive(Debug, Default)]
struct State {
    entries: Entries,
    open: HashMap<String, Open>,
    begun: u64,
}

/// A transaction: the state that it began with, the one that it sees, and the keys that no other
/// write may change before it commits.
#[derive(Debug)]
struct Open {
    began_with: Entries,
    sees: Entries,
    touched: BTreeSet<String>,
    wrote: BTreeSet<String>,
    read_only: bool,
}

impl Memory {
    /// Returns how many entries there are.
    pub fn count(&self) -> usize {
        self.state.lock().entries.len()
    }
}

impl State {
    fn read<T>(
        &mut self,
        transaction: &str,
        key: &str,
        read: impl FnOnce(&Entries) -> T,
    ) -> Result<T, StorageError> {
        check(key)?;
        match self.open(transaction)? {
            None => Ok(read(&self.entries)),
            Some(open) => {
                open.touched.insert(key.to_owned());
                Ok(read(&open.sees))
            }
        }
    }

    fn write(
        &mut self,
        transaction: &str,
        key: &str,
        entry: Option<StorageEntry>,
    ) -> Result<(), StorageError> {
        check(key)?;
        let entries = match self.open(transaction)? {
            None => &mut self.entries,
            Some(open) if open.read_only => {
                return Err(StorageError::from_text("transaction is read-only".to_owned()));
            }
            Some(open) => {
                open.touched.insert(key.to_owned());
                open.wrote.insert(key.to_owned());
                &mut open.sees
            }
        };
        match entry {
            Some(entry) => entries.insert(key.to_owned(), entry),
            None => entries.remove(key),
        };
        Ok(())
    }

    fn open(&mut self, transaction: &str) -> Result<Option<&mut Open>, StorageError> {
        if transaction.is_empty() {
            return Ok(None);
        }
        self.open.get_mut(transaction).map(Some).ok_or(StorageError::TransactionEnded)
    }

    fn begin(&mut self, read_only: bool) -> String {
        self.begun += 1;
        let id = format!("transaction-{}", self.begun);
        let open = Open {
            began_with: self.entries.clone(),
            sees: self.entries.clone(),
            touched: BTreeSet::new(),
            wrote: BTreeSet::new(),
            read_only,
        };
        self.open.insert(id.clone(), open);
        id
    }

    fn commit(&mut self, transaction: &str) -> Result<(), StorageError> {
        let mut open = self.open.remove(transaction).ok_or(StorageError::TransactionEnded)?;
        let changed = |key: &String| self.entries.get(key) != open.began_with.get(key);
        if open.touched.iter().any(changed) {
            return Err(StorageError::from_text("transaction commit failed".to_owned()));
        }
        for key in &open.wrote {
            match open.sees.remove(key) {
                Some(entry) => self.entries.insert(key.clone(), entry),
                None => self.entries.remove(key),
            };
        }
        Ok(())
    }
}

/// Checks a key by the servers' rules.
fn check(key: &str) -> Result<(), StorageError> {
    if key.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(StorageError::from_text("relative paths not supported".to_owned()));
    }
    Ok(())
}

/// Returns the names directly below `prefix` and after `after`, folders once and with a slash.
fn children(entries: &Entries, prefix: &str, after: &str, limit: usize) -> Vec<String> {
    let below = entries.range(prefix.to_owned()..).map(|(key, _)| key);
    let names: BTreeSet<&str> = below
        .map_while(|key| key.strip_prefix(prefix))
        .map(|rest| rest.find('/').map_or(rest, |slash| &rest[..=slash]))
        .filter(|name| *name > after)
        .collect();
    let limit = if limit == 0 { usize::MAX } else { limit };
    names.into_iter().take(limit).map(str::to_owned).collect()
}

fn ready<'a, T: Send + 'a>(answer: Result<T, StorageError>) -> StorageFuture<'a, T> {
    std::future::ready(answer).boxed()
}

impl StorageBackend for Memory {
    fn get<'a>(&'a self, key: &'a str, call: Call<'a>) -> StorageFuture<'a, Option<StorageEntry>> {
        let read = |entries: &Entries| entries.get(key).cloned();
        ready(self.state.lock().read(call.transaction, key, read))
    }

    fn put<'a>(&'a self, entry: StorageEntry, call: Call<'a>) -> StorageFuture<'a, ()> {
        let key = entry.key.clone();
        ready(self.state.lock().write(call.transaction, &key, Some(entry)))
    }

    fn delete<'a>(&'a self, key: &'a str, call: Call<'a>) -> StorageFuture<'a, ()> {
        ready(self.state.lock().write(call.transaction, key, None))
    }

    fn list<'a>(&'a self, prefix: &'a str, call: Call<'a>) -> StorageFuture<'a, Vec<String>> {
        self.list_page(prefix, "", 0, call)
    }

    fn list_page<'a>(
        &'a self,
        prefix: &'a str,
        after: &'a str,
        limit: usize,
        call: Call<'a>,
    ) -> StorageFuture<'a, Vec<String>> {
        let read = |entries: &Entries| children(entries, prefix, after, limit);
        ready(self.state.lock().read(call.transaction, prefix, read))
    }

    fn is_transactional<'a>(&'a self, _: Call<'a>) -> StorageFuture<'a, bool> {
        ready(Ok(true))
    }

    fn begin<'a>(&'a self, read_only: bool, _: Call<'a>) -> StorageFuture<'a, String> {
        ready(Ok(self.state.lock().begin(read_only)))
    }

    fn commit<'a>(&'a self, call: Call<'a>) -> StorageFuture<'a, ()> {
        ready(self.state.lock().commit(call.transaction))
    }

    fn roll_back<'a>(&'a self, call: Call<'a>) -> StorageFuture<'a, ()> {
        let ended = self.state.lock().open.remove(call.transaction);
        ready(ended.map(drop).ok_or(StorageError::TransactionEnded))
    }

    fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }
}

#[cfg(test)]
mod tests {
    use super::super::Storage;

    #[tokio::test]
    async fn lists_are_direct_children_in_order() {
        let storage = Storage::in_memory();
        for key in ["b", "a/2", "a/1", "a", "c/d/e", "a0"] {
            storage.put(key, &()).await.unwrap();
        }
        assert_eq!(storage.list("").await.unwrap(), ["a", "a/", "a0", "b", "c/"]);
        assert_eq!(storage.list("a/").await.unwrap(), ["1", "2"]);
        assert_eq!(storage.list("c/").await.unwrap(), ["d/"]);
        assert!(storage.list("none/").await.unwrap().is_empty());
        assert_eq!(storage.list_page("", "a/", 2).await.unwrap(), ["a0", "b"]);
        assert_eq!(storage.list_page("", "a.", 0).await.unwrap(), ["a/", "a0", "b", "c/"]);
    }

    #[tokio::test]
    async fn relative_keys_are_refused_in_the_servers_words() {
        let storage = Storage::in_memory();
        for key in ["..", "a/../b", "./a"] {
            let error = storage.delete(key).await.unwrap_err();
            assert_eq!(error.to_string(), "relative paths not supported", "{key}");
        }
        storage.delete("a..b").await.unwrap();
    }
}
