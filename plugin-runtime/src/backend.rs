//! The contract between a plugin and the runtime: what a backend answers.

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
/// is made per mount. Its methods are called concurrently, and a call is dropped at its next
/// `.await` when the API client hangs up or its time is over: what must be finished then belongs
/// into a task of its own.
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
    /// Whether this is a secrets engine or an auth method.
    fn kind(&self) -> BackendType;

    /// Paths that the server treats specially. Asked for when the mount is made and after each
    /// reload.
    fn special_paths(&self) -> SpecialPaths {
        SpecialPaths::default()
    }

    /// Called once before the first request, with storage that can be written to: where state is
    /// loaded and old formats are brought up to date. On a standby node writes fail.
    ///
    /// # Errors
    ///
    /// An error fails the request that enables the mount; after a restart of the server it is
    /// only logged.
    fn initialize(&self, start: Initialize) -> impl Future<Output = Result<(), Error>> + Send {
        let _ = start;
        async { Ok(()) }
    }

    /// Answers a request. `None` says that there is nothing to say: "not found" (404) to a read or
    /// a list, "done" (204) to anything else.
    ///
    /// # Errors
    ///
    /// What the caller is told; see [`Error`]. An operation or a path that the backend does not
    /// know is [`Error::unsupported_operation`] or [`Error::unsupported_path`].
    fn handle(
        &self,
        request: Request,
    ) -> impl Future<Output = Result<Option<Response>, Error>> + Send;

    /// Whether something is at the request's path, so that the server can tell `create` from
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

    /// The storage entry at `key` was changed behind this process's back, by another node or a
    /// restore: forget what was derived from it.
    fn invalidate(&self, key: &str) -> impl Future<Output = ()> + Send {
        let _ = key;
        async {}
    }

    /// The mount goes, is reloaded, or the server seals. Called once at most.
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
    /// A start with nothing but storage; for tests of backends.
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

    /// The backend, or why there is none.
    ///
    /// # Errors
    ///
    /// The factory's own. The server shows it to whoever enables the mount.
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
