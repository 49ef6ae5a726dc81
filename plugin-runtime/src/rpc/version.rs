//! `logical.PluginVersion`: the plugin's own version.

use std::sync::Arc;

use plugin_proto::logical::plugin_version_server::PluginVersion;
use plugin_proto::logical::{Empty, VersionReply};
use tonic::{Request, Response, Status, async_trait};

/// The version, with the leading `v` that servers require; empty for a plugin without a version. It
/// belongs to the process and is the same for every mount.
#[derive(Clone, Debug)]
pub(super) struct Version(pub(super) Arc<str>);

#[async_trait]
impl PluginVersion for Version {
    async fn version(&self, _: Request<Empty>) -> Result<Response<VersionReply>, Status> {
        Ok(Response::new(VersionReply { plugin_version: self.0.to_string() }))
    }
}
