//! Requests that go to a mount's backend as they are: no token, no lease, no existence check.

use std::fmt;
use std::sync::Arc;

use plugin_proto::pb;

use crate::error::HostError;
use crate::mounted_backend::InstanceError;
use crate::mounts::Mounted;
use crate::{Host, PluginProcess};

/// The backend of one mount, for tools that measure it or that send what no server would.
#[derive(Clone)]
pub struct MountedBackend {
    host: Host,
    mount: Arc<Mounted>,
}

impl Host {
    /// Returns the backend of the mount at `path`.
    ///
    /// # Errors
    ///
    /// Fails if nothing is mounted there.
    pub fn backend(&self, path: &str) -> Result<MountedBackend, HostError> {
        Ok(MountedBackend { host: self.clone(), mount: self.mounted(path)? })
    }
}

impl MountedBackend {
    /// Has the backend handle a request, whose path is relative to the mount. If its process is
    /// gone, it is started again and asked once more.
    ///
    /// # Errors
    ///
    /// Fails if the plugin does not answer; what it answers, an error included, is a reply.
    pub async fn handle(
        &self,
        request: &pb::Request,
    ) -> Result<pb::HandleRequestReply, InstanceError> {
        self.host.handle(&self.mount, request).await
    }

    /// Returns the process that the mount is in at the moment; `None` for a backend in this
    /// process.
    pub fn process(&self) -> Option<PluginProcess> {
        self.mount.active().and_then(|active| active.process.as_deref().cloned())
    }
}

impl fmt::Debug for MountedBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MountedBackend").field("mount", &self.mount.path()).finish_non_exhaustive()
    }
}
