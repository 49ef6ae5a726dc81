//! The storage of one mount, as its backend meets it: with its states, and its faults.

use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt as _;
use parking_lot::Mutex;
use tokio_util::task::TaskTracker;

use super::store::Rules;
use crate::faults::{Effect, Faults, StorageCall, StorageOperation};
use crate::printable::is_printable;
use plugin_runtime::__private::error::READ_ONLY;
use plugin_runtime::__private::storage::{Call, Memory, StorageBackend, StorageFuture};
use plugin_runtime::{Storage, StorageEntry, StorageError};

/// What servers say of a key that they would not write.
const NOT_PRINTABLE: &str = "key contains non-printable characters";

/// What a mount may do with its storage at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MountState {
    /// It belongs to a process that only says what it is: nothing is there, and nothing is kept.
    Metadata,
    /// It is being set up: reads, but no writes.
    SettingUp,
    /// Everything.
    Ready,
    /// This node may not write.
    ReadOnly,
    /// The host is sealed.
    Sealed,
    /// Nothing is mounted at the moment.
    Closed,
}

/// One mount's storage. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct MountStorage {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    rules: Rules,
    memory: Arc<Memory>,
    state: Mutex<MountState>,
    faults: Faults,
}

impl MountStorage {
    pub(super) fn new(rules: Rules) -> Self {
        let state = Mutex::new(MountState::Closed);
        let (memory, faults) = (Arc::default(), Faults::default());
        Self { shared: Arc::new(Shared { rules, memory, state, faults }) }
    }

    pub(crate) fn set_state(&self, state: MountState) {
        *self.shared.state.lock() = state;
    }

    /// Returns its faults.
    pub(crate) fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// Returns the same entries, in any state and without faults.
    pub(crate) fn unfaulted(&self) -> Storage {
        let memory: Arc<dyn StorageBackend> = Arc::clone(&self.shared.memory) as _;
        Storage::new(memory)
    }

    pub(crate) fn is_transactional(&self) -> bool {
        self.shared.rules.transactional
    }

    pub(crate) fn has_pages(&self) -> bool {
        self.shared.rules.pages
    }

    pub(super) fn count(&self) -> usize {
        self.shared.memory.count()
    }

    /// Checks whether the call is allowed in this state and with its key.
    fn check(&self, operation: StorageOperation, key: &str) -> Result<(), StorageError> {
        let refused = |text: &str| Err(StorageError::from_text(text.to_owned()));
        let names_an_entry = matches!(operation, StorageOperation::Put | StorageOperation::Delete);
        match *self.shared.state.lock() {
            MountState::SettingUp if operation.writes() => {
                refused("cannot write to storage during setup")
            }
            MountState::ReadOnly if operation.writes() => refused(READ_ONLY),
            MountState::Sealed => refused("Vault is sealed"),
            MountState::Closed => refused("the mount is gone"),
            _ if names_an_entry && !is_printable(key) => refused(NOT_PRINTABLE),
            MountState::Metadata
            | MountState::SettingUp
            | MountState::Ready
            | MountState::ReadOnly => Ok(()),
        }
    }

    /// Lets a call through, with whatever goes wrong before or after it.
    fn through<'a, T: Send + 'a>(
        &'a self,
        operation: StorageOperation,
        key: &str,
        deadline: Option<Instant>,
        call: StorageFuture<'a, T>,
    ) -> StorageFuture<'a, T> {
        let effect = self.shared.faults.next(StorageCall::new(operation, key));
        let checked = self.check(operation, key);
        if matches!(effect, Effect::None) {
            return match checked {
                Ok(()) => call,
                Err(error) => std::future::ready(Err(error)).boxed(),
            };
        }
        let faulted = async move {
            checked?;
            self.shared.faults.before(&effect).await?;
            let answer = call.await;
            self.shared.faults.after(&effect).await;
            answer
        };
        async move {
            match deadline {
                None => faulted.await,
                Some(deadline) => tokio::time::timeout_at(deadline.into(), faulted)
                    .await
                    .unwrap_or(Err(StorageError::DeadlineExceeded)),
            }
        }
        .boxed()
    }
}

/// A call that is made only when it is awaited: what fails before it must not have happened.
macro_rules! later {
    ($self:ident, $method:ident($($argument:expr),*)) => {{
        let memory = &$self.shared.memory;
        async move { memory.$method($($argument),*).await }.boxed()
    }};
}

impl StorageBackend for MountStorage {
    fn get<'a>(&'a self, key: &'a str, call: Call<'a>) -> StorageFuture<'a, Option<StorageEntry>> {
        let answer = later!(self, get(key, call));
        self.through(StorageOperation::Get, key, call.deadline, answer)
    }

    fn put<'a>(&'a self, entry: StorageEntry, call: Call<'a>) -> StorageFuture<'a, ()> {
        let (key, size) = (entry.key.clone(), entry.value.len());
        let limit = self.shared.rules.largest_entry;
        let memory = &self.shared.memory;
        let kept = *self.shared.state.lock() != MountState::Metadata;
        let answer = async move {
            if !kept {
                return Ok(());
            }
            if size > limit {
                return Err(StorageError::from_text(format!(
                    "put failed due to value being too large; got {size} bytes, max: {limit} bytes"
                )));
            }
            memory.put(entry, call).await
        };
        self.through(StorageOperation::Put, &key, call.deadline, answer.boxed())
    }

    fn delete<'a>(&'a self, key: &'a str, call: Call<'a>) -> StorageFuture<'a, ()> {
        let answer = later!(self, delete(key, call));
        self.through(StorageOperation::Delete, key, call.deadline, answer)
    }

    fn list<'a>(&'a self, prefix: &'a str, call: Call<'a>) -> StorageFuture<'a, Vec<String>> {
        let answer = later!(self, list(prefix, call));
        self.through(StorageOperation::List, prefix, call.deadline, answer)
    }

    fn list_page<'a>(
        &'a self,
        prefix: &'a str,
        after: &'a str,
        limit: usize,
        call: Call<'a>,
    ) -> StorageFuture<'a, Vec<String>> {
        let answer = later!(self, list_page(prefix, after, limit, call));
        self.through(StorageOperation::List, prefix, call.deadline, answer)
    }

    fn is_transactional<'a>(&'a self, _: Call<'a>) -> StorageFuture<'a, bool> {
        std::future::ready(Ok(self.shared.rules.transactional)).boxed()
    }

    fn begin<'a>(&'a self, read_only: bool, call: Call<'a>) -> StorageFuture<'a, String> {
        if !self.shared.rules.transactional {
            return std::future::ready(Err(StorageError::NotTransactional)).boxed();
        }
        let operation =
            if read_only { StorageOperation::BeginReadOnly } else { StorageOperation::Begin };
        let answer = later!(self, begin(read_only, call));
        self.through(operation, "", call.deadline, answer)
    }

    fn commit<'a>(&'a self, call: Call<'a>) -> StorageFuture<'a, ()> {
        let answer = later!(self, commit(call));
        self.through(StorageOperation::Commit, "", call.deadline, answer)
    }

    fn roll_back<'a>(&'a self, call: Call<'a>) -> StorageFuture<'a, ()> {
        let answer = later!(self, roll_back(call));
        self.through(StorageOperation::RollBack, "", call.deadline, answer)
    }

    fn tasks(&self) -> &TaskTracker {
        self.shared.memory.tasks()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use super::*;

    fn storage(mount: &MountStorage) -> Storage {
        Storage::new(Arc::new(mount.clone()))
    }

    #[tokio::test]
    async fn each_state_allows_what_a_server_does() {
        let mount = Store::new().mount("m");
        let storage = storage(&mount);
        for (state, read, write) in [
            (MountState::Metadata, None, None),
            (MountState::SettingUp, None, Some("cannot write to storage during setup")),
            (MountState::Ready, None, None),
            (MountState::ReadOnly, None, Some("cannot write to readonly storage")),
            (MountState::Sealed, Some("Vault is sealed"), Some("Vault is sealed")),
        ] {
            mount.set_state(state);
            let text = |result: Result<(), StorageError>| result.err().map(|e| e.to_string());
            assert_eq!(text(storage.list("").await.map(drop)).as_deref(), read, "{state:?}");
            assert_eq!(text(storage.put("k", &1).await).as_deref(), write, "{state:?}");
            let kept = mount.unfaulted().get::<u32>("k").await.unwrap().is_some();
            assert_eq!(kept, state == MountState::Ready, "{state:?}");
            mount.unfaulted().delete("k").await.unwrap();
            assert_eq!(text(storage.delete("k").await).as_deref(), write, "{state:?}");
        }
    }

    #[tokio::test]
    async fn what_a_mount_stores_is_its_own_until_it_is_forgotten() {
        let store = Store::new();
        for uuid in ["a", "b"] {
            let mount = store.mount(uuid);
            mount.set_state(MountState::Ready);
            storage(&mount).put("key", uuid).await.unwrap();
        }
        let found: Option<String> = store.mount("a").unfaulted().get("key").await.unwrap();
        assert_eq!(found.as_deref(), Some("a"));
        store.forget("a");
        assert_eq!((store.count("a"), store.count("b")), (0, 1));
    }

    #[tokio::test]
    async fn large_entries_and_vaults_lacks_are_refused() {
        let mount = Store::like_vault().largest_entry(4).mount("m");
        mount.set_state(MountState::Ready);
        let storage = storage(&mount);
        storage.put("k", "12").await.unwrap();
        let error = storage.put("k", "123").await.unwrap_err();
        assert!(error.to_string().contains("value being too large; got 5 bytes"), "{error}");
        assert!(!storage.is_transactional().await.unwrap());
        assert_eq!(storage.begin().await.unwrap_err(), StorageError::NotTransactional);
    }
}
