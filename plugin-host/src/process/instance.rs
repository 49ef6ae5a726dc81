//! One mount in a plugin's process.

use std::collections::HashMap;
use std::fmt;
use std::time::Instant;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use plugin_proto::logical;
use plugin_proto::logical::plugin_version_client::PluginVersionClient;
use plugin_proto::pb;
use plugin_proto::pb::backend_client::BackendClient;
use tonic::Code;
use tonic::metadata::{Ascii, MetadataValue};

use super::broker::Brokered;
use super::{MountServices, PluginProcess};
use crate::InstanceError;
use crate::mounted_backend::{Deadline, MountedBackend};
use crate::random::base62;
use plugin_runtime::__private::rpc::{MULTIPLEX_ID, request};
use plugin_runtime::__private::transport::Channel;
use plugin_runtime::{BackendType, SpecialPaths};

/// How many characters the identifier of an instance has. Servers' choice.
const ID_LENGTH: usize = 10;

/// What a plugin is told when a mount is set up. Empty for a probe.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setup {
    pub(crate) config: HashMap<String, String>,
    pub(crate) uuid: String,
}

/// One mount in a plugin's process.
pub(crate) struct RemoteInstance {
    process: PluginProcess,
    /// `None` of a process of protocol 3 or 4, which has one mount.
    id: Option<MetadataValue<Ascii>>,
    client: BackendClient<Channel>,
    brokered: Brokered,
}

impl RemoteInstance {
    /// Makes an instance in `process`, which calls `services`.
    pub(crate) async fn set_up(
        process: &PluginProcess,
        services: MountServices,
        setup: Setup,
    ) -> Result<Self, InstanceError> {
        let (broker_id, instance) = Self::offered(process, services).await?;
        let args = pb::SetupArgs { broker_id, config: setup.config, backend_uuid: setup.uuid };
        let mut client = instance.client.clone();
        let call = client.setup(instance.request(args, None));
        let reply = instance.process.call(None, call).await?;
        if !reply.err.is_empty() {
            return Err(InstanceError::Setup(reply.err));
        }
        // What the broker's stream has brought by now is heard before the mount is believed.
        tokio::task::yield_now().await;
        process.broker().check()?;
        Ok(instance)
    }

    /// Creates an instance that the plugin does not know: whatever it is asked with this
    /// identifier, it has to refuse.
    pub(crate) async fn never_set_up(process: &PluginProcess) -> Result<Self, InstanceError> {
        Ok(Self::offered(process, MountServices::of_probe()).await?.1)
    }

    /// Returns the instance, and the number of what it may call.
    async fn offered(
        process: &PluginProcess,
        services: MountServices,
    ) -> Result<(u32, Self), InstanceError> {
        let id = if process.holds_one_mount() {
            None
        } else {
            let id = MetadataValue::try_from(base62(ID_LENGTH));
            Some(id.map_err(|error| InstanceError::Host(error.to_string()))?)
        };
        let largest = process.shared.launch.largest_message;
        let client =
            BackendClient::with_origin(process.channel().clone(), process.channel().origin())
                .max_decoding_message_size(largest)
                .max_encoding_message_size(plugin_runtime::__private::rpc::MOST_BYTES);
        let (broker_id, brokered) = match process.broker().offer(services).await {
            Ok(offered) => offered,
            Err(error) => return Err(process.gone_or(error).await),
        };
        Ok((broker_id, Self { process: process.clone(), id, client, brokered }))
    }

    /// Returns the plugin's own version; empty if it has none.
    pub(crate) async fn version(&self) -> Result<String, InstanceError> {
        let channel = self.process.channel();
        let mut client = PluginVersionClient::with_origin(channel.clone(), channel.origin());
        let call = client.version(self.request(logical::Empty {}, None));
        match self.process.call(None, call).await {
            Ok(reply) => Ok(reply.plugin_version),
            Err(InstanceError::Status { code: Code::Unimplemented, .. }) => Ok(String::new()),
            Err(error) => Err(error),
        }
    }

    fn request<T>(&self, message: T, deadline: Option<Instant>) -> tonic::Request<T> {
        let mut request = request(message, deadline);
        if let Some(id) = &self.id {
            request.metadata_mut().insert(MULTIPLEX_ID, id.clone());
        }
        request
    }
}

impl fmt::Debug for RemoteInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteInstance").field("process", &self.process).finish_non_exhaustive()
    }
}

impl MountedBackend for RemoteInstance {
    fn kind(&self) -> BoxFuture<'_, Result<BackendType, InstanceError>> {
        let mut client = self.client.clone();
        async move {
            let call = client.r#type(self.request(pb::Empty {}, None));
            match self.process.call(None, call).await?.r#type {
                1 => Ok(BackendType::Secrets),
                2 => Ok(BackendType::Auth),
                other => Err(InstanceError::Type(other)),
            }
        }
        .boxed()
    }

    fn special_paths(&self) -> BoxFuture<'_, Result<SpecialPaths, InstanceError>> {
        let mut client = self.client.clone();
        async move {
            let call = client.special_paths(self.request(pb::Empty {}, None));
            let paths = self.process.call(None, call).await?.paths.unwrap_or_default();
            let mut special = SpecialPaths::default();
            special.root = paths.root;
            special.unauthenticated = paths.unauthenticated;
            special.local_storage = paths.local_storage;
            special.seal_wrap_storage = paths.seal_wrap_storage;
            special.write_forwarded_storage = paths.write_forwarded_storage;
            special.binary = paths.binary;
            special.limited = paths.limited;
            special.allow_snapshot_read = paths.allow_snapshot_read;
            Ok(special)
        }
        .boxed()
    }

    fn initialize(
        &self,
        deadline: Option<Instant>,
    ) -> BoxFuture<'_, Result<pb::InitializeReply, InstanceError>> {
        let mut client = self.client.clone();
        async move {
            let call = client.initialize(self.request(pb::InitializeArgs {}, deadline));
            match self.process.call(deadline, call).await {
                Err(InstanceError::Status { code: Code::Unimplemented, .. }) => {
                    Ok(pb::InitializeReply::default())
                }
                answer => answer,
            }
        }
        .boxed()
    }

    fn handle_request(
        &self,
        request: pb::Request,
        deadline: Deadline,
    ) -> BoxFuture<'_, Result<pb::HandleRequestReply, InstanceError>> {
        let mut client = self.client.clone();
        let args = pb::HandleRequestArgs { storage_id: 0, request: Some(Box::new(request)) };
        async move {
            let call = client.handle_request(self.request(args, deadline.heard()));
            self.process.call(Some(deadline.at()), call).await
        }
        .boxed()
    }

    fn existence_check(
        &self,
        request: pb::Request,
        deadline: Deadline,
    ) -> BoxFuture<'_, Result<pb::HandleExistenceCheckReply, InstanceError>> {
        let mut client = self.client.clone();
        let args = pb::HandleExistenceCheckArgs { storage_id: 0, request: Some(Box::new(request)) };
        async move {
            let call = client.handle_existence_check(self.request(args, deadline.heard()));
            self.process.call(Some(deadline.at()), call).await
        }
        .boxed()
    }

    fn invalidate_key(&self, key: String) -> BoxFuture<'_, Result<(), InstanceError>> {
        let mut client = self.client.clone();
        async move {
            let call = client.invalidate_key(self.request(pb::InvalidateKeyArgs { key }, None));
            self.process.call(None, call).await.map(drop)
        }
        .boxed()
    }

    fn cleanup(&self) -> BoxFuture<'_, ()> {
        let mut client = self.client.clone();
        async move {
            let call = client.cleanup(self.request(pb::Empty {}, None));
            if let Err(error) = self.process.call(None, call).await {
                tracing::debug!(%error, "cleanup failed");
            }
            self.brokered.close().await;
        }
        .boxed()
    }
}
