//! The write-ahead log: what a backend notes down before it changes another system, so that what
//! was left half done is undone.
//!
//! Entries live in storage below `wal/`, in the Go SDK's form.

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
/// ones may belong to requests that are still at work.
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
    /// Notes down what would have to be undone. `kind` tells entries of different handlers apart.
    ///
    /// # Errors
    ///
    /// When storage fails.
    pub async fn put<T: Serialize>(&self, kind: &str, data: &T) -> Result<WalId, StorageError> {
        self.put_as(&unique_id(), kind, data).await
    }

    /// As [`Wal::put`], under a name of one's own; what is there under it is replaced.
    ///
    /// A server whose plugin dies makes the request once more, with the same
    /// [`Request::id`](crate::Request::id). A handler that names what it creates after the request,
    /// and the entry too, does the same again then, and what the first attempt has left is neither
    /// forgotten nor rolled back under the feet of whoever got the second one's answer.
    ///
    /// # Errors
    ///
    /// When the name is empty or has a slash, or storage fails.
    pub async fn put_as<T: Serialize>(
        &self,
        name: &str,
        kind: &str,
        data: &T,
    ) -> Result<WalId, StorageError> {
        if name.is_empty() || name.contains('/') {
            // It would not be found among the names below the prefix.
            let text = format!("`{name}` is no name for an entry of the write-ahead log");
            return Err(StorageError::from_text(text));
        }
        let entry =
            Stored { r#type: kind.to_owned(), data, created_at: self.clock.unix_time().as_secs() };
        self.storage.put(format!("{PREFIX}{name}"), &entry).await?;
        Ok(WalId(name.to_owned()))
    }

    /// Strikes an entry: what it was about is done, or undone.
    ///
    /// # Errors
    ///
    /// When storage fails.
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
    /// What [`Wal::put`] was told.
    pub kind: String,
    /// What [`Wal::put`] was given.
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

/// What undoes entries of the write-ahead log. An entry is struck when it succeeds, and comes back
/// a minute later when it fails.
///
/// It runs on the node that may write ([`SystemView::may_write`](crate::SystemView::may_write)):
/// standbys see the same entries, and would undo them once more. A server gives all entries
/// together 90 seconds; a handler that is at work then is dropped at its next await, and its entry
/// comes back.
pub struct WalHandler<S> {
    pub(super) handler: Erased<S, Result<(), Error>>,
    pub(super) on_every_node: bool,
    min_age: Duration,
}

impl<S: 'static> WalHandler<S> {
    /// A handler for entries that are at least ten minutes old.
    pub fn new<H, A>(handler: H) -> Self
    where
        H: Handler<S, A>,
        H::Output: IntoDone + 'static,
        A: 'static,
    {
        let handler = Erased::new(handler, IntoDone::into_done);
        Self { handler, on_every_node: false, min_age: MIN_AGE }
    }

    /// Runs the handler on standbys too, which cannot strike an entry: it comes back to each of
    /// them every minute until the active node has struck it.
    #[must_use]
    pub fn on_every_node(mut self) -> Self {
        self.on_every_node = true;
        self
    }

    /// How old an entry must be, longer than any request may take.
    #[must_use]
    pub fn min_age(mut self, age: Duration) -> Self {
        self.min_age = age;
        self
    }

    /// Whether an entry of this text is due; one that can't be read is an error.
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

/// A random UUID (version 4).
fn unique_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
