//! Information from a server about itself, its clients and a mount's settings.

mod answers;
mod error;
mod handle;

pub use answers::{
    ClusterInfo, IdentityToken, PluginEnvironment, ReplicationState, RotationJob, WrapInfo,
};
pub use error::SystemViewError;
pub use handle::SystemView;

use std::fmt;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use crate::{Data, Entity, Group};

/// The answer to one question.
pub type SystemViewFuture<'a, T> = BoxFuture<'a, Result<T, SystemViewError>>;

/// The source of the answers: a server, or an error in tests.
#[doc(hidden)]
#[allow(missing_docs, reason = "a question each, as `SystemView` documents them")]
pub trait SystemViewBackend: fmt::Debug + Send + Sync {
    fn default_lease_ttl(&self, deadline: Option<Instant>) -> SystemViewFuture<'_, Duration>;
    fn max_lease_ttl(&self, deadline: Option<Instant>) -> SystemViewFuture<'_, Duration>;
    fn tainted(&self, deadline: Option<Instant>) -> SystemViewFuture<'_, bool>;
    fn caching_disabled(&self, deadline: Option<Instant>) -> SystemViewFuture<'_, bool>;
    fn replication_state(
        &self,
        deadline: Option<Instant>,
    ) -> SystemViewFuture<'_, ReplicationState>;
    fn wrap_data(
        &self,
        data: Data,
        ttl: Duration,
        deadline: Option<Instant>,
    ) -> SystemViewFuture<'_, WrapInfo>;
    fn mlock_enabled(&self, deadline: Option<Instant>) -> SystemViewFuture<'_, bool>;
    fn local_mount(&self, deadline: Option<Instant>) -> SystemViewFuture<'_, bool>;
    fn entity(&self, id: String, deadline: Option<Instant>)
    -> SystemViewFuture<'_, Option<Entity>>;
    fn groups_of_entity(
        &self,
        id: String,
        deadline: Option<Instant>,
    ) -> SystemViewFuture<'_, Vec<Group>>;
    fn plugin_environment(
        &self,
        deadline: Option<Instant>,
    ) -> SystemViewFuture<'_, PluginEnvironment>;
    fn generate_password(
        &self,
        policy: String,
        deadline: Option<Instant>,
    ) -> SystemViewFuture<'_, String>;
    fn cluster_info(&self, deadline: Option<Instant>) -> SystemViewFuture<'_, ClusterInfo>;
    fn generate_identity_token(
        &self,
        audience: String,
        ttl: Duration,
        deadline: Option<Instant>,
    ) -> SystemViewFuture<'_, IdentityToken>;
    fn register_rotation_job(
        &self,
        job: RotationJob,
        deadline: Option<Instant>,
    ) -> SystemViewFuture<'_, String>;
    fn deregister_rotation_job(
        &self,
        mount_point: String,
        path: String,
        deadline: Option<Instant>,
    ) -> SystemViewFuture<'_, ()>;
}
