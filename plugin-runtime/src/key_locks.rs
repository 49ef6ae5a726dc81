//! Locks by key, for work that must not run twice at once for the same role, user or counter.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// A lock for each key: requests for the same key wait for each other, and other requests do not
/// wait.
///
/// Keep it in a backend's state, so that each mount has its own. Clones share their locks. Only
/// keys that are locked or waited for use memory. Waiters are served in the order in which they
/// came; waiting is asynchronous and can be cancelled, and a guard may be held across `.await`.
///
/// ```
/// use plugin_runtime::framework::extract::{Path, State};
/// use plugin_runtime::framework::{Framework, write};
/// use plugin_runtime::{KeyLocks, Result, Storage};
///
/// #[derive(Default)]
/// struct Engine {
///     counters: KeyLocks,
/// }
///
/// async fn count(Path(name): Path<String>, state: State<Engine>, storage: Storage) -> Result<()> {
///     let _counter = state.counters.lock(&name).await;
///     let count: u64 = storage.get(&name).await?.unwrap_or_default();
///     Ok(storage.put(name, &(count + 1)).await?)
/// }
///
/// fn engine() -> Framework<Engine> {
///     Framework::secrets(Engine::default()).path("count/{name}", write(count))
/// }
/// # engine().build().unwrap();
/// ```
///
/// # Deadlocks
///
/// A task that holds a key and asks for it again waits for itself, and two tasks that each hold
/// what the other one asks for wait forever. If you need several keys, ask for them at once with
/// [`KeyLocks::lock_all`], which takes them in a fixed order.
///
/// # What it does not do
///
/// It excludes other requests of the same mount in the same process. That is enough on one server,
/// since only the active node writes. It does not exclude reads on a standby node. To avoid an
/// inconsistent state after a crash, use
/// [`Storage::transaction`](crate::Storage::transaction).
#[derive(Clone, Default)]
pub struct KeyLocks {
    locks: Arc<Locks>,
}

#[derive(Default)]
struct Locks {
    by_key: Mutex<HashMap<Arc<str>, Lock>>,
}

#[derive(Default)]
struct Lock {
    lock: Arc<RwLock<()>>,
    /// How many tasks hold it or wait for it.
    places: usize,
}

/// Holds the locks of some keys until it is dropped.
#[must_use = "the locks are released when the guard is dropped"]
pub struct KeyGuard {
    held: Vec<Held>,
}

/// One key's lock. The first field is dropped first, so that the lock is released before it may be
/// removed.
struct Held {
    _guard: Guard,
    _place: Place,
}

#[expect(dead_code, reason = "held for what their drop does")]
enum Guard {
    Shared(OwnedRwLockReadGuard<()>),
    Exclusive(OwnedRwLockWriteGuard<()>),
}

/// A place among the tasks that hold a key's lock or wait for it. The last one to leave removes the
/// lock.
struct Place {
    locks: Arc<Locks>,
    key: Arc<str>,
}

impl KeyLocks {
    /// Creates locks, none of which is held.
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits for the lock of `key` and takes it. No other guard holds it meanwhile, shared or not.
    pub async fn lock(&self, key: impl AsRef<str>) -> KeyGuard {
        KeyGuard { held: vec![self.exclusive(key.as_ref()).await] }
    }

    /// Waits for the lock of `key` and shares it with other tasks that do, such as those that only
    /// read.
    pub async fn share(&self, key: impl AsRef<str>) -> KeyGuard {
        let (place, lock) = self.place(key.as_ref());
        let guard = Guard::Shared(lock.read_owned().await);
        KeyGuard { held: vec![Held { _guard: guard, _place: place }] }
    }

    /// Waits for the locks of all `keys` and takes them. A key may be named more than once. Calls
    /// with overlapping keys do not deadlock, whatever their order.
    pub async fn lock_all<K: AsRef<str>>(&self, keys: impl IntoIterator<Item = K>) -> KeyGuard {
        let keys: BTreeSet<Arc<str>> = keys.into_iter().map(|key| key.as_ref().into()).collect();
        let mut held = Vec::with_capacity(keys.len());
        for key in keys {
            held.push(self.exclusive(&key).await);
        }
        KeyGuard { held }
    }

    /// Takes the lock of `key` if it is free; `None` if it is held.
    pub fn try_lock(&self, key: impl AsRef<str>) -> Option<KeyGuard> {
        let (place, lock) = self.place(key.as_ref());
        let guard = Guard::Exclusive(lock.try_write_owned().ok()?);
        Some(KeyGuard { held: vec![Held { _guard: guard, _place: place }] })
    }

    async fn exclusive(&self, key: &str) -> Held {
        let (place, lock) = self.place(key);
        let guard = Guard::Exclusive(lock.write_owned().await);
        Held { _guard: guard, _place: place }
    }

    fn place(&self, key: &str) -> (Place, Arc<RwLock<()>>) {
        let mut by_key = self.locks.by_key.lock();
        let key: Arc<str> = match by_key.get_key_value(key) {
            Some((key, _)) => Arc::clone(key),
            None => key.into(),
        };
        let entry = by_key.entry(Arc::clone(&key)).or_default();
        entry.places += 1;
        let lock = Arc::clone(&entry.lock);
        drop(by_key);
        (Place { locks: Arc::clone(&self.locks), key }, lock)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut by_key = self.locks.by_key.lock();
        if let Some(entry) = by_key.get_mut(&self.key) {
            entry.places = entry.places.saturating_sub(1);
            if entry.places == 0 {
                by_key.remove(&self.key);
            }
        }
    }
}

impl fmt::Debug for KeyLocks {
    /// Shows how many keys are in use, but not which.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.locks.by_key.lock().len();
        f.debug_struct("KeyLocks").field("keys", &keys).finish()
    }
}

impl fmt::Debug for KeyGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyGuard").field("keys", &self.held.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::FutureExt as _;

    use super::*;

    fn keys(locks: &KeyLocks) -> usize {
        locks.locks.by_key.lock().len()
    }

    #[tokio::test]
    async fn a_key_is_held_once_and_others_are_free() {
        let locks = KeyLocks::new();
        let held = locks.lock("a").await;
        assert!(locks.clone().lock("a").now_or_never().is_none());
        assert!(locks.share("a").now_or_never().is_none());
        assert!(locks.try_lock("a").is_none());
        assert!(locks.try_lock("b").is_some());
        drop(held);
        let (one, other) = (locks.share("a").await, locks.share("a").await);
        assert!(locks.try_lock("a").is_none());
        drop((one, other));
        assert!(locks.try_lock("a").is_some());
    }

    #[tokio::test]
    async fn keys_that_are_not_in_use_are_forgotten() {
        let locks = KeyLocks::new();
        let held = locks.lock_all(["a", "b", "a"]).await;
        let waiting = tokio::spawn({
            let locks = locks.clone();
            async move { locks.lock("a").await }
        });
        tokio::task::yield_now().await;
        // One that gives up, one that could not get it, and one that waits on.
        assert!(locks.lock("b").now_or_never().is_none());
        assert!(locks.try_lock("a").is_none());
        assert_eq!(keys(&locks), 2);
        drop(held);
        assert_eq!(keys(&locks), 1, "one waits for `a`");
        drop(waiting.await.unwrap());
        assert_eq!(keys(&locks), 0);
        assert_eq!(format!("{locks:?}"), "KeyLocks { keys: 0 }");
    }

    #[tokio::test]
    async fn overlapping_keys_neither_deadlock_nor_overlap() {
        let locks = KeyLocks::new();
        let inside: Arc<[AtomicU32; 5]> = Arc::default();
        let tasks: Vec<_> = (0..200_usize)
            .map(|number| {
                let (locks, inside) = (locks.clone(), Arc::clone(&inside));
                tokio::spawn(async move {
                    let wanted = [number % 5, (number / 5) % 5, (number / 7) % 5];
                    let _guard = locks.lock_all(wanted.map(|key| key.to_string())).await;
                    for key in BTreeSet::from(wanted) {
                        assert_eq!(inside[key].fetch_add(1, Ordering::SeqCst), 0);
                    }
                    tokio::task::yield_now().await;
                    for key in BTreeSet::from(wanted) {
                        inside[key].fetch_sub(1, Ordering::SeqCst);
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(keys(&locks), 0);
    }
}
