//! All services of a plugin on one connection, selected by the path of the call.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use plugin_proto::grpc::health::v1::health_server::{self, HealthServer};
use plugin_proto::logical::plugin_version_server::{self, PluginVersionServer};
use plugin_proto::pb::backend_server::{self, BackendServer};
use plugin_proto::plugin::grpc_broker_server::{self, GrpcBrokerServer};
use plugin_proto::plugin::grpc_controller_server::{self, GrpcControllerServer};
use plugin_proto::plugin::grpc_stdio_server::{self, GrpcStdioServer};
use plugin_proto::pluginutil::multiplexing::plugin_multiplexing_server::{
    self, PluginMultiplexingServer,
};
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::body::Body;
use tower::Service;

use super::backend::BackendService;
use super::health::PluginHealth;
use super::multiplexing::Multiplexing;
use super::stdio::Stdio;
use super::version::Version;
use super::{FirstUse, Instances, MOST_BYTES, PluginBroker, Serving, Shutdown};
use crate::Backend;
use crate::handshake::Mode;
use crate::transport::Received;

/// The services of one process. Cheap to clone.
pub(crate) struct Services<B> {
    backend: BackendServer<BackendService<B>>,
    broker: GrpcBrokerServer<PluginBroker>,
    controller: GrpcControllerServer<Shutdown>,
    stdio: GrpcStdioServer<Stdio>,
    health: HealthServer<PluginHealth>,
    multiplexing: PluginMultiplexingServer<Multiplexing>,
    version: PluginVersionServer<Version>,
    first_use: FirstUse,
}

impl<B: Backend> Services<B> {
    /// Creates the services. `version` has its leading `v`, or is empty. Streams end when
    /// `stopping` is cancelled.
    pub(crate) fn new(
        instances: Instances<B>,
        broker: PluginBroker,
        shutdown: Shutdown,
        version: Arc<str>,
        first_use: FirstUse,
        stopping: &CancellationToken,
        serving: Serving,
    ) -> Self {
        Self {
            multiplexing: PluginMultiplexingServer::new(Multiplexing {
                supported: serving.mode == Mode::ManyMounts,
                first_use: first_use.clone(),
            }),
            backend: BackendServer::new(BackendService { instances, serving })
                .max_decoding_message_size(MOST_BYTES)
                .max_encoding_message_size(MOST_BYTES),
            broker: GrpcBrokerServer::new(broker),
            controller: GrpcControllerServer::new(shutdown),
            stdio: GrpcStdioServer::new(Stdio { stopping: stopping.clone() }),
            health: HealthServer::new(PluginHealth { stopping: stopping.clone() }),
            version: PluginVersionServer::new(Version(version)),
            first_use,
        }
    }
}

impl<B> Clone for Services<B> {
    fn clone(&self) -> Self {
        Self {
            backend: self.backend.clone(),
            broker: self.broker.clone(),
            controller: self.controller.clone(),
            stdio: self.stdio.clone(),
            health: self.health.clone(),
            multiplexing: self.multiplexing.clone(),
            version: self.version.clone(),
            first_use: self.first_use.clone(),
        }
    }
}

impl<B> fmt::Debug for Services<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Services").finish_non_exhaustive()
    }
}

impl<B: Backend> Service<Request<Received>> for Services<B> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Received>) -> Self::Future {
        let service = request.uri().path().trim_start_matches('/').split('/').next();
        let service = service.unwrap_or_default();
        if !matches!(
            service,
            grpc_broker_server::SERVICE_NAME
                | grpc_stdio_server::SERVICE_NAME
                | plugin_multiplexing_server::SERVICE_NAME
        ) {
            self.first_use.note();
        }
        match service {
            backend_server::SERVICE_NAME => self.backend.call(request),
            grpc_broker_server::SERVICE_NAME => self.broker.call(request),
            grpc_controller_server::SERVICE_NAME => self.controller.call(request),
            grpc_stdio_server::SERVICE_NAME => self.stdio.call(request),
            health_server::SERVICE_NAME => self.health.call(request),
            plugin_multiplexing_server::SERVICE_NAME => self.multiplexing.call(request),
            plugin_version_server::SERVICE_NAME => self.version.call(request),
            _ => Box::pin(async { Ok(Status::unimplemented("unknown service").into_http()) }),
        }
    }
}
