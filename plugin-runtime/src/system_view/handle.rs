//! The handle through which a backend asks its server.

use std::sync::Arc;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::{
    ClusterInfo, IdentityToken, PluginEnvironment, ReplicationState, RotationJob,
    SystemViewBackend, SystemViewError, WrapInfo,
};
use crate::{Clock, Data, Entity, Group};

/// The handle for questions to the server. Cheap to clone; each method asks the server.
#[derive(Clone, Debug)]
pub struct SystemView {
    backend: Option<Arc<dyn SystemViewBackend>>,
    deadline: Option<Instant>,
    clock: Clock,
}

/// Asks the backend, or fails if there is none.
macro_rules! ask {
    ($view:expr, $name:literal, $method:ident($($argument:expr),*)) => {
        match &$view.backend {
            Some(backend) => backend.$method($($argument,)* $view.deadline).await,
            None => Err(SystemViewError::Unsupported($name)),
        }
    };
}

impl SystemView {
    #[doc(hidden)]
    pub fn new(backend: Arc<dyn SystemViewBackend>, clock: Clock) -> Self {
        Self { backend: Some(backend), deadline: None, clock }
    }

    /// Returns a view that answers every question with [`SystemViewError::Unsupported`], for tests
    /// of backends.
    pub fn unavailable() -> Self {
        Self { backend: None, deadline: None, clock: Clock::system() }
    }

    /// Returns the same handle, with calls that end at `deadline`.
    #[must_use]
    #[doc(hidden)]
    pub fn until(mut self, deadline: Option<Instant>) -> Self {
        self.deadline = deadline;
        self
    }

    /// Returns the same view without the deadline of its request.
    #[must_use]
    pub fn without_deadline(&self) -> Self {
        self.clone().until(None)
    }

    /// Returns the mount's clock; see [`Clock`].
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Replaces the clock, for tests of backends.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Returns how long the mount's leases live by default.
    ///
    /// # Errors
    ///
    /// Fails if the server cannot be reached.
    pub async fn default_lease_ttl(&self) -> Result<Duration, SystemViewError> {
        ask!(self, "DefaultLeaseTTL", default_lease_ttl())
    }

    /// Returns how long the mount's leases may live at most.
    ///
    /// # Errors
    ///
    /// Fails if the server cannot be reached.
    pub async fn max_lease_ttl(&self) -> Result<Duration, SystemViewError> {
        ask!(self, "MaxLeaseTTL", max_lease_ttl())
    }

    /// Returns whether the mount is being disabled.
    ///
    /// # Errors
    ///
    /// Fails if the server cannot be reached.
    pub async fn tainted(&self) -> Result<bool, SystemViewError> {
        ask!(self, "Tainted", tainted())
    }

    /// Returns whether the operator has disabled caching; a plugin should then not cache either.
    ///
    /// # Errors
    ///
    /// Fails if the server cannot be reached.
    pub async fn caching_disabled(&self) -> Result<bool, SystemViewError> {
        ask!(self, "CachingDisabled", caching_disabled())
    }

    /// Returns the node's roles in replication.
    ///
    /// # Errors
    ///
    /// Fails if the server cannot be reached.
    pub async fn replication_state(&self) -> Result<ReplicationState, SystemViewError> {
        ask!(self, "ReplicationState", replication_state())
    }

    /// Returns whether this node may write to the mount's storage: the active node may, a standby
    /// or a secondary cluster may not, except to a mount that is local to its cluster.
    ///
    /// Servers set every mount up on each node that serves reads, and call
    /// [`initialize`](crate::Backend::initialize), periodic work and the write-ahead log's handler
    /// there too. Work that writes, or has effects outside of the server, should run only where
    /// this is true. The answer is valid as long as the backend lives: a node whose role changes
    /// cleans up every mount and sets it up again.
    ///
    /// A server that does not support the question counts as a single node, which may write, and so
    /// does [`SystemView::unavailable`].
    ///
    /// ```
    /// use plugin_runtime::{Result, Storage, SystemView};
    ///
    /// async fn initialize(view: SystemView, storage: Storage) -> Result<()> {
    ///     if view.may_write().await? && storage.entry("signing-key").await?.is_none() {
    ///         storage.put("signing-key", &"made once, on the active node").await?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if the server cannot be reached.
    pub async fn may_write(&self) -> Result<bool, SystemViewError> {
        match self.ask_whether_it_may_write().await {
            Err(SystemViewError::Unsupported(_)) => Ok(true),
            answer => answer,
        }
    }

    /// Asks as [`SystemView::may_write`] does, but fails if the server does not support the
    /// question.
    pub(crate) async fn ask_whether_it_may_write(&self) -> Result<bool, SystemViewError> {
        let state = self.replication_state().await?;
        match (state.may_write(false), state.may_write(true)) {
            (any_mount, local_mount) if any_mount == local_mount => Ok(any_mount),
            _ => self.local_mount().await,
        }
    }

    /// Keeps `data` in the server and returns a single-use token for it, which lives for `ttl`.
    ///
    /// # Errors
    ///
    /// Fails if the server refuses or cannot be reached.
    pub async fn wrap_data(&self, data: Data, ttl: Duration) -> Result<WrapInfo, SystemViewError> {
        ask!(self, "ResponseWrapData", wrap_data(data, ttl))
    }

    /// Returns whether the server locks its memory. Always false on OpenBao.
    ///
    /// # Errors
    ///
    /// Fails if the server cannot be reached.
    pub async fn mlock_enabled(&self) -> Result<bool, SystemViewError> {
        ask!(self, "MlockEnabled", mlock_enabled())
    }

    /// Returns whether the mount is local to its cluster.
    ///
    /// # Errors
    ///
    /// Fails if the server cannot be reached.
    pub async fn local_mount(&self) -> Result<bool, SystemViewError> {
        ask!(self, "LocalMount", local_mount())
    }

    /// Returns an entity with its aliases; `None` if no entity has this id.
    ///
    /// # Errors
    ///
    /// Fails if the server refuses or cannot be reached.
    pub async fn entity(&self, id: impl Into<String>) -> Result<Option<Entity>, SystemViewError> {
        ask!(self, "EntityInfo", entity(id.into()))
    }

    /// Returns the groups that an entity is in.
    ///
    /// # Errors
    ///
    /// Fails if the server refuses, cannot be reached, or does not support it (Vault before 1.5).
    pub async fn groups_of_entity(
        &self,
        id: impl Into<String>,
    ) -> Result<Vec<Group>, SystemViewError> {
        ask!(self, "GroupsForEntity", groups_of_entity(id.into()))
    }

    /// Returns the server's version. OpenBao returns its own, 2.x.
    ///
    /// # Errors
    ///
    /// Fails if the server cannot be reached.
    pub async fn plugin_environment(&self) -> Result<PluginEnvironment, SystemViewError> {
        ask!(self, "PluginEnv", plugin_environment())
    }

    /// Generates a password by one of the operator's password policies.
    ///
    /// # Errors
    ///
    /// Fails if there is no such policy (the server hides the cause), or if the server cannot be
    /// reached.
    pub async fn generate_password(
        &self,
        policy: impl Into<String>,
    ) -> Result<Zeroizing<String>, SystemViewError> {
        let password = ask!(self, "GeneratePasswordFromPolicy", generate_password(policy.into()))?;
        Ok(Zeroizing::new(password))
    }

    /// Returns the cluster that the server is in.
    ///
    /// # Errors
    ///
    /// Fails if the server refuses or cannot be reached.
    pub async fn cluster_info(&self) -> Result<ClusterInfo, SystemViewError> {
        ask!(self, "ClusterInfo", cluster_info())
    }

    /// Returns a signed statement of this mount's identity, for other systems. Vault only; `ttl`
    /// has whole seconds.
    ///
    /// # Errors
    ///
    /// Fails with [`SystemViewError::Unsupported`] on OpenBao, and if the server refuses.
    pub async fn generate_identity_token(
        &self,
        audience: impl Into<String>,
        ttl: Duration,
    ) -> Result<IdentityToken, SystemViewError> {
        ask!(self, "GenerateIdentityToken", generate_identity_token(audience.into(), ttl))
    }

    /// Makes Vault Enterprise rotate a credential, and returns the job's identifier.
    ///
    /// # Errors
    ///
    /// Fails with [`SystemViewError::Unsupported`] on OpenBao, and if the server refuses.
    pub async fn register_rotation_job(&self, job: RotationJob) -> Result<String, SystemViewError> {
        ask!(self, "RegisterRotationJob", register_rotation_job(job))
    }

    /// Ends a job of [`SystemView::register_rotation_job`].
    ///
    /// # Errors
    ///
    /// Fails with [`SystemViewError::Unsupported`] on OpenBao, and if the server refuses.
    pub async fn deregister_rotation_job(
        &self,
        mount_point: impl Into<String>,
        path: impl Into<String>,
    ) -> Result<(), SystemViewError> {
        let (mount_point, path) = (mount_point.into(), path.into());
        ask!(self, "DeregisterRotationJob", deregister_rotation_job(mount_point, path))
    }
}
