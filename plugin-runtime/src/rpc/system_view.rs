//! The client of `pb.SystemView`, which a server serves on each mount's brokered connection.

use std::time::{Duration, Instant, SystemTime};

use futures_util::FutureExt as _;
use plugin_proto::pb;
use plugin_proto::pb::system_view_client::SystemViewClient;
use tonic::{Code, Status};

use super::MOST_BYTES;
use super::call::{reason, request, timed};
use crate::system_view::{
    ClusterInfo, IdentityToken, PluginEnvironment, ReplicationState, RotationJob,
    SystemViewBackend, SystemViewError, SystemViewFuture, WrapInfo,
};
use crate::transport::Channel;
use crate::wire::{
    duration_from_wire, duration_to_wire, entity_from_wire, group_from_wire, seconds_to_wire,
    time_from_wire,
};
use crate::{Data, Entity, Group};

/// The system view of a server.
#[derive(Debug)]
pub(super) struct RemoteSystemView {
    client: SystemViewClient<Channel>,
}

impl RemoteSystemView {
    pub(super) fn new(channel: Channel) -> Self {
        Self {
            client: SystemViewClient::with_origin(channel.clone(), channel.origin())
                .max_decoding_message_size(MOST_BYTES)
                .max_encoding_message_size(MOST_BYTES),
        }
    }
}

/// Calls a method and converts its reply into the answer. `$name` is its name in errors.
macro_rules! call {
    ($self:expr, $deadline:expr, $name:literal, $method:ident($args:expr), $reply:ident => $answer:expr) => {{
        let mut client = $self.client.clone();
        let args = $args;
        async move {
            let $reply = timed($deadline, client.$method(request(args, $deadline)))
                .await
                .map_err(|status| refused(status, $name))?;
            $answer
        }
        .boxed()
    }};
}

fn refused(status: Status, name: &'static str) -> SystemViewError {
    match status.code() {
        Code::Unimplemented => SystemViewError::Unsupported(name),
        Code::DeadlineExceeded => SystemViewError::DeadlineExceeded,
        Code::Unknown | Code::Internal | Code::InvalidArgument
            if std::error::Error::source(&status).is_none() =>
        {
            SystemViewError::Refused(status.message().to_owned())
        }
        _ => SystemViewError::Unreachable { reason: reason(&status) },
    }
}

fn done(err: String) -> Result<(), SystemViewError> {
    if err.is_empty() { Ok(()) } else { Err(SystemViewError::Refused(err)) }
}

fn wrap_info(info: pb::ResponseWrapInfo) -> WrapInfo {
    WrapInfo {
        ttl: duration_from_wire(info.ttl),
        token: info.token.into(),
        accessor: info.accessor,
        creation_time: time_from_wire(info.creation_time).unwrap_or(SystemTime::UNIX_EPOCH),
        wrapped_accessor: info.wrapped_accessor,
        wrapped_entity_id: info.wrapped_entity_id,
        format: info.format,
        creation_path: info.creation_path,
        seal_wrap: info.seal_wrap,
    }
}

impl SystemViewBackend for RemoteSystemView {
    fn default_lease_ttl(&self, deadline: Option<Instant>) -> SystemViewFuture<'_, Duration> {
        call!(self, deadline, "DefaultLeaseTTL", default_lease_ttl(pb::Empty {}), reply => {
            Ok(duration_from_wire(reply.ttl))
        })
    }

    fn max_lease_ttl(&self, deadline: Option<Instant>) -> SystemViewFuture<'_, Duration> {
        call!(self, deadline, "MaxLeaseTTL", max_lease_ttl(pb::Empty {}), reply => {
            Ok(duration_from_wire(reply.ttl))
        })
    }

    fn tainted(&self, deadline: Option<Instant>) -> SystemViewFuture<'_, bool> {
        call!(self, deadline, "Tainted", tainted(pb::Empty {}), reply => Ok(reply.tainted))
    }

    fn caching_disabled(&self, deadline: Option<Instant>) -> SystemViewFuture<'_, bool> {
        call!(self, deadline, "CachingDisabled", caching_disabled(pb::Empty {}), reply => {
            Ok(reply.disabled)
        })
    }

    fn replication_state(
        &self,
        deadline: Option<Instant>,
    ) -> SystemViewFuture<'_, ReplicationState> {
        call!(self, deadline, "ReplicationState", replication_state(pb::Empty {}), reply => {
            Ok(ReplicationState::from_bits(reply.state))
        })
    }

    fn wrap_data(
        &self,
        data: Data,
        ttl: Duration,
        deadline: Option<Instant>,
    ) -> SystemViewFuture<'_, WrapInfo> {
        let args = pb::ResponseWrapDataArgs {
            data: data.into_wire(),
            ttl: duration_to_wire(ttl),
            jwt: false,
        };
        call!(self, deadline, "ResponseWrapData", response_wrap_data(args), reply => {
            done(reply.err)?;
            let missing = || SystemViewError::Refused("no wrapping token was answered".to_owned());
            reply.wrap_info.map(wrap_info).ok_or_else(missing)
        })
    }

    fn mlock_enabled(&self, deadline: Option<Instant>) -> SystemViewFuture<'_, bool> {
        call!(self, deadline, "MlockEnabled", mlock_enabled(pb::Empty {}), reply => {
            Ok(reply.enabled)
        })
    }

    fn local_mount(&self, deadline: Option<Instant>) -> SystemViewFuture<'_, bool> {
        call!(self, deadline, "LocalMount", local_mount(pb::Empty {}), reply => Ok(reply.local))
    }

    fn entity(
        &self,
        id: String,
        deadline: Option<Instant>,
    ) -> SystemViewFuture<'_, Option<Entity>> {
        let args = pb::EntityInfoArgs { entity_id: id };
        call!(self, deadline, "EntityInfo", entity_info(args), reply => {
            done(reply.err)?;
            Ok(reply.entity.map(entity_from_wire))
        })
    }

    fn groups_of_entity(
        &self,
        id: String,
        deadline: Option<Instant>,
    ) -> SystemViewFuture<'_, Vec<Group>> {
        let args = pb::EntityInfoArgs { entity_id: id };
        call!(self, deadline, "GroupsForEntity", groups_for_entity(args), reply => {
            done(reply.err)?;
            Ok(reply.groups.into_iter().map(group_from_wire).collect())
        })
    }

    fn plugin_environment(
        &self,
        deadline: Option<Instant>,
    ) -> SystemViewFuture<'_, PluginEnvironment> {
        call!(self, deadline, "PluginEnv", plugin_env(pb::Empty {}), reply => {
            done(reply.err)?;
            let environment = reply.plugin_environment.unwrap_or_default();
            Ok(PluginEnvironment {
                version: environment.vault_version,
                prerelease: environment.vault_version_prerelease,
                metadata: environment.vault_version_metadata,
            })
        })
    }

    fn generate_password(
        &self,
        policy: String,
        deadline: Option<Instant>,
    ) -> SystemViewFuture<'_, String> {
        let args = pb::GeneratePasswordFromPolicyRequest { policy_name: policy };
        call!(
            self,
            deadline,
            "GeneratePasswordFromPolicy",
            generate_password_from_policy(args),
            reply => Ok(reply.password)
        )
    }

    fn cluster_info(&self, deadline: Option<Instant>) -> SystemViewFuture<'_, ClusterInfo> {
        call!(self, deadline, "ClusterInfo", cluster_info(pb::Empty {}), reply => {
            done(reply.err)?;
            Ok(ClusterInfo { name: reply.cluster_name, id: reply.cluster_id })
        })
    }

    fn generate_identity_token(
        &self,
        audience: String,
        ttl: Duration,
        deadline: Option<Instant>,
    ) -> SystemViewFuture<'_, IdentityToken> {
        let args = pb::GenerateIdentityTokenRequest { audience, ttl: seconds_to_wire(ttl) };
        call!(self, deadline, "GenerateIdentityToken", generate_identity_token(args), reply => {
            let ttl = Duration::from_secs(u64::try_from(reply.ttl).unwrap_or_default());
            Ok(IdentityToken { token: reply.token.into(), ttl })
        })
    }

    fn register_rotation_job(
        &self,
        job: RotationJob,
        deadline: Option<Instant>,
    ) -> SystemViewFuture<'_, String> {
        let job = pb::RotationJobInput {
            name: job.name,
            mount_point: job.mount_point,
            path: job.path,
            rotation_schedule: job.schedule,
            rotation_window: seconds_to_wire(job.window),
            rotation_period: seconds_to_wire(job.period),
        };
        let args = pb::RegisterRotationJobRequest { job: Some(job) };
        call!(self, deadline, "RegisterRotationJob", register_rotation_job(args), reply => {
            done(reply.err)?;
            Ok(reply.rotation_id)
        })
    }

    fn deregister_rotation_job(
        &self,
        mount_point: String,
        path: String,
        deadline: Option<Instant>,
    ) -> SystemViewFuture<'_, ()> {
        let input = pb::DeregisterRotationRequestInput { mount_point, req_path: path };
        let args = pb::DeregisterRotationJobRequest { req: Some(input) };
        call!(self, deadline, "DeregisterRotationJob", deregister_rotation_job(args), _reply => {
            Ok(())
        })
    }
}
