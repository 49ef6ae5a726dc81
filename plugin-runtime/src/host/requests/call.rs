//! Calls to a mount, repeated once if its process is found dead.

use std::future::Future;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use plugin_proto::pb;

use crate::framework::TtlLimits;
use crate::host::Host;
use crate::host::error::HostError;
use crate::host::instance::InstanceError;
use crate::host::lease::LeaseCalls;
use crate::host::mounts::{Active, Mounted};

impl Host {
    /// Has the mount's backend handle a request, within the time that requests have.
    pub(in crate::host) async fn handle(
        &self,
        mount: &Arc<Mounted>,
        request: &pb::Request,
    ) -> Result<pb::HandleRequestReply, InstanceError> {
        let deadline = Some(self.deadline());
        let call =
            async |active: &Active| active.instance.handle_request(request.clone(), deadline).await;
        let active = self.active(mount).await?;
        match under_way(&active, call(&active)).await {
            Err(InstanceError::Gone) => {
                let active = self.revived(mount, &active).await?;
                under_way(&active, call(&active)).await
            }
            found => found,
        }
    }

    /// Asks the mount's backend whether something is at the request's path.
    pub(super) async fn existence_check(
        &self,
        mount: &Arc<Mounted>,
        request: &pb::Request,
    ) -> Result<pb::HandleExistenceCheckReply, InstanceError> {
        let deadline = Some(self.deadline());
        let call = async |active: &Active| {
            active.instance.existence_check(request.clone(), deadline).await
        };
        let active = self.active(mount).await?;
        match under_way(&active, call(&active)).await {
            Err(InstanceError::Gone) => {
                let active = self.revived(mount, &active).await?;
                under_way(&active, call(&active)).await
            }
            found => found,
        }
    }

    /// A new backend in the place of `dead`. The call is made once more then, so that a plugin
    /// which crashed halfway sees the same request again; servers do that.
    async fn revived(
        &self,
        mount: &Arc<Mounted>,
        dead: &Arc<Active>,
    ) -> Result<Arc<Active>, InstanceError> {
        self.restart_mount(mount, dead).await.map_err(as_instance_error)?;
        self.active(mount).await
    }

    /// The backend that runs now. While one is being replaced, this waits for the next.
    pub(super) async fn active(&self, mount: &Arc<Mounted>) -> Result<Arc<Active>, InstanceError> {
        if let Some(active) = mount.active() {
            return Ok(active);
        }
        let _changing = mount.changing.acquire().await.map_err(|_| InstanceError::Gone)?;
        mount.active().ok_or_else(|| InstanceError::Host("backend is nil".to_owned()))
    }

    /// The tick of every minute for one mount. What it can't do is not worth a word.
    pub(in crate::host) async fn roll_back(&self, mount: &Arc<Mounted>) {
        self.roll_back_with(mount, "null").await;
    }

    pub(super) async fn roll_back_with(&self, mount: &Arc<Mounted>, data: &'static str) {
        let request = pb::Request {
            data: data.into(),
            operation: crate::Operation::Rollback.name().to_owned(),
            mount_point: mount.path(),
            mount_type: mount.plugin.clone(),
            ..Default::default()
        };
        match self.handle(mount, &request).await {
            Ok(pb::HandleRequestReply { err: Some(error), .. })
                if error.err_type != UNSUPPORTED_OPERATION =>
            {
                tracing::warn!(mount = %mount.path(), error = %error.err_msg, "rollback failed");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(mount = %mount.path(), %error, "rollback failed"),
        }
    }
}

/// The number of the error of backends that have no periodic work.
const UNSUPPORTED_OPERATION: u32 = 5;

/// A call that whoever takes the backend away waits for.
async fn under_way<T>(active: &Active, call: impl Future<Output = T>) -> T {
    let _under_way = active.requests.token();
    call.await
}

fn as_instance_error(error: HostError) -> InstanceError {
    match error {
        HostError::Instance(error) => error,
        other => InstanceError::Host(crate::error::chain(&other)),
    }
}

/// What leases and tokens call.
impl LeaseCalls for Host {
    fn call<'a>(
        &'a self,
        mount: &'a str,
        mut request: pb::Request,
    ) -> BoxFuture<'a, Result<pb::HandleRequestReply, InstanceError>> {
        async move {
            let mount = self.mounted(mount).map_err(as_instance_error)?;
            request.mount_type = mount.plugin.clone();
            self.handle(&mount, &request).await
        }
        .boxed()
    }

    fn ttl_limits(&self, mount: &str) -> Option<TtlLimits> {
        self.mounted(mount).ok().map(|mount| mount.services.system_view.settings().ttl_limits())
    }
}
