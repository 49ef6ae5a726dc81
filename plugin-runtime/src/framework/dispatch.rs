//! A built backend: finds the handler that a request goes to.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use futures_util::future::BoxFuture;
use serde::de::IgnoredAny;
use tower::{Service, ServiceExt as _};

use super::context::Warned;
use super::handler::{Answering, Erased};
use super::lease::{ErasedSecretType, settle, type_of};
use super::parts::Parts;
use super::pattern::{Match, Router};
use super::stall::watched;
use super::wal::WalHandler;
use super::{Context, Operations, Route, documentation, rollback};
use crate::fields::NameList;
use crate::{
    Backend, BackendType, Data, Error, Initialize, Operation, Request, Response, SpecialPaths,
};

/// One declared path.
#[derive(Debug)]
pub(super) struct Path<S> {
    pub(super) operations: Operations<S>,
    pub(super) parts: Parts,
}

impl<S> Path<S> {
    pub(super) fn new(operations: Operations<S>) -> Self {
        Self { operations, parts: Parts::default() }
    }
}

type Invalidate<S> = Box<dyn Fn(Arc<S>, String) -> BoxFuture<'static, ()> + Send + Sync>;
type Cleanup<S> = Box<dyn Fn(Arc<S>) -> BoxFuture<'static, ()> + Send + Sync>;

/// Everything that was declared.
pub(super) struct Declared<S> {
    pub(super) kind: BackendType,
    pub(super) state: Arc<S>,
    pub(super) description: String,
    /// In the order of the router's patterns.
    pub(super) paths: Vec<Path<S>>,
    pub(super) secret_types: Vec<ErasedSecretType<S>>,
    pub(super) renew_login: Option<Answering<S>>,
    pub(super) initialize: Option<Erased<S, Result<(), Error>>>,
    pub(super) periodic: Option<Erased<S, Result<(), Error>>>,
    pub(super) periodic_on_every_node: Option<Erased<S, Result<(), Error>>>,
    pub(super) wal: Option<WalHandler<S>>,
    pub(super) invalidate: Option<Invalidate<S>>,
    pub(super) cleanup: Option<Cleanup<S>>,
    pub(super) special_paths: SpecialPaths,
    /// The name of something that was declared twice.
    pub(super) twice: Option<&'static str>,
}

impl<S> Declared<S> {
    pub(super) fn new(kind: BackendType, state: Arc<S>) -> Self {
        Self {
            kind,
            state,
            description: String::new(),
            paths: Vec::new(),
            secret_types: Vec::new(),
            renew_login: None,
            initialize: None,
            periodic: None,
            periodic_on_every_node: None,
            wal: None,
            invalidate: None,
            cleanup: None,
            special_paths: SpecialPaths::default(),
            twice: None,
        }
    }

    /// Returns whether a renewal is for a token rather than for a secret. An auth method that
    /// issues no secrets has nothing else to renew.
    fn renews_login(&self, request: &Request) -> bool {
        let only_logins = self.kind == BackendType::Auth && self.secret_types.is_empty();
        request.auth.is_some() || (only_logins && request.secret.is_none())
    }

    /// Notes that something is declared for the second time.
    pub(super) fn declared_again(&mut self, what: &'static str, again: bool) {
        if again {
            self.twice = Some(what);
        }
    }
}

/// A backend, made from the declaration of a [`Framework`](super::Framework). Cheap to clone.
pub struct Dispatch<S> {
    pub(super) declared: Arc<Declared<S>>,
    pub(super) router: Arc<Router>,
    /// The same, wrapped in the layers if there are any.
    pub(super) route: Option<Route>,
}

impl<S> Clone for Dispatch<S> {
    fn clone(&self) -> Self {
        Self {
            declared: Arc::clone(&self.declared),
            router: Arc::clone(&self.router),
            route: self.route.clone(),
        }
    }
}

impl<S> fmt::Debug for Dispatch<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths = self.router.patterns();
        f.debug_struct("Dispatch").field("paths", &paths).finish_non_exhaustive()
    }
}

type HandlerResult = Result<Option<Response>, Error>;

impl<S: Send + Sync + 'static> Dispatch<S> {
    pub(super) fn new(declared: Declared<S>, router: Router) -> Self {
        Self { declared: Arc::new(declared), router: Arc::new(router), route: None }
    }

    /// Answers a request. The futures of the rare operations are boxed, so that the future of a
    /// plain request stays small.
    async fn answer(&self, request: &Request) -> HandlerResult {
        let declared = &*self.declared;
        match request.operation {
            Operation::Renew if declared.renews_login(request) => {
                let Some(renew) = &declared.renew_login else {
                    return Err(Error::bad_request("this auth type doesn't support renew"));
                };
                Box::pin(self.run(renew, request)).await
            }
            Operation::Renew => {
                let renewal = self.secret_type(request)?.renew(self, request);
                Box::pin(renewal).await
            }
            Operation::Revoke => {
                let revocation = self.secret_type(request)?.revoke(self, request);
                Box::pin(revocation).await
            }
            Operation::Rollback => Box::pin(rollback::run(self, request)).await,
            Operation::Help => Box::pin(documentation::answer(self, request)).await,
            // Parsing the body is watched too, since it takes longer the larger the body is.
            _ => watched(self.at_path(request), || self.place(request)).await,
        }
    }

    /// Names the operation and the declared path that a request goes to.
    fn place(&self, request: &Request) -> String {
        let matched = self.router.route(&request.path);
        let pattern = matched.map(|matched| self.router.patterns()[matched.index()].as_str());
        format!("{} {}", request.operation, pattern.unwrap_or_default())
    }

    /// Runs a handler that does not belong to a path.
    pub(super) async fn run<T: 'static>(
        &self,
        handler: &Erased<S, Result<T, Error>>,
        request: &Request,
    ) -> Result<T, Error> {
        let answering = async {
            let answering = {
                let mut context =
                    Context::new(request, &self.declared.state, None, &handler.description);
                handler.call(&mut context)?
            };
            answering.await
        };
        watched(answering, || request.operation.to_string()).await
    }

    fn secret_type(&self, request: &Request) -> Result<&ErasedSecretType<S>, Error> {
        let secret = request.secret.as_ref().ok_or_else(|| Error::new("request has no secret"))?;
        type_of(&self.declared.secret_types, secret)
    }

    async fn at_path(&self, request: &Request) -> HandlerResult {
        let declared = &*self.declared;
        let (answering, warned) = {
            let matched = self.router.route(&request.path).ok_or_else(Error::unsupported_path)?;
            let path = &declared.paths[matched.index()];
            let handler = path
                .operations
                .handler(request.operation)
                .ok_or_else(Error::unsupported_operation)?;
            path.parts.check(&matched, request.operation, &handler.description)?;
            let mut context =
                Context::new(request, &declared.state, Some(&matched), &handler.description);
            let answering = handler.call(&mut context)?;
            let mut warned = context.into_warned();
            if !warned.read && request.operation != Operation::ResolvePath {
                (warned.replaced, warned.ignored) = unread_fields(&request.data, path, &matched)?;
            }
            (answering, warned)
        };
        let Some(response) = answering.await? else { return Ok(None) };
        let response = settle(&declared.secret_types, with_warnings(response, warned))?;
        response.in_envelope(&request.id).map(Some)
    }
}

/// Returns the names of the body's fields that no handler has read: those that are part of the
/// path, and those that no operation of the path has.
fn unread_fields<S: 'static>(
    data: &Data,
    path: &Path<S>,
    matched: &Match<'_, '_>,
) -> Result<(NameList, NameList), Error> {
    if data.is_none() {
        return Ok(Default::default());
    }
    let known = |name: &str| {
        let mut sets = path.operations.iter().flat_map(|(_, handler)| handler.description.inputs());
        sets.any(|set| set.knows(name))
    };
    let names = data.field_names()?;
    let (mut replaced, others): (Vec<&str>, Vec<&str>) =
        names.iter().map(String::as_str).partition(|name| matched.capture(name).is_some());
    if !replaced.is_empty() {
        // A null is not a value that could be replaced.
        let given: BTreeMap<String, Option<IgnoredAny>> = data.parse()?;
        replaced.retain(|name| given.get(*name).is_some_and(Option::is_some));
    }
    let ignored = others.into_iter().filter(|name| !known(name)).collect();
    Ok((replaced.into_iter().collect(), ignored))
}

/// Adds the two warnings that servers' own backends give, with the same texts.
fn with_warnings(mut response: Response, warned: Warned) -> Response {
    if !warned.ignored.is_empty() {
        let names = warned.ignored;
        response = response
            .with_warning(format!("Endpoint ignored these unrecognized parameters: [{names}]"));
    }
    if !warned.replaced.is_empty() {
        let names = warned.replaced;
        response = response.with_warning(format!(
            "Endpoint replaced the value of these parameters with the values captured from the \
             endpoint's path: [{names}]"
        ));
    }
    response
}

impl<S: Send + Sync + 'static> Service<Request> for Dispatch<S> {
    type Response = Option<Response>;
    type Error = Error;
    type Future = BoxFuture<'static, HandlerResult>;

    fn poll_ready(&mut self, _: &mut TaskContext<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let backend = self.clone();
        Box::pin(async move { backend.answer(&request).await })
    }
}

impl<S: Send + Sync + 'static> Backend for Dispatch<S> {
    fn kind(&self) -> BackendType {
        self.declared.kind
    }

    fn special_paths(&self) -> SpecialPaths {
        self.declared.special_paths.clone()
    }

    async fn initialize(&self, start: Initialize) -> Result<(), Error> {
        let Some(handler) = &self.declared.initialize else { return Ok(()) };
        let mut request = Request::new(Operation::Unknown, "", Data::none(), start.storage);
        request.system_view = start.system_view;
        self.run(handler, &request).await
    }

    async fn handle(&self, request: Request) -> HandlerResult {
        match &self.route {
            None => self.answer(&request).await,
            Some(route) => Box::pin(route.clone().oneshot(request)).await,
        }
    }

    async fn exists(&self, request: &Request) -> Result<Option<bool>, Error> {
        let checking = async {
            let declared = &*self.declared;
            let checking = {
                let matched =
                    self.router.route(&request.path).ok_or_else(Error::unsupported_path)?;
                let path = &declared.paths[matched.index()];
                let Some(check) = path.operations.existence_check() else { return Ok(None) };
                let refused = |error: Error| Error::user(error.message().to_owned());
                path.parts
                    .check(&matched, request.operation, &check.description)
                    .map_err(refused)?;
                let mut context =
                    Context::new(request, &declared.state, Some(&matched), &check.description);
                check.call(&mut context).map_err(refused)?
            };
            checking.await.map(Some)
        };
        watched(checking, || format!("existence check: {}", self.place(request))).await
    }

    async fn invalidate(&self, key: &str) {
        if let Some(invalidate) = &self.declared.invalidate {
            invalidate(Arc::clone(&self.declared.state), key.to_owned()).await;
        }
    }

    async fn cleanup(&self) {
        if let Some(cleanup) = &self.declared.cleanup {
            cleanup(Arc::clone(&self.declared.state)).await;
        }
    }
}
