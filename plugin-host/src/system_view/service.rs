//! `pb.SystemView`: what a plugin asks on its brokered connection.

use std::time::Instant;

use plugin_proto::pb::system_view_server::SystemView;
use plugin_proto::{logical, pb};
use prost_types::Timestamp;
use tonic::{Request, Response, Status, async_trait};

use super::MountSystemView;
use plugin_runtime::__private::rpc;
use plugin_runtime::__private::system_view::SystemViewBackend as _;
use plugin_runtime::__private::wire::{
    duration_from_wire, duration_to_wire, entity_to_wire, group_to_wire, seconds_to_wire,
};
use plugin_runtime::{Data, RotationJob, SystemViewError, WrapInfo};

type GrpcResult<T> = Result<Response<T>, Status>;

/// The service of one mount.
#[derive(Clone, Debug)]
pub(crate) struct SystemViewService {
    view: MountSystemView,
}

impl SystemViewService {
    pub(crate) fn new(view: MountSystemView) -> Self {
        Self { view }
    }
}

fn deadline<T>(request: &Request<T>) -> Option<Instant> {
    rpc::deadline(request.metadata())
}

/// Creates a refusal that is an error of the call.
fn refused(error: SystemViewError) -> Status {
    match error {
        SystemViewError::Unsupported(name) => {
            Status::unimplemented(format!("unknown method {name} for service pb.SystemView"))
        }
        SystemViewError::DeadlineExceeded => Status::deadline_exceeded("context deadline exceeded"),
        other => Status::internal(other.to_string()),
    }
}

/// Creates a refusal that is a text in the reply.
fn said<T: Default>(answer: Result<T, SystemViewError>) -> Result<(T, String), Status> {
    match answer {
        Ok(answer) => Ok((answer, String::new())),
        Err(SystemViewError::Refused(text)) => Ok((T::default(), text)),
        Err(error) => Err(refused(error)),
    }
}

fn wrap_to_wire(wrap: WrapInfo) -> pb::ResponseWrapInfo {
    pb::ResponseWrapInfo {
        ttl: duration_to_wire(wrap.ttl),
        token: wrap.token.to_string(),
        accessor: wrap.accessor,
        creation_time: Some(Timestamp::from(wrap.creation_time)),
        wrapped_accessor: wrap.wrapped_accessor,
        wrapped_entity_id: wrap.wrapped_entity_id,
        format: wrap.format,
        creation_path: wrap.creation_path,
        seal_wrap: wrap.seal_wrap,
    }
}

#[async_trait]
impl SystemView for SystemViewService {
    async fn default_lease_ttl(&self, request: Request<pb::Empty>) -> GrpcResult<pb::TtlReply> {
        let ttl = self.view.default_lease_ttl(deadline(&request)).await.map_err(refused)?;
        Ok(Response::new(pb::TtlReply { ttl: duration_to_wire(ttl) }))
    }

    async fn max_lease_ttl(&self, request: Request<pb::Empty>) -> GrpcResult<pb::TtlReply> {
        let ttl = self.view.max_lease_ttl(deadline(&request)).await.map_err(refused)?;
        Ok(Response::new(pb::TtlReply { ttl: duration_to_wire(ttl) }))
    }

    async fn tainted(&self, request: Request<pb::Empty>) -> GrpcResult<pb::TaintedReply> {
        let tainted = self.view.tainted(deadline(&request)).await.map_err(refused)?;
        Ok(Response::new(pb::TaintedReply { tainted }))
    }

    async fn caching_disabled(
        &self,
        request: Request<pb::Empty>,
    ) -> GrpcResult<pb::CachingDisabledReply> {
        let disabled = self.view.caching_disabled(deadline(&request)).await.map_err(refused)?;
        Ok(Response::new(pb::CachingDisabledReply { disabled }))
    }

    async fn replication_state(
        &self,
        request: Request<pb::Empty>,
    ) -> GrpcResult<pb::ReplicationStateReply> {
        let state = self.view.replication_state(deadline(&request)).await.map_err(refused)?;
        Ok(Response::new(pb::ReplicationStateReply { state: state.bits() }))
    }

    async fn response_wrap_data(
        &self,
        request: Request<pb::ResponseWrapDataArgs>,
    ) -> GrpcResult<pb::ResponseWrapDataReply> {
        let deadline = deadline(&request);
        let args = request.into_inner();
        let (data, ttl) = (Data::from_wire(args.data), duration_from_wire(args.ttl));
        let wrapped = self.view.wrap_data(data, ttl, deadline).await.map(Some);
        let (wrap, err) = said(wrapped)?;
        let wrap_info = wrap.map(wrap_to_wire);
        Ok(Response::new(pb::ResponseWrapDataReply { wrap_info, err }))
    }

    async fn mlock_enabled(
        &self,
        request: Request<pb::Empty>,
    ) -> GrpcResult<pb::MlockEnabledReply> {
        let enabled = self.view.mlock_enabled(deadline(&request)).await.map_err(refused)?;
        Ok(Response::new(pb::MlockEnabledReply { enabled }))
    }

    async fn local_mount(&self, request: Request<pb::Empty>) -> GrpcResult<pb::LocalMountReply> {
        let local = self.view.local_mount(deadline(&request)).await.map_err(refused)?;
        Ok(Response::new(pb::LocalMountReply { local }))
    }

    async fn entity_info(
        &self,
        request: Request<pb::EntityInfoArgs>,
    ) -> GrpcResult<pb::EntityInfoReply> {
        let deadline = deadline(&request);
        let id = request.into_inner().entity_id;
        let (entity, err) = said(self.view.entity(id, deadline).await)?;
        Ok(Response::new(pb::EntityInfoReply { entity: entity.map(entity_to_wire), err }))
    }

    async fn plugin_env(&self, request: Request<pb::Empty>) -> GrpcResult<pb::PluginEnvReply> {
        let (found, err) = said(self.view.plugin_environment(deadline(&request)).await)?;
        let plugin_environment = Some(logical::PluginEnvironment {
            vault_version: found.version,
            vault_version_prerelease: found.prerelease,
            vault_version_metadata: found.metadata,
        });
        Ok(Response::new(pb::PluginEnvReply { plugin_environment, err }))
    }

    async fn groups_for_entity(
        &self,
        request: Request<pb::EntityInfoArgs>,
    ) -> GrpcResult<pb::GroupsForEntityReply> {
        let deadline = deadline(&request);
        let id = request.into_inner().entity_id;
        let (groups, err) = said(self.view.groups_of_entity(id, deadline).await)?;
        let groups = groups.into_iter().map(group_to_wire).collect();
        Ok(Response::new(pb::GroupsForEntityReply { groups, err }))
    }

    async fn generate_password_from_policy(
        &self,
        request: Request<pb::GeneratePasswordFromPolicyRequest>,
    ) -> GrpcResult<pb::GeneratePasswordFromPolicyReply> {
        let deadline = deadline(&request);
        let policy = request.into_inner().policy_name;
        if policy.is_empty() {
            return Err(Status::invalid_argument("no password policy name provided"));
        }
        let password = self.view.generate_password(policy, deadline).await.map_err(refused)?;
        Ok(Response::new(pb::GeneratePasswordFromPolicyReply { password }))
    }

    async fn cluster_info(&self, request: Request<pb::Empty>) -> GrpcResult<pb::ClusterInfoReply> {
        let found = self.view.cluster_info(deadline(&request)).await.map_err(refused)?;
        let (cluster_name, cluster_id) = (found.name, found.id);
        Ok(Response::new(pb::ClusterInfoReply { cluster_name, cluster_id, err: String::new() }))
    }

    async fn generate_identity_token(
        &self,
        request: Request<pb::GenerateIdentityTokenRequest>,
    ) -> GrpcResult<pb::GenerateIdentityTokenResponse> {
        let deadline = deadline(&request);
        let args = request.into_inner();
        let ttl = std::time::Duration::from_secs(u64::try_from(args.ttl).unwrap_or_default());
        let answer = self.view.generate_identity_token(args.audience, ttl, deadline).await;
        let token = answer.map_err(refused)?;
        let (ttl, token) = (seconds_to_wire(token.ttl), token.token.to_string());
        Ok(Response::new(pb::GenerateIdentityTokenResponse { token, ttl }))
    }

    async fn register_rotation_job(
        &self,
        request: Request<pb::RegisterRotationJobRequest>,
    ) -> GrpcResult<pb::RegisterRotationJobResponse> {
        let job = RotationJob::default();
        let answer = self.view.register_rotation_job(job, deadline(&request)).await;
        let (rotation_id, err) = said(answer)?;
        Ok(Response::new(pb::RegisterRotationJobResponse { rotation_id, err }))
    }

    async fn deregister_rotation_job(
        &self,
        request: Request<pb::DeregisterRotationJobRequest>,
    ) -> GrpcResult<pb::Empty> {
        let deadline = deadline(&request);
        let (mount, path) = (String::new(), String::new());
        self.view.deregister_rotation_job(mount, path, deadline).await.map_err(refused)?;
        Ok(Response::new(pb::Empty {}))
    }
}
