//! A backend as a `tower` service.

use std::fmt;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use tower::util::BoxCloneSyncService;
use tower::{Layer, Service, ServiceExt as _};

use crate::{Error, Request, Response};

/// The type that layers wrap: the backend, as a service of requests.
#[derive(Clone)]
pub struct Route {
    inner: BoxCloneSyncService<Request, Option<Response>, Error>,
}

impl Route {
    pub(super) fn new<T>(service: T) -> Self
    where
        T: Service<Request, Response = Option<Response>, Error = Error>
            + Clone
            + Send
            + Sync
            + 'static,
        T::Future: Send + 'static,
    {
        Self { inner: BoxCloneSyncService::new(service) }
    }

    /// Wraps this route in a layer. A layer's failure becomes an [`Error`]; if it is the layer's
    /// own error type, it becomes an internal error with that text.
    pub(super) fn layered<L>(self, layer: &L) -> Self
    where
        L: Layer<Self>,
        L::Service: Service<Request, Response = Option<Response>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Error: Into<tower::BoxError>,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        Self::new(layer.layer(self).map_err(|error| from_layer(error.into())))
    }
}

fn from_layer(error: tower::BoxError) -> Error {
    match error.downcast::<Error>() {
        Ok(error) => *error,
        Err(error) => Error::internal(error.to_string()).with_source(error),
    }
}

impl Service<Request> for Route {
    type Response = Option<Response>;
    type Error = Error;
    type Future = BoxFuture<'static, Result<Option<Response>, Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        self.inner.call(request)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Route")
    }
}
