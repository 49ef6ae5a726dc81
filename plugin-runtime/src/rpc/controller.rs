//! `plugin.GRPCController`: the server's order to exit.

use plugin_proto::plugin::Empty;
use plugin_proto::plugin::grpc_controller_server::GrpcController;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, async_trait};

/// Tells the process to exit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shutdown {
    ordered: CancellationToken,
}

impl Shutdown {
    /// Resolves when the server has ordered the plugin to exit.
    pub(crate) async fn ordered(&self) {
        self.ordered.cancelled().await;
    }
}

#[async_trait]
impl GrpcController for Shutdown {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.ordered.cancel();
        Ok(Response::new(Empty {}))
    }
}
