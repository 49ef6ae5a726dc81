//! `pluginutil.multiplexing.PluginMultiplexing`: whether one process serves many mounts. Yes.

use plugin_proto::pluginutil::multiplexing::plugin_multiplexing_server::PluginMultiplexing;
use plugin_proto::pluginutil::multiplexing::{
    MultiplexingSupportRequest, MultiplexingSupportResponse,
};
use tonic::{Request, Response, Status, async_trait};

use super::FirstUse;

#[derive(Clone, Debug)]
pub(super) struct Multiplexing {
    pub(super) first_use: FirstUse,
}

#[async_trait]
impl PluginMultiplexing for Multiplexing {
    async fn multiplexing_support(
        &self,
        _: Request<MultiplexingSupportRequest>,
    ) -> Result<Response<MultiplexingSupportResponse>, Status> {
        // Noted here and not when the call arrives: a server whose client hung up takes it back before
        // it is answered, and forgets the process.
        self.first_use.note();
        Ok(Response::new(MultiplexingSupportResponse { supported: true }))
    }
}
