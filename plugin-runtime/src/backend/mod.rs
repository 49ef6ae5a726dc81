//! The interface between a plugin and the runtime: the trait that a backend implements.

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
/// This is all that a plugin needs to implement; [`serve!`](crate::serve!) does the rest. Each
/// mount has a value of its own. Its methods are called concurrently. A request is dropped at its
/// next `.await` if the API client hangs up or its deadline passes; run work that must complete in
/// a task of its own. [`initialize`](Backend::initialize), [`invalidate`](Backend::invalidate) and
/// [`cleanup`](Backend::cleanup) continue when the server stops waiting for them.
///
/// Each node of a cluster has its own backends. A server sets a mount up when it is enabled, also
/// on each standby that serves reads, and sets all mounts up again whenever the node's role
/// changes: every unseal makes the node a standby first, so each mount is set up, cleaned up and
/// set up again before the node is active. Keep `initialize` cheap for this reason.
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

    /// Returns the paths that the server treats specially. Called when the mount is set up and
    /// after each reload.
    fn special_paths(&self) -> SpecialPaths {
        SpecialPaths::default()
    }

    /// Loads state, and migrates old formats. Called once after each setup, when storage is
    /// writable; requests may arrive while it runs.
    ///
    /// Standbys call it too, and there storage refuses writes. Write, and change other systems,
    /// only if [`may_write`](SystemView::may_write) is true:
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
    /// standby, an error makes the server restart the whole node. Storage's refusal to write, also
    /// as the source of an error, is therefore logged there and counts as success. When the node
    /// becomes the active one, a new backend is initialized.
    fn initialize(&self, start: Initialize) -> impl Future<Output = Result<(), Error>> + Send {
        let _ = start;
        async { Ok(()) }
    }

    /// Answers a request. `None` means "not found" (404) for a read or a list, and "done" (204) for
    /// any other operation.
    ///
    /// # Errors
    ///
    /// Fails with the error that the caller gets; see [`Error`]. For an unknown operation or path,
    /// return [`Error::unsupported_operation`] or [`Error::unsupported_path`].
    fn handle(
        &self,
        request: Request,
    ) -> impl Future<Output = Result<Option<Response>, Error>> + Send;

    /// Returns whether something exists at the request's path, so that the server can distinguish
    /// `create` from `update` before it checks the policies. `None` means that the path does not
    /// distinguish them.
    ///
    /// It is called before the caller's permissions are known: it must be cheap and must not write.
    ///
    /// # Errors
    ///
    /// [`Error::user`] reaches the caller; any other error becomes an internal error.
    fn exists(
        &self,
        request: &Request,
    ) -> impl Future<Output = Result<Option<bool>, Error>> + Send {
        let _ = request;
        async { Ok(None) }
    }

    /// Drops everything that was derived from the storage entry at `key`, which another node has
    /// changed.
    ///
    /// Only standbys are called, with each key that the active node writes or deletes in this
    /// mount's storage. The active node is not called for its own writes, and neither node is
    /// called after a snapshot is restored: the active node then sets every mount up with new
    /// backends, and a standby may continue to serve what it has cached.
    ///
    /// A server waits two seconds and then continues. The call still runs to its end, and the log
    /// says if it takes longer, since reads on this node are outdated until then. The calls for one
    /// key run one after the other. Calls that arrive while one is running are answered by one
    /// further call.
    fn invalidate(&self, key: &str) -> impl Future<Output = ()> + Send {
        let _ = key;
        async {}
    }

    /// Ends what the backend has started, such as connections and tasks. Called at most once: when
    /// the mount is disabled or reloaded, when the server seals or shuts down, and when the node's
    /// role changes, which includes every unseal. Not called if the process is killed.
    ///
    /// Running calls of `initialize` and `invalidate` have two seconds to complete before it, and
    /// are then dropped. `cleanup` itself is dropped after ten seconds.
    fn cleanup(&self) -> impl Future<Output = ()> + Send {
        async {}
    }
}

/// The arguments of [`Backend::initialize`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Initialize {
    /// The mount's storage.
    pub storage: Storage,
    /// The handle for questions to the server.
    pub system_view: SystemView,
}

impl Initialize {
    /// Creates a start with nothing but storage, for tests of backends.
    pub fn new(storage: Storage) -> Self {
        Self { storage, system_view: SystemView::unavailable() }
    }
}

/// What a plugin's factory may return: a backend, or a `Result` of one.
///
/// Implemented for every [`Backend`] and for `Result<Backend, Error>`.
pub trait IntoBackend {
    /// The backend.
    type Backend: Backend;

    /// Returns the backend, or the reason why it could not be created.
    ///
    /// # Errors
    ///
    /// Fails with the factory's own error. The server shows it to the operator who enables the
    /// mount.
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

/// Creates the backend of each mount.
pub(crate) type Factory<B> = Box<dyn Fn(Mount) -> Result<B, Error> + Send + Sync>;
