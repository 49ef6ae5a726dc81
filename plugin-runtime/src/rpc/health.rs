//! `grpc.health.v1.Health`: reports the service `plugin` as serving for as long as the process
//! runs.

use std::pin::Pin;

use futures_util::{Stream, StreamExt as _, stream};
use plugin_proto::grpc::health::v1::health_check_response::ServingStatus;
use plugin_proto::grpc::health::v1::health_server::Health;
use plugin_proto::grpc::health::v1::{
    HealthCheckRequest, HealthCheckResponse, HealthListRequest, HealthListResponse,
};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, async_trait};

/// The only service that plugins report on, apart from the process as a whole (`""`).
const SERVICE: &str = "plugin";

#[derive(Clone, Debug)]
pub(super) struct PluginHealth {
    pub(super) stopping: CancellationToken,
}

fn serving() -> HealthCheckResponse {
    HealthCheckResponse { status: ServingStatus::Serving.into() }
}

#[async_trait]
impl Health for PluginHealth {
    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        match request.get_ref().service.as_str() {
            "" | SERVICE => Ok(Response::new(serving())),
            _ => Err(Status::not_found("unknown service")),
        }
    }

    async fn list(
        &self,
        _: Request<HealthListRequest>,
    ) -> Result<Response<HealthListResponse>, Status> {
        let statuses = [(SERVICE.to_owned(), serving())].into();
        Ok(Response::new(HealthListResponse { statuses }))
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let status = match request.get_ref().service.as_str() {
            "" | SERVICE => serving(),
            _ => HealthCheckResponse { status: ServingStatus::ServiceUnknown.into() },
        };
        let end = self.stopping.clone().cancelled_owned();
        let updates =
            stream::iter([Ok(status)]).chain(stream::once(end).filter_map(async |()| None));
        Ok(Response::new(updates.boxed()))
    }
}
