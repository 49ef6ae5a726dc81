//! The declaration of a backend.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tower::{Layer, Service};

use super::answer::{IntoAnswer, IntoDone};
use super::dispatch::{Declared, Dispatch, Path};
use super::handler::{Erased, Handler};
use super::lease::{LeasedSecret, SecretType};
use super::parts::{self, Parts};
use super::pattern::{Pattern, Router};
use super::wal::WalHandler;
use super::{FrameworkError, Operations, Route, check};
use crate::{BackendType, Error, IntoBackend, Request, Response, SpecialPaths};

/// The declaration of a secrets engine or an auth method, path by path. `S` is the backend's state;
/// each mount has its own.
///
/// ```
/// use plugin_runtime::framework::extract::{Fields, Path};
/// use plugin_runtime::framework::{Framework, read};
/// use plugin_runtime::{Error, Storage};
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize, Serialize, JsonSchema)]
/// struct Note {
///     /// What to remember.
///     text: String,
/// }
///
/// async fn read_note(Path(name): Path<String>, storage: Storage) -> Result<Option<Fields<Note>>, Error> {
///     Ok(storage.get(&name).await?.map(Fields))
/// }
///
/// async fn write_note(Path(name): Path<String>, Fields(note): Fields<Note>, storage: Storage) -> Result<(), Error> {
///     Ok(storage.put(name, &note).await?)
/// }
///
/// fn engine() -> Framework<()> {
///     Framework::secrets(()).path("{name}", read(read_note).write(write_note))
/// }
/// ```
pub struct Framework<S> {
    declared: Declared<S>,
    patterns: Vec<Pattern>,
    layers: Vec<Box<dyn FnOnce(Route) -> Route + Send>>,
}

impl<S: Send + Sync + 'static> Framework<S> {
    /// Declares a secrets engine.
    pub fn secrets(state: S) -> Self {
        Self::new(BackendType::Secrets, state)
    }

    /// Declares an auth method.
    pub fn auth(state: S) -> Self {
        Self::new(BackendType::Auth, state)
    }

    fn new(kind: BackendType, state: S) -> Self {
        Self {
            declared: Declared::new(kind, Arc::new(state)),
            patterns: Vec::new(),
            layers: Vec::new(),
        }
    }

    /// Adds a path. If several patterns match a request, the one that was declared first wins; a
    /// path that no request can reach is an error at start.
    #[must_use]
    pub fn path(mut self, pattern: impl Into<Pattern>, operations: Operations<S>) -> Self {
        self.patterns.push(pattern.into());
        self.declared.paths.push(Path::new(operations));
        self
    }

    /// Describes the backend, for `path-help` and OpenAPI.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.declared.description = text.into();
        self
    }

    /// Declares a kind of leased secret, with the handler that revokes it and, if it is renewable,
    /// the one that renews it.
    #[must_use]
    pub fn secret<T: LeasedSecret>(mut self, secret: SecretType<S, T>) -> Self {
        self.declared.secret_types.push(secret.erased());
        self
    }

    /// Sets the handler that renews the tokens of this auth method's logins. It answers with the
    /// [`Auth`](crate::Auth) for the renewed token; without such a handler, tokens cannot be
    /// renewed.
    #[must_use]
    pub fn renew_login<H, A>(mut self, handler: H) -> Self
    where
        H: Handler<S, A>,
        H::Output: IntoAnswer + 'static,
        A: 'static,
    {
        self.declared.declared_again("renew_login", self.declared.renew_login.is_some());
        self.declared.renew_login = Some(Erased::answering(handler));
        self
    }

    /// Runs once before the first request, on every node that serves reads; see
    /// [`Backend::initialize`](crate::Backend::initialize). Writes fail where
    /// [`SystemView::may_write`](crate::SystemView::may_write) is false. If the handler returns
    /// that failure, initialization counts as done on this node, and the handler runs again where
    /// the node becomes the active one.
    #[must_use]
    pub fn initialize<H, A>(mut self, handler: H) -> Self
    where
        H: Handler<S, A>,
        H::Output: IntoDone + 'static,
        A: 'static,
    {
        self.declared.declared_again("initialize", self.declared.initialize.is_some());
        self.declared.initialize = Some(Erased::new(handler, IntoDone::into_done));
        self
    }

    /// Runs once a minute on the node that may write
    /// ([`SystemView::may_write`](crate::SystemView::may_write)): the active one, not its standbys.
    /// After a failover, that is another node, with a new backend.
    ///
    /// A server gives this work, together with the write-ahead log, 90 seconds. A handler that
    /// still runs then is dropped at its next await, and runs again a minute later.
    ///
    /// ```
    /// use plugin_runtime::framework::Framework;
    /// use plugin_runtime::framework::extract::State;
    /// use plugin_runtime::{Result, Storage};
    /// # #[derive(Default)]
    /// # struct Pool;
    /// # impl Pool { fn close_idle(&self) {} }
    ///
    /// /// Deletes expired entries in the storage, which all nodes share.
    /// async fn tidy(storage: Storage) -> Result<()> {
    ///     Ok(storage.delete("expired").await?)
    /// }
    ///
    /// /// Maintains what each node keeps in memory.
    /// async fn look_after(pool: State<Pool>) {
    ///     pool.close_idle();
    /// }
    ///
    /// let engine = Framework::secrets(Pool::default())
    ///     .periodic(tidy)
    ///     .periodic_on_every_node(look_after);
    /// # engine.build().unwrap();
    /// ```
    #[must_use]
    pub fn periodic<H, A>(mut self, handler: H) -> Self
    where
        H: Handler<S, A>,
        H::Output: IntoDone + 'static,
        A: 'static,
    {
        self.declared.declared_again("periodic", self.declared.periodic.is_some());
        self.declared.periodic = Some(Erased::new(handler, IntoDone::into_done));
        self
    }

    /// Runs once a minute on every node that serves reads. That includes standbys, whose storage
    /// refuses writes. Use it for what each node keeps in memory. Runs after
    /// [`Framework::periodic`] where both run.
    #[must_use]
    pub fn periodic_on_every_node<H, A>(mut self, handler: H) -> Self
    where
        H: Handler<S, A>,
        H::Output: IntoDone + 'static,
        A: 'static,
    {
        let work = Erased::new(handler, IntoDone::into_done);
        self.declared.periodic_on_every_node = Some(work);
        self
    }

    /// Sets the handler that undoes unfinished work, from the entries of the write-ahead log. It
    /// runs on the node that may write.
    #[must_use]
    pub fn wal(mut self, handler: WalHandler<S>) -> Self {
        // The same handler with other terms is not a second one.
        let known = self.declared.wal.as_ref().map(|known| known.handler.name);
        self.declared.declared_again("wal", known.is_some_and(|name| name != handler.handler.name));
        self.declared.wal = Some(handler);
        self
    }

    /// Runs on a standby after another node has changed the storage entry at a key; see
    /// [`Backend::invalidate`](crate::Backend::invalidate).
    #[must_use]
    pub fn invalidate<F, Done>(mut self, invalidate: F) -> Self
    where
        F: Fn(Arc<S>, String) -> Done + Send + Sync + 'static,
        Done: Future<Output = ()> + Send + 'static,
    {
        self.declared.declared_again("invalidate", self.declared.invalidate.is_some());
        self.declared.invalidate = Some(Box::new(move |state, key| {
            let done: BoxFuture<'static, ()> = Box::pin(invalidate(state, key));
            done
        }));
        self
    }

    /// Runs once when the backend ends; see [`Backend::cleanup`](crate::Backend::cleanup).
    #[must_use]
    pub fn cleanup<F, Done>(mut self, cleanup: F) -> Self
    where
        F: Fn(Arc<S>) -> Done + Send + Sync + 'static,
        Done: Future<Output = ()> + Send + 'static,
    {
        self.declared.declared_again("cleanup", self.declared.cleanup.is_some());
        self.declared.cleanup = Some(Box::new(move |state| {
            let done: BoxFuture<'static, ()> = Box::pin(cleanup(state));
            done
        }));
        self
    }

    /// Adds special paths to those that follow from the declared paths.
    #[must_use]
    pub fn special_paths(mut self, paths: SpecialPaths) -> Self {
        self.declared.special_paths.extend(paths);
        self
    }

    /// Wraps the whole backend in a `tower` layer, such as a timeout, a limit, spans or metrics.
    /// The layer that was added last is the outermost.
    #[must_use]
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Send + 'static,
        L::Service: Service<Request, Response = Option<Response>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Error: Into<tower::BoxError>,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.layers.push(Box::new(move |route| route.layered(&layer)));
        self
    }

    /// Checks the declaration and builds the backend.
    ///
    /// [`serve!`](crate::serve!) does this for each mount; a test that calls it finds mistakes
    /// without a server.
    ///
    /// # Errors
    ///
    /// Refuses what cannot work. The message names the path and the handler, and says what to
    /// write:
    ///
    /// * a pattern that is invalid, or that no request can reach;
    /// * a regular expression in a field's schema that does not compile;
    /// * a list whose pattern matches no LIST path, a write to a path that ends with a slash, an
    ///   operation whose requests all go to earlier patterns;
    /// * two handlers for the same thing, two secret types with the same name, two descriptions of
    ///   a parameter, and a description of a parameter that the pattern does not have;
    /// * operation id parts for an operation that the OpenAPI document does not show, and verbs or
    ///   suffixes that give two operations the same id;
    /// * a [`Path`](super::extract::Path) whose type does not fit the pattern, and
    ///   [`Fields`](super::extract::Fields) or [`Patch`](super::extract::Patch) of a type that is
    ///   not an object;
    /// * an argument that its handler can never get: each argument's documentation says where it
    ///   exists;
    /// * a [`Leased`](super::Leased) answer without its secret type or from an unauthenticated
    ///   path, an [`Auth`](crate::Auth) from anything but a login of an auth method, an answer
    ///   whose fields are not an object;
    /// * logins, their renewal, alias or role in a secrets engine;
    /// * special paths that servers refuse, that omit some of their pattern's paths, or that
    ///   include the path of another declaration.
    pub fn build(self) -> Result<Dispatch<S>, FrameworkError> {
        let Self { mut declared, patterns, layers } = self;
        let router = Router::new(patterns)?;
        check::declaration(&mut declared, &router)?;
        for (pattern, path) in router.patterns().iter().zip(&mut declared.paths) {
            parts::check_patterns(pattern, &path.operations)?;
            path.parts = Parts::of(pattern, &path.operations);
        }
        let mut dispatch = Dispatch::new(declared, router);
        if !layers.is_empty() {
            let bare = Route::new(dispatch.clone());
            dispatch.route = Some(layers.into_iter().fold(bare, |route, layer| layer(route)));
        }
        Ok(dispatch)
    }
}

impl<S: Send + Sync + 'static> IntoBackend for Framework<S> {
    type Backend = Dispatch<S>;

    fn into_backend(self) -> Result<Dispatch<S>, Error> {
        self.build().map_err(|error| Error::new(error.to_string()))
    }
}

impl<S> fmt::Debug for Framework<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Framework").field("paths", &self.patterns).finish_non_exhaustive()
    }
}
