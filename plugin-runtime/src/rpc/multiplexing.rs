//! `pluginutil.multiplexing.PluginMultiplexing`: reports whether one process serves many mounts.

use plugin_proto::pluginutil::multiplexing::plugin_multiplexing_server::PluginMultiplexing;
use plugin_proto::pluginutil::multiplexing::{
    MultiplexingSupportRequest, MultiplexingSupportResponse,
};
use tonic::{Request, Response, Status, async_trait};

use super::FirstUse;

#[derive(Clone, Debug)]
pub(super) struct Multiplexing {
    pub(super) supported: bool,
    pub(super) first_use: FirstUse,
}

#[async_trait]
impl PluginMultiplexing for Multiplexing {
    async fn multiplexing_support(
        &self,
        _: Request<MultiplexingSupportRequest>,
    ) -> Result<Response<MultiplexingSupportResponse>, Status> {
        // Noted here and not when the call arrives: if the server's client hangs up, the server
        // cancels the call before it is answered, and forgets the process.
        self.first_use.note();
        Ok(Response::new(MultiplexingSupportResponse { supported: self.supported }))
    }
}
