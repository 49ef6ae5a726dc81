//! The system view of one mount.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use parking_lot::RwLock;

use super::SystemSettings;
use crate::wrapping::Wrappings;
use plugin_runtime::__private::system_view::{SystemViewBackend, SystemViewFuture};
use plugin_runtime::framework::TtlLimits;
use plugin_runtime::{
    ClusterInfo, Data, Entity, Group, IdentityToken, PluginEnvironment, ReplicationState,
    RotationJob, SystemViewError, WrapInfo,
};

/// What one mount is told. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct MountSystemView {
    settings: SystemSettings,
    wrappings: Wrappings,
    tainted: Arc<AtomicBool>,
    tuned: Arc<RwLock<TunedTtls>>,
}

/// What an operator has tuned of one mount; zero is the server's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TunedTtls {
    pub(crate) default: Duration,
    pub(crate) max: Duration,
}

impl MountSystemView {
    pub(crate) fn new(settings: SystemSettings, wrappings: Wrappings) -> Self {
        Self { settings, wrappings, tainted: Arc::default(), tuned: Arc::default() }
    }

    /// Returns the limits of the mount's leases: as it is tuned, or else the server's.
    pub(crate) fn ttl_limits(&self) -> TtlLimits {
        let (tuned, general) = (self.tuned(), self.settings.ttl_limits());
        let or = |tuned: Duration, general| if tuned.is_zero() { general } else { tuned };
        TtlLimits { default: or(tuned.default, general.default), max: or(tuned.max, general.max) }
    }

    /// Returns the mount's tuning.
    pub(crate) fn tuned(&self) -> TunedTtls {
        *self.tuned.read()
    }

    /// Tunes the mount.
    pub(crate) fn tune(&self, ttls: TunedTtls) {
        *self.tuned.write() = ttls;
    }

    /// Says that the mount is being unmounted.
    pub(crate) fn is_tainted(&self) -> bool {
        self.tainted.load(Ordering::SeqCst)
    }

    pub(crate) fn taint(&self) {
        self.tainted.store(true, Ordering::SeqCst);
    }

    pub(crate) fn untaint(&self) {
        self.tainted.store(false, Ordering::SeqCst);
    }
}

fn ready<'a, T: Send + 'a>(answer: Result<T, SystemViewError>) -> SystemViewFuture<'a, T> {
    std::future::ready(answer).boxed()
}

impl SystemViewBackend for MountSystemView {
    fn default_lease_ttl(&self, _: Option<Instant>) -> SystemViewFuture<'_, Duration> {
        ready(Ok(self.ttl_limits().default))
    }

    fn max_lease_ttl(&self, _: Option<Instant>) -> SystemViewFuture<'_, Duration> {
        ready(Ok(self.ttl_limits().max))
    }

    fn tainted(&self, _: Option<Instant>) -> SystemViewFuture<'_, bool> {
        ready(Ok(self.is_tainted()))
    }

    fn caching_disabled(&self, _: Option<Instant>) -> SystemViewFuture<'_, bool> {
        ready(Ok(self.settings.read(|values| values.caching_disabled)))
    }

    fn replication_state(&self, _: Option<Instant>) -> SystemViewFuture<'_, ReplicationState> {
        ready(Ok(self.settings.read(|values| values.replication_state)))
    }

    fn wrap_data(
        &self,
        data: Data,
        ttl: Duration,
        _: Option<Instant>,
    ) -> SystemViewFuture<'_, WrapInfo> {
        ready(Ok(self.wrappings.wrap_data(&data, ttl)))
    }

    fn mlock_enabled(&self, _: Option<Instant>) -> SystemViewFuture<'_, bool> {
        ready(Ok(self.settings.read(|values| values.mlock_enabled)))
    }

    fn local_mount(&self, _: Option<Instant>) -> SystemViewFuture<'_, bool> {
        ready(Ok(self.settings.read(|values| values.local_mount)))
    }

    fn entity(&self, id: String, _: Option<Instant>) -> SystemViewFuture<'_, Option<Entity>> {
        ready(Ok(self.settings.read(|values| values.entities.get(&id).cloned())))
    }

    fn groups_of_entity(&self, id: String, _: Option<Instant>) -> SystemViewFuture<'_, Vec<Group>> {
        ready(Ok(self.settings.read(|values| values.groups.get(&id).cloned().unwrap_or_default())))
    }

    fn plugin_environment(&self, _: Option<Instant>) -> SystemViewFuture<'_, PluginEnvironment> {
        ready(Ok(self.settings.read(|values| values.plugin_environment.clone())))
    }

    fn generate_password(
        &self,
        policy: String,
        _: Option<Instant>,
    ) -> SystemViewFuture<'_, String> {
        let found = self.settings.read(|values| values.password_policies.get(&policy).cloned());
        // Servers hide why.
        let refused = || SystemViewError::Refused("failed to generate password".to_owned());
        ready(found.ok_or_else(refused))
    }

    fn cluster_info(&self, _: Option<Instant>) -> SystemViewFuture<'_, ClusterInfo> {
        ready(Ok(self.settings.read(|values| values.cluster_info.clone())))
    }

    fn generate_identity_token(
        &self,
        _audience: String,
        ttl: Duration,
        _: Option<Instant>,
    ) -> SystemViewFuture<'_, IdentityToken> {
        let found = self.settings.read(|values| values.identity_token.clone());
        let missing = SystemViewError::Unsupported("GenerateIdentityToken");
        ready(found.map(|token| IdentityToken::new(token, ttl)).ok_or(missing))
    }

    fn register_rotation_job(
        &self,
        _: RotationJob,
        _: Option<Instant>,
    ) -> SystemViewFuture<'_, String> {
        ready(Err(SystemViewError::Unsupported("RegisterRotationJob")))
    }

    fn deregister_rotation_job(
        &self,
        _mount_point: String,
        _path: String,
        _: Option<Instant>,
    ) -> SystemViewFuture<'_, ()> {
        ready(Err(SystemViewError::Unsupported("DeregisterRotationJob")))
    }
}
