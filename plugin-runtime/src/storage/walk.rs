//! Visits every key below a prefix, at any depth.

use std::fmt;
use std::vec;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use super::StorageError;
use super::access::{Names, StorageAccess};

/// How many names of one folder are requested at once. A server reads and sends a page in one
/// piece: a thousand names of 100 bytes are 100 kB.
const PAGE: usize = 1000;

/// How many deletions of [`clear`] run at once. Servers write concurrent entries to their log
/// together, so sixteen take little longer than one.
const DELETIONS: usize = 16;

/// The keys below a prefix, at any depth and in order; see [`StorageAccess::walk`].
///
/// For each folder on the way to the current key, only one page of names is in memory (or all
/// names, if the server has no pages). If the future of [`Walk::next`] is dropped, no key is lost.
/// Keys that are written or deleted meanwhile may or may not be visited.
///
/// ```
/// use plugin_runtime::{Storage, StorageAccess as _, StorageError};
///
/// async fn count(storage: &Storage) -> Result<usize, StorageError> {
///     let mut count = 0;
///     let mut keys = storage.walk("role/");
///     while let Some(key) = keys.next().await? {
///         assert!(key.starts_with("role/"));
///         count += 1;
///     }
///     Ok(count)
/// }
/// # plugin_host::test::block_on(async {
/// #     let storage = Storage::in_memory();
/// #     storage.put("role/dev/eu", &1).await.unwrap();
/// #     assert_eq!(count(&storage).await.unwrap(), 1);
/// # });
/// ```
#[must_use = "nothing is read before `next` or `collect` is awaited"]
pub struct Walk<'a, A> {
    storage: &'a A,
    /// The first folder, until it is entered.
    start: Option<String>,
    /// The folders from the prefix to the current key.
    folders: Vec<Folder>,
}

/// A folder that is being visited.
struct Folder {
    /// Its whole key: `""`, or with a slash at the end.
    key: String,
    /// The rest of the current page.
    names: vec::IntoIter<String>,
    /// The last name of the page.
    last: String,
    /// Whether pages may follow it.
    more: bool,
}

impl<'a, A: StorageAccess> Walk<'a, A> {
    pub(super) fn new(storage: &'a A, prefix: String) -> Self {
        Self { storage, start: Some(prefix), folders: Vec::new() }
    }

    /// Returns the next key, relative to the mount like the prefix; `None` after the last one.
    ///
    /// # Errors
    ///
    /// Fails if storage fails, or if the prefix is not empty and does not end in a slash. After a
    /// failure, the call can be repeated.
    pub async fn next(&mut self) -> Result<Option<String>, StorageError> {
        if let Some(prefix) = &self.start {
            check(prefix)?;
            let folder = self.enter(prefix.clone()).await?;
            self.start = None;
            self.folders.push(folder);
        }
        loop {
            let Some(folder) = self.folders.last_mut() else { return Ok(None) };
            let Some(name) = folder.names.as_slice().first() else {
                if folder.more {
                    let Names { names, more } =
                        self.storage.names(&folder.key, &folder.last, PAGE).await?;
                    folder.turn_to(names, more);
                } else {
                    self.folders.pop();
                }
                continue;
            };
            let key = format!("{}{name}", folder.key);
            if !name.ends_with('/') {
                folder.names.next();
                return Ok(Some(key));
            }
            let inner = self.enter(key).await?;
            if let Some(folder) = self.folders.last_mut() {
                folder.names.next();
            }
            self.folders.push(inner);
        }
    }

    /// Returns all remaining keys.
    ///
    /// # Errors
    ///
    /// Fails as [`Walk::next`] does.
    pub async fn collect(mut self) -> Result<Vec<String>, StorageError> {
        let mut keys = Vec::new();
        while let Some(key) = self.next().await? {
            keys.push(key);
        }
        Ok(keys)
    }

    async fn enter(&self, key: String) -> Result<Folder, StorageError> {
        let Names { names, more } = self.storage.names(&key, "", PAGE).await?;
        let mut folder =
            Folder { key, names: Vec::new().into_iter(), last: String::new(), more: false };
        folder.turn_to(names, more);
        Ok(folder)
    }
}

impl Folder {
    /// Advances to the next page. Only names after the last one count, so a server that returns the
    /// same page again does not keep the walk going forever.
    fn turn_to(&mut self, mut names: Vec<String>, more: bool) {
        names.retain(|name| *name > self.last);
        names.sort_unstable();
        self.more = more && !names.is_empty();
        if let Some(last) = names.last() {
            self.last.clone_from(last);
        }
        self.names = names.into_iter();
    }
}

/// Refuses a prefix without its slash, which would also match its siblings: `role` matches
/// `roles/`.
fn check(prefix: &str) -> Result<(), StorageError> {
    if prefix.is_empty() || prefix.ends_with('/') {
        return Ok(());
    }
    Err(StorageError::Prefix { prefix: prefix.to_owned() })
}

/// Deletes every key below a prefix.
pub(super) async fn clear<A: StorageAccess>(
    storage: &A,
    prefix: String,
) -> Result<usize, StorageError> {
    let mut keys = Walk::new(storage, prefix);
    let mut deletions = FuturesUnordered::new();
    let mut count = 0;
    while let Some(key) = keys.next().await? {
        count += 1;
        if deletions.len() == DELETIONS
            && let Some(done) = deletions.next().await
        {
            done?;
        }
        deletions.push(async move { storage.delete(&key).await });
    }
    while let Some(done) = deletions.next().await {
        done?;
    }
    Ok(count)
}

impl<A> fmt::Debug for Walk<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walk").field("folders", &self.folders.len()).finish_non_exhaustive()
    }
}
