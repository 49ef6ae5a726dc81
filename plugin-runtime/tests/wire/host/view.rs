//! A server's system view, with answers that a test can distinguish.

use parking_lot::Mutex;
use plugin_proto::pb::system_view_server::SystemView;
use plugin_proto::{logical, pb};
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status, async_trait};

/// How the view answers.
#[derive(Clone, Debug, Default)]
pub(crate) enum Mood {
    #[default]
    Answering,
    /// Answers like a server that does not know the method.
    Unimplemented,
    /// Fails if the reply has room for an error.
    Refusing(&'static str),
}

/// A primary of performance replication, without disaster recovery.
const PRIMARY: i32 = 12_320;

pub(crate) struct HostView {
    mood: Mutex<Mood>,
    replication_state: Mutex<i32>,
    calls: Mutex<Vec<&'static str>>,
    timeouts: Mutex<Vec<Option<String>>>,
}

impl Default for HostView {
    fn default() -> Self {
        Self {
            mood: Mutex::default(),
            replication_state: Mutex::new(PRIMARY),
            calls: Mutex::default(),
            timeouts: Mutex::default(),
        }
    }
}

impl HostView {
    /// Changes the node's roles in replication.
    pub(crate) fn replication_state(&self, bits: i32) {
        *self.replication_state.lock() = bits;
    }

    pub(crate) fn be(&self, mood: Mood) {
        *self.mood.lock() = mood;
    }

    /// Returns the names of the called methods, in order.
    pub(crate) fn calls(&self) -> Vec<&'static str> {
        self.calls.lock().clone()
    }

    /// Returns the `grpc-timeout` of each call, as it arrived.
    pub(crate) fn timeouts(&self) -> Vec<Option<String>> {
        self.timeouts.lock().clone()
    }

    /// Records a call. Returns the reply's `err`.
    fn enter(&self, method: &'static str, metadata: &MetadataMap) -> Result<String, Status> {
        let timeout = metadata.get("grpc-timeout").and_then(|value| value.to_str().ok());
        self.timeouts.lock().push(timeout.map(str::to_owned));
        self.calls.lock().push(method);
        match *self.mood.lock() {
            Mood::Answering => Ok(String::new()),
            Mood::Unimplemented => Err(Status::unimplemented(format!("unknown method {method}"))),
            Mood::Refusing(text) => Ok(text.to_owned()),
        }
    }
}

fn wrapped(args: &pb::ResponseWrapDataArgs, err: String) -> pb::ResponseWrapDataReply {
    let info = pb::ResponseWrapInfo {
        ttl: args.ttl,
        token: format!("token for {}", String::from_utf8_lossy(&args.data)),
        accessor: "accessor-1".to_owned(),
        ..Default::default()
    };
    pb::ResponseWrapDataReply { wrap_info: err.is_empty().then_some(info), err }
}

fn entity(args: &pb::EntityInfoArgs, err: String) -> pb::EntityInfoReply {
    let name = format!("name of {}", args.entity_id);
    let entity = logical::Entity { name, ..Default::default() };
    pb::EntityInfoReply { entity: err.is_empty().then_some(entity), err }
}

fn environment(err: String) -> pb::PluginEnvReply {
    let environment =
        logical::PluginEnvironment { vault_version: "2.7.2".to_owned(), ..Default::default() };
    pb::PluginEnvReply { plugin_environment: err.is_empty().then_some(environment), err }
}

fn groups(args: &pb::EntityInfoArgs, err: String) -> pb::GroupsForEntityReply {
    let name = format!("group of {}", args.entity_id);
    pb::GroupsForEntityReply { groups: vec![logical::Group { name, ..Default::default() }], err }
}

fn job(args: pb::RegisterRotationJobRequest, err: String) -> pb::RegisterRotationJobResponse {
    let job = args.job.unwrap_or_default();
    let rotation_id = format!("{} at {} every {}", job.name, job.path, job.rotation_period);
    pb::RegisterRotationJobResponse { rotation_id, err }
}

#[async_trait]
impl SystemView for HostView {
    async fn default_lease_ttl(
        &self,
        request: Request<pb::Empty>,
    ) -> Result<Response<pb::TtlReply>, Status> {
        self.enter("DefaultLeaseTTL", request.metadata())?;
        Ok(Response::new(pb::TtlReply { ttl: 60_000_000_000 }))
    }

    async fn max_lease_ttl(
        &self,
        request: Request<pb::Empty>,
    ) -> Result<Response<pb::TtlReply>, Status> {
        self.enter("MaxLeaseTTL", request.metadata())?;
        Ok(Response::new(pb::TtlReply { ttl: 3_600_000_000_000 }))
    }

    async fn tainted(
        &self,
        request: Request<pb::Empty>,
    ) -> Result<Response<pb::TaintedReply>, Status> {
        self.enter("Tainted", request.metadata())?;
        Ok(Response::new(pb::TaintedReply { tainted: true }))
    }

    async fn caching_disabled(
        &self,
        request: Request<pb::Empty>,
    ) -> Result<Response<pb::CachingDisabledReply>, Status> {
        self.enter("CachingDisabled", request.metadata())?;
        Ok(Response::new(pb::CachingDisabledReply { disabled: true }))
    }

    async fn replication_state(
        &self,
        request: Request<pb::Empty>,
    ) -> Result<Response<pb::ReplicationStateReply>, Status> {
        self.enter("ReplicationState", request.metadata())?;
        Ok(Response::new(pb::ReplicationStateReply { state: *self.replication_state.lock() }))
    }

    async fn response_wrap_data(
        &self,
        request: Request<pb::ResponseWrapDataArgs>,
    ) -> Result<Response<pb::ResponseWrapDataReply>, Status> {
        let err = self.enter("ResponseWrapData", request.metadata())?;
        let args = request.into_inner();
        Ok(Response::new(wrapped(&args, err)))
    }

    async fn mlock_enabled(
        &self,
        request: Request<pb::Empty>,
    ) -> Result<Response<pb::MlockEnabledReply>, Status> {
        self.enter("MlockEnabled", request.metadata())?;
        Ok(Response::new(pb::MlockEnabledReply { enabled: true }))
    }

    async fn local_mount(
        &self,
        request: Request<pb::Empty>,
    ) -> Result<Response<pb::LocalMountReply>, Status> {
        self.enter("LocalMount", request.metadata())?;
        Ok(Response::new(pb::LocalMountReply { local: true }))
    }

    async fn entity_info(
        &self,
        request: Request<pb::EntityInfoArgs>,
    ) -> Result<Response<pb::EntityInfoReply>, Status> {
        let err = self.enter("EntityInfo", request.metadata())?;
        let args = request.into_inner();
        Ok(Response::new(entity(&args, err)))
    }

    async fn plugin_env(
        &self,
        request: Request<pb::Empty>,
    ) -> Result<Response<pb::PluginEnvReply>, Status> {
        let err = self.enter("PluginEnv", request.metadata())?;
        Ok(Response::new(environment(err)))
    }

    async fn groups_for_entity(
        &self,
        request: Request<pb::EntityInfoArgs>,
    ) -> Result<Response<pb::GroupsForEntityReply>, Status> {
        let err = self.enter("GroupsForEntity", request.metadata())?;
        let args = request.into_inner();
        Ok(Response::new(groups(&args, err)))
    }

    async fn generate_password_from_policy(
        &self,
        request: Request<pb::GeneratePasswordFromPolicyRequest>,
    ) -> Result<Response<pb::GeneratePasswordFromPolicyReply>, Status> {
        self.enter("GeneratePasswordFromPolicy", request.metadata())?;
        let args = request.into_inner();
        Ok(Response::new(pb::GeneratePasswordFromPolicyReply {
            password: format!("by {}", args.policy_name),
        }))
    }

    async fn cluster_info(
        &self,
        request: Request<pb::Empty>,
    ) -> Result<Response<pb::ClusterInfoReply>, Status> {
        let err = self.enter("ClusterInfo", request.metadata())?;
        Ok(Response::new(pb::ClusterInfoReply {
            cluster_name: "cluster".into(),
            cluster_id: "id-1".into(),
            err,
        }))
    }

    async fn generate_identity_token(
        &self,
        request: Request<pb::GenerateIdentityTokenRequest>,
    ) -> Result<Response<pb::GenerateIdentityTokenResponse>, Status> {
        self.enter("GenerateIdentityToken", request.metadata())?;
        let args = request.into_inner();
        Ok(Response::new(pb::GenerateIdentityTokenResponse {
            token: format!("for {}", args.audience),
            ttl: args.ttl,
        }))
    }

    async fn register_rotation_job(
        &self,
        request: Request<pb::RegisterRotationJobRequest>,
    ) -> Result<Response<pb::RegisterRotationJobResponse>, Status> {
        let err = self.enter("RegisterRotationJob", request.metadata())?;
        let args = request.into_inner();
        Ok(Response::new(job(args, err)))
    }

    async fn deregister_rotation_job(
        &self,
        request: Request<pb::DeregisterRotationJobRequest>,
    ) -> Result<Response<pb::Empty>, Status> {
        self.enter("DeregisterRotationJob", request.metadata())?;
        Ok(Response::new(pb::Empty {}))
    }
}
