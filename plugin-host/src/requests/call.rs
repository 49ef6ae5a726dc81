//! Calls to a mount, repeated once if its process is found dead.

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use plugin_proto::pb;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::Host;
use crate::error::HostError;
use crate::lease::LeaseCalls;
use crate::mounted_backend::{Deadline, InstanceError};
use crate::mounts::{Active, Mounted};
use crate::token::TOKENS;
use plugin_runtime::framework::TtlLimits;

impl Host {
    /// Has the mount's backend handle a request, within the time that requests have.
    pub(crate) async fn handle(
        &self,
        mount: &Arc<Mounted>,
        request: &pb::Request,
    ) -> Result<pb::HandleRequestReply, InstanceError> {
        let deadline = Deadline::of_a_server(&request.operation, self.deadline());
        self.on_a_backend(mount, |active| active.instance.handle_request(request.clone(), deadline))
            .await
    }

    /// Asks the mount's backend whether something is at the request's path.
    pub(super) async fn existence_check(
        &self,
        mount: &Arc<Mounted>,
        request: &pb::Request,
    ) -> Result<pb::HandleExistenceCheckReply, InstanceError> {
        let deadline = Deadline::of_a_server(&request.operation, self.deadline());
        self.on_a_backend(mount, |active| {
            active.instance.existence_check(request.clone(), deadline)
        })
        .await
    }

    /// Makes a call to the mount's backend, and once more to a new one when that is found dead, so
    /// that a plugin which crashed halfway sees the same request again; servers do that.
    async fn on_a_backend<T>(
        &self,
        mount: &Arc<Mounted>,
        call: impl Fn(&Active) -> BoxFuture<'_, Result<T, InstanceError>>,
    ) -> Result<T, InstanceError> {
        let (active, under_way) = self.started(mount).await?;
        let found = call(&active).await;
        drop(under_way);
        if !matches!(found, Err(InstanceError::Gone)) {
            return found;
        }
        self.restart_mount(mount, &active).await.map_err(as_instance_error)?;
        drop(active);
        let (active, _under_way) = self.entered(mount).await?;
        call(&active).await
    }

    /// Returns the backend that runs now, for a call. That of a plugin of protocol 3 or 4 is started
    /// by its first request.
    async fn started(
        &self,
        mount: &Arc<Mounted>,
    ) -> Result<(Arc<Active>, TaskTrackerToken), InstanceError> {
        let entered = self.entered(mount).await?;
        if entered.0.placeholder.is_none() {
            return Ok(entered);
        }
        let (placeholder, under_way) = entered;
        drop(under_way);
        self.restart_mount(mount, &placeholder).await.map_err(as_instance_error)?;
        self.entered(mount).await
    }

    /// Returns the backend that runs now. While one is being replaced, this waits for the next.
    pub(super) async fn active(&self, mount: &Arc<Mounted>) -> Result<Arc<Active>, InstanceError> {
        self.entered(mount).await.map(|(active, _under_way)| active)
    }

    /// Returns the backend that runs now, for a call. Code that takes the backend away waits for
    /// it. While one is being replaced, this waits for the next.
    async fn entered(
        &self,
        mount: &Arc<Mounted>,
    ) -> Result<(Arc<Active>, TaskTrackerToken), InstanceError> {
        if let Some(entered) = mount.entered() {
            return Ok(entered);
        }
        let _changing = mount.changing.acquire().await.map_err(|_| InstanceError::Gone)?;
        mount.entered().ok_or_else(|| InstanceError::Host("backend is nil".to_owned()))
    }

    /// Sends one mount the tick of every minute. Failures are ignored.
    pub(crate) async fn roll_back(&self, mount: &Arc<Mounted>) {
        self.roll_back_with(mount, "null").await;
    }

    pub(super) async fn roll_back_with(&self, mount: &Arc<Mounted>, data: &'static str) {
        let request = pb::Request {
            data: data.into(),
            operation: plugin_runtime::Operation::Rollback.name().to_owned(),
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

fn as_instance_error(error: HostError) -> InstanceError {
    match error {
        HostError::Instance(error) => error,
        other => InstanceError::Host(plugin_runtime::__private::error::chain(&other)),
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
            // Of a mount that is being disabled only leases are revoked and work is rolled back.
            let leaves = ["revoke", "rollback"].contains(&request.operation.as_str());
            if mount.services.system_view.is_tainted() && !leaves {
                return Err(InstanceError::Host("unsupported path".to_owned()));
            }
            request.mount_type = mount.plugin.clone();
            self.handle(&mount, &request).await
        }
        .boxed()
    }

    fn ttl_limits(&self, mount: &str) -> Option<TtlLimits> {
        if mount == TOKENS {
            return Some(self.system().ttl_limits());
        }
        self.mounted(mount).ok().map(|mount| mount.services.system_view.ttl_limits())
    }
}
