//! The settings behind every mount's system view.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;

use plugin_runtime::framework::TtlLimits;
use plugin_runtime::{ClusterInfo, Entity, Group, PluginEnvironment, ReplicationState};

/// The TTL that servers use when none is set.
const DEFAULT_TTL: Duration = Duration::from_secs(768 * 3600);

/// What the system view answers.
#[derive(Clone)]
#[non_exhaustive]
pub struct SystemValues {
    /// How long leases live unless something else is said: 768 hours unless set.
    pub default_lease_ttl: Duration,
    /// How long they may live: 768 hours unless set.
    pub max_lease_ttl: Duration,
    /// Whether plugins shall not cache.
    pub caching_disabled: bool,
    /// The node's roles: an active node of OpenBao unless set.
    pub replication_state: ReplicationState,
    /// Whether memory is locked.
    pub mlock_enabled: bool,
    /// Whether mounts are local to their cluster.
    pub local_mount: bool,
    /// The server's version.
    pub plugin_environment: PluginEnvironment,
    /// The cluster.
    pub cluster_info: ClusterInfo,
    /// Entities by their ids.
    pub entities: HashMap<String, Entity>,
    /// The groups that an entity is in, by its id.
    pub groups: HashMap<String, Vec<Group>>,
    /// What each password policy makes. There is none unless set.
    pub password_policies: HashMap<String, String>,
    /// What Vault answers to a question for an identity token; OpenBao does not know the question.
    pub identity_token: Option<String>,
}

impl Default for SystemValues {
    fn default() -> Self {
        let mut plugin_environment = PluginEnvironment::default();
        "2.7.2".clone_into(&mut plugin_environment.version);
        Self {
            default_lease_ttl: DEFAULT_TTL,
            max_lease_ttl: DEFAULT_TTL,
            caching_disabled: false,
            replication_state: ReplicationState::from_bits(
                ReplicationState::DR_DISABLED.bits()
                    | ReplicationState::PERFORMANCE_DISABLED.bits(),
            ),
            mlock_enabled: false,
            local_mount: false,
            plugin_environment,
            cluster_info: ClusterInfo::default(),
            entities: HashMap::new(),
            groups: HashMap::new(),
            password_policies: HashMap::new(),
            identity_token: None,
        }
    }
}

/// Passwords and tokens stay out of it.
impl fmt::Debug for SystemValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SystemValues")
            .field("default_lease_ttl", &self.default_lease_ttl)
            .field("max_lease_ttl", &self.max_lease_ttl)
            .field("replication_state", &self.replication_state)
            .field("plugin_environment", &self.plugin_environment)
            .finish_non_exhaustive()
    }
}

/// The settings of a host. Clones are the same; what is changed counts for the next question.
///
/// ```
/// use std::time::Duration;
/// use plugin_host::{Host, SystemSettings};
///
/// let system = SystemSettings::default();
/// system.change(|values| values.max_lease_ttl = Duration::from_secs(3600));
/// let host = Host::builder().system(system).build();
/// ```
#[derive(Clone, Debug, Default)]
pub struct SystemSettings {
    values: Arc<RwLock<SystemValues>>,
}

impl SystemSettings {
    /// Changes what is answered from now on.
    pub fn change(&self, change: impl FnOnce(&mut SystemValues)) {
        change(&mut self.values.write());
    }

    /// Returns the current settings.
    pub fn values(&self) -> SystemValues {
        self.values.read().clone()
    }

    pub(super) fn read<T>(&self, read: impl FnOnce(&SystemValues) -> T) -> T {
        read(&self.values.read())
    }

    /// Returns the limits of leases.
    pub(crate) fn ttl_limits(&self) -> TtlLimits {
        self.read(|values| TtlLimits {
            default: values.default_lease_ttl,
            max: values.max_lease_ttl,
        })
    }
}
