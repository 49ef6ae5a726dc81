//! The write-ahead log: a backend writes an entry before it changes another system, so that
//! unfinished work can be undone.
//!
//! Entries are stored below `wal/`, in the Go SDK's form.

use std::fmt;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::answer::IntoDone;
use super::description::Argument;
use super::extract::FromContext;
use super::handler::{Erased, Handler};
use super::{Context, OperationDescription};
use crate::{Clock, Error, Storage, StorageError};

/// Where entries are kept.
pub(super) const PREFIX: &str = "wal/";

/// How old an entry must be before it is rolled back, unless the handler says otherwise: younger
/// ones may belong to requests that are still running.
const MIN_AGE: Duration = Duration::from_secs(600);

/// As an argument of a handler: the mount's write-ahead log.
///
/// ```
/// # use plugin_runtime::framework::Wal;
/// # use plugin_runtime::Error;
/// # async fn create_user(_: &str) -> Result<(), Error> { Ok(()) }
/// async fn issue(wal: Wal) -> Result<(), Error> {
///     let entry = wal.put("user", &"svc-1").await?;
///     create_user("svc-1").await?;
///     Ok(wal.delete(&entry).await?)
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Wal {
    storage: Storage,
    clock: Clock,
}

/// Names an entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WalId(String);

/// As stored.
#[derive(Serialize, Deserialize)]
struct Stored<T> {
    r#type: String,
    data: T,
    /// Seconds since 1970.
    created_at: u64,
}

impl Wal {
    /// Writes an entry that says what would have to be undone. `kind` tells entries of different
    /// handlers apart.
    ///
    /// # Errors
    ///
    /// Fails if storage fails.
    pub async fn put<T: Serialize>(&self, kind: &str, data: &T) -> Result<WalId, StorageError> {
        self.put_as(&unique_id(), kind, data).await
    }

    /// Writes an entry as [`Wal::put`] does, but under a given name; replaces an existing entry.
    ///
    /// If a plugin dies, the server repeats the request, with the same
    /// [`Request::id`](crate::Request::id). A handler that derives the names of what it creates,
    /// and of the entry, from the request's id does the same work again: what the first attempt
    /// left behind is neither forgotten nor rolled back while the client of the second attempt uses
    /// it.
    ///
    /// # Errors
    ///
    /// Fails if the name is empty or contains a slash, or if storage fails.
    pub async fn put_as<T: Serialize>(
        &self,
        name: &str,
        kind: &str,
        data: &T,
    ) -> Result<WalId, StorageError> {
        if name.is_empty() || name.contains('/') {
            // It would not be found among the names below the prefix.
            let text = format!(
                "`{name}` is not a valid name for an entry of the write-ahead log: \
                                it must not be empty or contain a slash"
            );
            return Err(StorageError::from_text(text));
        }
        let entry =
            Stored { r#type: kind.to_owned(), data, created_at: self.clock.unix_time().as_secs() };
        self.storage.put(format!("{PREFIX}{name}"), &entry).await?;
        Ok(WalId(name.to_owned()))
    }

    /// Deletes an entry: its work is done, or undone.
    ///
    /// # Errors
    ///
    /// Fails if storage fails.
    pub async fn delete(&self, id: &WalId) -> Result<(), StorageError> {
        self.storage.delete(&format!("{PREFIX}{}", id.0)).await
    }
}

impl<S> FromContext<S> for Wal {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        let request = context.request();
        Ok(Self { storage: request.storage.clone(), clock: request.system_view.clock().clone() })
    }
}

/// As an argument of a [`WalHandler`]'s function: the entry to undo.
#[derive(Clone)]
#[non_exhaustive]
pub struct WalEntry<T> {
    /// The `kind` that [`Wal::put`] got.
    pub kind: String,
    /// The `data` that [`Wal::put`] got.
    pub data: T,
}

impl<T> fmt::Debug for WalEntry<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WalEntry").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl<S, T: DeserializeOwned> FromContext<S> for WalEntry<T> {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        let entry: Stored<T> = context.request().data.parse().map_err(|error| {
            Error::internal("the write-ahead log's entry is not what was expected")
                .with_source(error)
        })?;
        Ok(Self { kind: entry.r#type, data: entry.data })
    }

    fn describe(description: &mut OperationDescription) {
        description.needs(Argument::WalEntry);
    }
}

/// A handler that undoes entries of the write-ahead log. An entry is deleted when the handler
/// succeeds, and comes back a minute later when it fails.
///
/// It runs on the node that may write ([`SystemView::may_write`](crate::SystemView::may_write)):
/// standbys see the same entries, and would undo them a second time. A server gives all entries
/// together 90 seconds. A handler that still runs then is dropped at its next await, and its entry
/// comes back.
pub struct WalHandler<S> {
    pub(super) handler: Erased<S, Result<(), Error>>,
    pub(super) on_every_node: bool,
    min_age: Duration,
}

impl<S: 'static> WalHandler<S> {
    /// Creates a handler for entries that are at least ten minutes old.
    pub fn new<H, A>(handler: H) -> Self
    where
        H: Handler<S, A>,
        H::Output: IntoDone + 'static,
        A: 'static,
    {
        let handler = Erased::new(handler, IntoDone::into_done);
        Self { handler, on_every_node: false, min_age: MIN_AGE }
    }

    /// Runs the handler on standbys too, which cannot delete an entry: it comes back to each of
    /// them every minute until the active node has deleted it.
    #[must_use]
    pub fn on_every_node(mut self) -> Self {
        self.on_every_node = true;
        self
    }

    /// Sets how old an entry must be. Choose more than any request may take.
    #[must_use]
    pub fn min_age(mut self, age: Duration) -> Self {
        self.min_age = age;
        self
    }

    /// Returns whether an entry is due; fails if it cannot be read.
    pub(super) fn is_due(&self, text: &[u8], clock: &Clock) -> Result<bool, serde_json::Error> {
        let entry: Stored<serde::de::IgnoredAny> = serde_json::from_slice(text)?;
        Ok(clock.unix_time().as_secs().saturating_sub(entry.created_at) >= self.min_age.as_secs())
    }
}

impl<S> fmt::Debug for WalHandler<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WalHandler")
            .field("on_every_node", &self.on_every_node)
            .field("min_age", &self.min_age)
            .finish_non_exhaustive()
    }
}

/// Returns a random UUID (version 4).
fn unique_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
