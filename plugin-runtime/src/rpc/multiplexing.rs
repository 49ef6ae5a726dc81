//! `pluginutil.multiplexing.PluginMultiplexing`: whether one process serves many mounts. Yes.

use plugin_proto::pluginutil::multiplexing::plugin_multiplexing_server::PluginMultiplexing;
use plugin_proto::pluginutil::multiplexing::{
    MultiplexingSupportRequest, MultiplexingSupportResponse,
};
use tonic::{Request, Response, Status, async_trait};

#[derive(Clone, Copy, Debug)]
pub(super) struct Multiplexing;

#[async_trait]
impl PluginMultiplexing for Multiplexing {
    async fn multiplexing_support(
        &self,
        _: Request<MultiplexingSupportRequest>,
    ) -> Result<Response<MultiplexingSupportResponse>, Status> {
        Ok(Response::new(MultiplexingSupportResponse { supported: true }))
    }
}
