//! What leases and tokens need of the mounts.

use futures_util::future::BoxFuture;
use plugin_proto::pb;

use crate::mounted_backend::InstanceError;
use plugin_runtime::framework::TtlLimits;

/// Calls to mounts on behalf of leases and tokens. The implementation sets the deadline.
pub(crate) trait LeaseCalls: Send + Sync {
    /// Sends a request whose path is relative to the mount and whose mount point is set.
    fn call<'a>(
        &'a self,
        mount: &'a str,
        request: pb::Request,
    ) -> BoxFuture<'a, Result<pb::HandleRequestReply, InstanceError>>;

    /// Returns the limits of the mount's leases; `None` when there is no such mount.
    fn ttl_limits(&self, mount: &str) -> Option<TtlLimits>;
}
