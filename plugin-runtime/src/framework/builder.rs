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
use super::pattern::{Pattern, PatternError, Router};
use super::wal::WalHandler;
use super::{Operations, Route, special};
use crate::special_paths::SpecialPathError;
use crate::{BackendType, Error, IntoBackend, Request, Response, SpecialPaths};

/// A secrets engine or an auth method, declared path by path. `S` is its state, one value for each
/// mount.
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

/// Why a declaration is no backend. The message names the paths and says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FrameworkError {
    /// A pattern is wrong, or can never match.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// A special path is one that servers refuse.
    #[error(transparent)]
    SpecialPath(#[from] SpecialPathError),
    /// The special paths of a regex can't be told from it.
    #[error(
        "the path `{path}` is a regex whose paths cannot be listed; name them with special_paths() \
         in place of unauthenticated() or sudo()"
    )]
    SpecialRegex {
        /// The pattern.
        path: String,
    },
    /// A parameter is described that the pattern does not have.
    #[error("the path `{path}` has no parameter `{name}` to describe; correct its name")]
    Parameter {
        /// The pattern.
        path: String,
        /// The parameter that is not in it.
        name: String,
    },
    /// Two secret types have the same name.
    #[error("there are two secret types called `{0}`")]
    SecretType(&'static str),
    /// Only auth methods have logins to renew.
    #[error("a secrets engine has no logins to renew; declare it with Framework::auth()")]
    RenewLogin,
}

impl<S: Send + Sync + 'static> Framework<S> {
    /// A secrets engine.
    pub fn secrets(state: S) -> Self {
        Self::new(BackendType::Secrets, state)
    }

    /// An auth method.
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

    /// Adds a path. Where several patterns match, the one that was declared first counts; a path
    /// that could then never be reached is an error at start.
    #[must_use]
    pub fn path(mut self, pattern: impl Into<Pattern>, operations: Operations<S>) -> Self {
        self.patterns.push(pattern.into());
        self.declared.paths.push(Path::new(operations));
        self
    }

    /// What the backend is, for `path-help` and OpenAPI.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.declared.description = text.into();
        self
    }

    /// Declares a kind of leased secret, with what ends it and, if it can be renewed, what renews
    /// it.
    #[must_use]
    pub fn secret<T: LeasedSecret>(mut self, secret: SecretType<S, T>) -> Self {
        self.declared.secret_types.push(secret.erased());
        self
    }

    /// Renews the tokens of this auth method's logins. The handler answers with the
    /// [`Auth`](crate::Auth) to go on with; without this, tokens are not renewed.
    #[must_use]
    pub fn renew_login<H, A>(mut self, handler: H) -> Self
    where
        H: Handler<S, A>,
        H::Output: IntoAnswer + 'static,
        A: 'static,
    {
        self.declared.renew_login = Some(Erased::answering(handler));
        self
    }

    /// Runs once before the first request, with storage that can be written to. On a standby node
    /// writes fail.
    #[must_use]
    pub fn initialize<H, A>(mut self, handler: H) -> Self
    where
        H: Handler<S, A>,
        H::Output: IntoDone + 'static,
        A: 'static,
    {
        self.declared.initialize = Some(Erased::new(handler, IntoDone::into_done));
        self
    }

    /// Runs once a minute.
    #[must_use]
    pub fn periodic<H, A>(mut self, handler: H) -> Self
    where
        H: Handler<S, A>,
        H::Output: IntoDone + 'static,
        A: 'static,
    {
        self.declared.periodic = Some(Erased::new(handler, IntoDone::into_done));
        self
    }

    /// Undoes what was left half done, from the entries of the write-ahead log.
    #[must_use]
    pub fn wal(mut self, handler: WalHandler<S>) -> Self {
        self.declared.wal = Some(handler);
        self
    }

    /// Is told that the storage entry at a key was changed behind this process's back.
    #[must_use]
    pub fn invalidate<F, Done>(mut self, invalidate: F) -> Self
    where
        F: Fn(Arc<S>, String) -> Done + Send + Sync + 'static,
        Done: Future<Output = ()> + Send + 'static,
    {
        self.declared.invalidate = Some(Box::new(move |state, key| {
            let done: BoxFuture<'static, ()> = Box::pin(invalidate(state, key));
            done
        }));
        self
    }

    /// Runs once when the mount goes, is reloaded, or the server seals.
    #[must_use]
    pub fn cleanup<F, Done>(mut self, cleanup: F) -> Self
    where
        F: Fn(Arc<S>) -> Done + Send + Sync + 'static,
        Done: Future<Output = ()> + Send + 'static,
    {
        self.declared.cleanup = Some(Box::new(move |state| {
            let done: BoxFuture<'static, ()> = Box::pin(cleanup(state));
            done
        }));
        self
    }

    /// Adds special paths to those that the declared paths ask for themselves.
    #[must_use]
    pub fn special_paths(mut self, paths: SpecialPaths) -> Self {
        self.declared.special_paths = paths;
        self
    }

    /// Puts a `tower` layer around the whole backend: a timeout, a limit, spans, metrics. The last
    /// one added is the outermost.
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

    /// Checks the declaration and makes the backend of it.
    ///
    /// [`serve!`](crate::serve!) does so for each mount; a test that calls it finds what is wrong
    /// without a server.
    ///
    /// # Errors
    ///
    /// When patterns are wrong or can't be reached, special paths are illegal, or names are taken
    /// twice.
    pub fn build(self) -> Result<Dispatch<S>, FrameworkError> {
        let Self { mut declared, patterns, layers } = self;
        for (pattern, path) in patterns.iter().zip(&declared.paths) {
            special::add(&mut declared.special_paths, pattern, &path.operations)?;
        }
        declared.special_paths.check()?;
        declared.check()?;
        let router = Router::new(patterns)?;
        for (pattern, path) in router.patterns().iter().zip(&declared.paths) {
            check_parameters(pattern, &path.operations)?;
        }
        let mut dispatch = Dispatch::new(declared, router);
        if !layers.is_empty() {
            let bare = Route::new(dispatch.clone());
            dispatch.route = Some(layers.into_iter().fold(bare, |route, layer| layer(route)));
        }
        Ok(dispatch)
    }
}

/// Only parameters that are there can be described.
fn check_parameters<S>(
    pattern: &Pattern,
    operations: &Operations<S>,
) -> Result<(), FrameworkError> {
    for (name, _) in &operations.attributes.parameters {
        if !pattern.param_names().any(|known| known == name) {
            let path = pattern.as_str().to_owned();
            return Err(FrameworkError::Parameter { path, name: name.clone() });
        }
    }
    Ok(())
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
