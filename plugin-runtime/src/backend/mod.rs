//! The contract between a plugin and the runtime: what a backend answers.

pub(crate) mod request;

use std::future::Future;

use crate::{Error, Mount, Request, Response, SpecialPaths, Storage, SystemView};

/// The two kinds of backend that a mount can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BackendType {
    /// A secrets engine: `<cli> secrets enable`.
    Secrets,
    /// An auth method: `<cli> auth enable`.
    Auth,
}

/// One mount of a secrets engine or an auth method.
///
/// This is all that a plugin needs to implement; [`serve!`](crate::serve!) does the rest. One value
/// is made per mount. Its methods are called concurrently. A request is dropped at its next `.await`
/// when the API client hangs up or its time is over: run what must be finished in a task of its own.
/// [`initialize`](Backend::initialize), [`invalidate`](Backend::invalidate) and
/// [`cleanup`](Backend::cleanup) go on when the server stops waiting for them.
///
/// A node of a cluster has backends of its own. A server sets a mount up when it is enabled, on
/// each standby that serves reads too, and sets up all mounts once more whenever the node's role
/// changes: every unseal makes the node a standby first, so that each mount is set up, cleaned up
/// and set up again before the node is active. Keep `initialize` cheap for that.
///
/// ```
/// use plugin_runtime::{Backend, BackendType, Error, Operation, Request, Response};
///
/// /// Answers every read with a greeting.
/// struct Greeter;
///
/// impl Backend for Greeter {
///     fn kind(&self) -> BackendType {
///         BackendType::Secrets
///     }
///
///     async fn handle(&self, request: Request) -> Result<Option<Response>, Error> {
///         match request.operation {
///             Operation::Read => {
///                 let greeting = format!("Hello, {}", request.path);
///                 Ok(Some(Response::new(&serde_json::json!({ "message": greeting }))?))
///             }
///             _ => Err(Error::unsupported_operation()),
///         }
///     }
/// }
/// ```
pub trait Backend: Send + Sync + 'static {
    /// Returns whether this is a secrets engine or an auth method.
    fn kind(&self) -> BackendType;

    /// Returns paths that the server treats specially. Asked for when the mount is made and after
    /// each reload.
    fn special_paths(&self) -> SpecialPaths {
        SpecialPaths::default()
    }

    /// Loads state, and brings old formats up to date. Called once after each setup, when storage
    /// can be written to; requests may come while it is at work.
    ///
    /// Standbys call it too, where storage refuses writes. Write, and change other systems, only
    /// where [`may_write`](SystemView::may_write) is true:
    ///
    /// ```
    /// use plugin_runtime::{Error, Initialize};
    ///
    /// async fn initialize(start: Initialize) -> Result<(), Error> {
    ///     if start.system_view.may_write().await? {
    ///         start.storage.put("format", &2).await?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// An error fails the request that enables the mount; after an unseal it is only logged. On a
    /// standby, a server restarts the whole node over an error: storage's refusal to write, also as
    /// the source of an error, is therefore logged there and taken as success. When the node becomes
    /// the active one, a new backend is initialized.
    fn initialize(&self, start: Initialize) -> impl Future<Output = Result<(), Error>> + Send {
        let _ = start;
        async { Ok(()) }
    }

    /// Answers a request. `None` means "not found" (404) for a read or a list, and "done" (204)
    /// for anything else.
    ///
    /// # Errors
    ///
    /// What the caller is told; see [`Error`]. An operation or a path that the backend does not
    /// know is [`Error::unsupported_operation`] or [`Error::unsupported_path`].
    fn handle(
        &self,
        request: Request,
    ) -> impl Future<Output = Result<Option<Response>, Error>> + Send;

    /// Returns whether something is at the request's path, so that the server can tell `create`
    /// from
    /// `update` before it looks at the policies. `None` says that the path makes no difference.
    ///
    /// It is asked before the caller's rights are known: it must be cheap and must not write.
    ///
    /// # Errors
    ///
    /// [`Error::user`] reaches the caller; any other becomes an internal error.
    fn exists(
        &self,
        request: &Request,
    ) -> impl Future<Output = Result<Option<bool>, Error>> + Send {
        let _ = request;
        async { Ok(None) }
    }

    /// Forgets what was derived from the storage entry at `key`, which another node has changed.
    ///
    /// Only standbys are called, with each key that the active node writes or deletes in this
    /// mount's storage. The active node's own writes do not come back to it, and neither node is
    /// called after the restore of a snapshot: the active node then sets every mount up with new
    /// backends, and a standby may go on serving what it has cached.
    ///
    /// A server waits two seconds and goes on. The call runs to its end all the same, and the log
    /// tells when it takes longer, as reads on this node are out of date until then. The calls for
    /// one key run one after the other. Those that come while one is at work are answered by one
    /// further call.
    fn invalidate(&self, key: &str) -> impl Future<Output = ()> + Send {
        let _ = key;
        async {}
    }

    /// Ends what the backend has begun: connections, tasks. Called once at most: when the mount is
    /// disabled or reloaded, when the server seals or ends, and when the node's role changes, at
    /// each unseal too. Not called when the process is killed.
    ///
    /// Calls of `initialize` and `invalidate` that are at work have two seconds to end before it,
    /// and are dropped then. It is dropped itself after ten seconds.
    fn cleanup(&self) -> impl Future<Output = ()> + Send {
        async {}
    }
}

/// What [`Backend::initialize`] is given.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Initialize {
    /// The mount's storage.
    pub storage: Storage,
    /// What the server knows.
    pub system_view: SystemView,
}

impl Initialize {
    /// Returns a start with nothing but storage; for tests of backends.
    pub fn new(storage: Storage) -> Self {
        Self { storage, system_view: SystemView::unavailable() }
    }
}

/// What a plugin's factory may return: a backend, or a result with one.
///
/// Implemented for every [`Backend`] and for `Result<Backend, Error>`.
pub trait IntoBackend {
    /// The backend.
    type Backend: Backend;

    /// Returns the backend, or why it could not be made.
    ///
    /// # Errors
    ///
    /// The factory's own. The server shows it to the operator who enables the mount.
    fn into_backend(self) -> Result<Self::Backend, Error>;
}

impl<B: Backend> IntoBackend for B {
    type Backend = B;

    fn into_backend(self) -> Result<B, Error> {
        Ok(self)
    }
}

impl<B: Backend, E: Into<Error>> IntoBackend for Result<B, E> {
    type Backend = B;

    fn into_backend(self) -> Result<B, Error> {
        self.map_err(Into::into)
    }
}

/// Makes the backend of each mount.
pub(crate) type Factory<B> = Box<dyn Fn(Mount) -> Result<B, Error> + Send + Sync>;
