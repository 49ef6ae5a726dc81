//! What stands for a mount of protocol 3 or 4 until its process is started.

use std::time::Instant;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use plugin_proto::pb;

use super::{MountServices, PluginProcess, RemoteInstance, Setup};
use crate::mounted_backend::{Deadline, InstanceError, MountedBackend};
use plugin_runtime::{BackendType, SpecialPaths};

/// What a plugin has said of itself. Its process is started before a request is sent.
#[derive(Clone, Debug)]
pub(crate) struct Placeholder {
    kind: BackendType,
    special_paths: SpecialPaths,
    protocol_version: u32,
}

impl Placeholder {
    /// Asks a process that was started for that, which is of no use afterwards.
    pub(crate) async fn ask(process: &PluginProcess, setup: Setup) -> Result<Self, InstanceError> {
        let services = MountServices::of_metadata();
        let instance = RemoteInstance::set_up(process, services, setup).await?;
        let special_paths = instance.special_paths().await?;
        let kind = instance.kind().await?;
        instance.cleanup().await;
        let protocol_version = process.handshake().protocol_version;
        Ok(Self { kind, special_paths, protocol_version })
    }

    pub(crate) fn protocol_version(&self) -> u32 {
        self.protocol_version
    }

    /// Checks that the process of the mount says the same.
    pub(crate) async fn check(&self, instance: &RemoteInstance) -> Result<(), InstanceError> {
        let mismatch = |what: &str| {
            Err(InstanceError::Host(format!(
                "the plugin has another {what} than in metadata mode: let it be the same in each process"
            )))
        };
        if instance.kind().await? != self.kind {
            return mismatch("type");
        }
        if instance.special_paths().await? != self.special_paths {
            return mismatch("special paths");
        }
        Ok(())
    }
}

impl MountedBackend for Placeholder {
    fn kind(&self) -> BoxFuture<'_, Result<BackendType, InstanceError>> {
        std::future::ready(Ok(self.kind)).boxed()
    }

    fn special_paths(&self) -> BoxFuture<'_, Result<SpecialPaths, InstanceError>> {
        std::future::ready(Ok(self.special_paths.clone())).boxed()
    }

    /// Does nothing: the process is initialised when it is started.
    fn initialize(
        &self,
        _: Option<Instant>,
    ) -> BoxFuture<'_, Result<pb::InitializeReply, InstanceError>> {
        std::future::ready(Ok(pb::InitializeReply::default())).boxed()
    }

    fn handle_request(
        &self,
        _: pb::Request,
        _: Deadline,
    ) -> BoxFuture<'_, Result<pb::HandleRequestReply, InstanceError>> {
        std::future::ready(Err(InstanceError::Gone)).boxed()
    }

    fn existence_check(
        &self,
        _: pb::Request,
        _: Deadline,
    ) -> BoxFuture<'_, Result<pb::HandleExistenceCheckReply, InstanceError>> {
        std::future::ready(Err(InstanceError::Gone)).boxed()
    }

    /// Does nothing: no process could have kept it.
    fn invalidate_key(&self, _: String) -> BoxFuture<'_, Result<(), InstanceError>> {
        std::future::ready(Ok(())).boxed()
    }

    fn cleanup(&self) -> BoxFuture<'_, ()> {
        std::future::ready(()).boxed()
    }
}
