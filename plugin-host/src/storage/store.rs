//! The storage of every mount.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::MountStorage;

/// How large an entry may be, in bytes. What servers allow that keep their data with raft.
const LARGEST_ENTRY: usize = 1024 * 1024;

/// The storage of a host: what every mount has stored. Clones are the same storage; it outlives
/// processes, seals and restarts.
#[derive(Clone, Debug)]
pub struct Store {
    rules: Rules,
    mounts: Arc<Mutex<HashMap<String, MountStorage>>>,
}

/// In what servers' storage differs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) transactional: bool,
    pub(super) pages: bool,
    pub(super) largest_entry: usize,
}

impl Default for Store {
    fn default() -> Self {
        Self::new()
    }
}

impl Store {
    /// Creates empty storage as OpenBao has it: with transactions and pages.
    pub fn new() -> Self {
        Self::with(Rules { transactional: true, pages: true, largest_entry: LARGEST_ENTRY })
    }

    /// Creates empty storage as Vault has it: without transactions and without pages.
    pub fn like_vault() -> Self {
        Self::with(Rules { transactional: false, pages: false, largest_entry: LARGEST_ENTRY })
    }

    fn with(rules: Rules) -> Self {
        Self { rules, mounts: Arc::default() }
    }

    /// Sets the largest size of an entry, in bytes; 1 MiB unless set.
    #[must_use]
    pub fn largest_entry(mut self, bytes: usize) -> Self {
        self.rules.largest_entry = bytes;
        self
    }

    /// Returns how many entries a mount has.
    pub fn count(&self, uuid: &str) -> usize {
        self.mounts.lock().get(uuid).map_or(0, MountStorage::count)
    }

    /// Returns the storage of one mount, created at the first call.
    pub(crate) fn mount(&self, uuid: &str) -> MountStorage {
        let mut mounts = self.mounts.lock();
        mounts.entry(uuid.to_owned()).or_insert_with(|| MountStorage::new(self.rules)).clone()
    }

    /// Deletes everything of one mount.
    pub(crate) fn forget(&self, uuid: &str) {
        self.mounts.lock().remove(uuid);
    }
}
