//! One mount: what it is, what it stores, and the backend that runs it at the moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::catalog::{PluginKey, PluginType};
use crate::mounted_backend::MountedBackend;
use crate::process::Placeholder;
use crate::random::base62;
use crate::storage::MountStorage;
use crate::system_view::MountSystemView;
use plugin_runtime::{SpecialPaths, TokenType};

use super::processes::Seat;

/// The engine that servers know by its name in the catalog: its mounts have an option `version`, and
/// its secrets no leases.
pub(crate) const KV: &str = "kv";

/// A mount, as the table shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MountInfo {
    /// Where it is, with a slash at its end; auth methods include `auth/`.
    pub path: String,
    /// Secrets engine or auth method.
    pub kind: PluginType,
    /// The plugin's name in the catalog.
    pub plugin: String,
    /// The version that was asked for; empty for none.
    pub version: String,
    /// The version that runs; empty for none.
    pub running_version: String,
    /// The protocol version of its plugin; `None` of a backend in this process. Servers start a
    /// plugin of version 3 or 4 through their fallback, in a process of its own for each mount,
    /// when the first request comes.
    pub protocol_version: Option<u32>,
    /// Identifies it for as long as it exists.
    pub uuid: String,
    /// Its accessor.
    pub accessor: String,
    /// Its options.
    pub options: BTreeMap<String, String>,
    /// What it is for, in its operator's words.
    pub description: String,
}

/// What an operator can tune.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tune {
    pub(crate) passthrough_request_headers: Vec<String>,
    pub(crate) allowed_response_headers: Vec<String>,
    pub(crate) version: String,
    pub(crate) token_type: TokenType,
    pub(crate) options: BTreeMap<String, String>,
    pub(crate) description: String,
    pub(crate) force_no_cache: bool,
    pub(crate) listing_visibility: String,
    pub(crate) audit_non_hmac_request_keys: Vec<String>,
    pub(crate) audit_non_hmac_response_keys: Vec<String>,
    // These are set when it is made, and stay.
    pub(crate) local: bool,
    pub(crate) seal_wrap: bool,
    pub(crate) external_entropy_access: bool,
}

/// What a mount calls.
#[derive(Clone, Debug)]
pub(crate) struct Services {
    pub(crate) storage: MountStorage,
    pub(crate) system_view: MountSystemView,
}

/// The backend that runs a mount at the moment.
#[derive(Debug)]
pub(crate) struct Active {
    pub(crate) instance: Arc<dyn MountedBackend>,
    /// `None` for a backend in this process, and for one that no request has come for.
    pub(crate) process: Option<Seat>,
    /// What stands for a plugin of protocol 3 or 4 until the first request comes.
    pub(crate) placeholder: Option<Placeholder>,
    /// Cancelled to kill a backend in this process.
    pub(crate) killed: CancellationToken,
    pub(crate) special_paths: SpecialPaths,
    pub(crate) key: PluginKey,
    /// Requests that are under way.
    pub(crate) requests: TaskTracker,
}

impl Active {
    fn protocol_version(&self) -> Option<u32> {
        let placeholder = self.placeholder.as_ref().map(Placeholder::protocol_version);
        placeholder.or_else(|| Some(self.process.as_ref()?.handshake().protocol_version))
    }

    /// Ends it as a crash does.
    pub(crate) fn kill_now(&self) {
        self.killed.cancel();
        if let Some(process) = &self.process {
            process.kill_now();
        }
    }
}

/// One mount.
#[derive(Debug)]
pub(crate) struct Mounted {
    path: RwLock<String>,
    pub(crate) kind: PluginType,
    pub(crate) plugin: String,
    pub(crate) uuid: String,
    pub(crate) accessor: String,
    pub(crate) tune: Mutex<Tune>,
    pub(crate) services: Services,
    active: RwLock<Option<Arc<Active>>>,
    /// One permit: who holds it starts or stops the backend.
    pub(crate) changing: Semaphore,
}

impl Mounted {
    pub(crate) fn new(
        path: &str,
        kind: PluginType,
        plugin: &str,
        uuid: String,
        services: Services,
    ) -> Self {
        Self {
            path: RwLock::new(path.to_owned()),
            kind,
            plugin: plugin.to_owned(),
            accessor: format!("{kind}_{plugin}_{}", base62(8).to_lowercase()),
            uuid,
            tune: Mutex::default(),
            services,
            active: RwLock::default(),
            changing: Semaphore::new(1),
        }
    }

    #[cfg(test)]
    pub(crate) fn for_tests(path: &str) -> Arc<Self> {
        let services = Services {
            storage: crate::storage::Store::new().mount("uuid"),
            system_view: MountSystemView::new(
                Default::default(),
                crate::wrapping::Wrappings::new(Default::default()),
            ),
        };
        Arc::new(Self::new(path, PluginType::Secret, "plugin", "uuid".to_owned(), services))
    }

    /// Returns whether secrets of this mount are leased: those of kv are not, unless an
    /// option of the mount wants it.
    pub(crate) fn keeps_leases(&self) -> bool {
        let kv = self.kind == PluginType::Secret && self.plugin == KV;
        let wanted =
            self.tune.lock().options.get("leased_passthrough").map(String::as_str) == Some("true");
        !kv || wanted
    }

    /// Returns where it is at the moment.
    pub(crate) fn path(&self) -> String {
        self.path.read().clone()
    }

    pub(crate) fn set_path(&self, path: String) {
        *self.path.write() = path;
    }

    pub(crate) fn active(&self) -> Option<Arc<Active>> {
        self.active.read().as_ref().map(Arc::clone)
    }

    /// Returns the backend for a request. Code that takes the backend away waits for the request.
    pub(crate) fn entered(&self) -> Option<(Arc<Active>, TaskTrackerToken)> {
        let active = self.active.read();
        let active = active.as_ref()?;
        // Taken under the lock, so that none is taken once another backend is there.
        Some((Arc::clone(active), active.requests.token()))
    }

    /// Puts another backend, or none, in the place of the one before, which is returned.
    pub(crate) fn replace(&self, active: Option<Active>) -> Option<Arc<Active>> {
        std::mem::replace(&mut *self.active.write(), active.map(Arc::new))
    }

    pub(crate) fn info(&self) -> MountInfo {
        let tune = self.tune.lock().clone();
        let active = self.active();
        let running = active.as_ref().map(|active| active.key.version.clone());
        MountInfo {
            path: self.path(),
            kind: self.kind,
            plugin: self.plugin.clone(),
            version: tune.version,
            running_version: running.unwrap_or_default(),
            protocol_version: active.and_then(|active| active.protocol_version()),
            uuid: self.uuid.clone(),
            accessor: self.accessor.clone(),
            options: tune.options,
            description: tune.description,
        }
    }
}
