//! One mount: what it is, what it stores, and the backend that runs it at the moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::host::catalog::{PluginKey, PluginType};
use crate::host::instance::Instance;
use crate::host::random::base62;
use crate::host::storage::MountStorage;
use crate::host::system_view::MountSystemView;
use crate::{SpecialPaths, TokenType};

use super::processes::Seat;

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
pub(in crate::host) struct Tune {
    pub(in crate::host) passthrough_request_headers: Vec<String>,
    pub(in crate::host) allowed_response_headers: Vec<String>,
    pub(in crate::host) version: String,
    pub(in crate::host) token_type: TokenType,
    pub(in crate::host) options: BTreeMap<String, String>,
    pub(in crate::host) description: String,
    pub(in crate::host) force_no_cache: bool,
    pub(in crate::host) listing_visibility: String,
    pub(in crate::host) audit_non_hmac_request_keys: Vec<String>,
    pub(in crate::host) audit_non_hmac_response_keys: Vec<String>,
    // These are set when it is made, and stay.
    pub(in crate::host) local: bool,
    pub(in crate::host) seal_wrap: bool,
    pub(in crate::host) external_entropy_access: bool,
}

/// What a mount calls.
#[derive(Clone, Debug)]
pub(in crate::host) struct Services {
    pub(in crate::host) storage: MountStorage,
    pub(in crate::host) system_view: MountSystemView,
}

/// The backend that runs a mount at the moment.
#[derive(Debug)]
pub(in crate::host) struct Active {
    pub(in crate::host) instance: Arc<dyn Instance>,
    /// `None` for a backend in this process.
    pub(in crate::host) process: Option<Seat>,
    /// Cancelled to kill a backend in this process.
    pub(in crate::host) killed: CancellationToken,
    pub(in crate::host) special_paths: SpecialPaths,
    pub(in crate::host) key: PluginKey,
    /// Requests that are under way.
    pub(in crate::host) requests: TaskTracker,
}

impl Active {
    /// Ends it as a crash does.
    pub(in crate::host) fn kill_now(&self) {
        self.killed.cancel();
        if let Some(process) = &self.process {
            process.kill_now();
        }
    }
}

/// One mount.
#[derive(Debug)]
pub(in crate::host) struct Mounted {
    path: RwLock<String>,
    pub(in crate::host) kind: PluginType,
    pub(in crate::host) plugin: String,
    pub(in crate::host) uuid: String,
    pub(in crate::host) accessor: String,
    pub(in crate::host) tune: Mutex<Tune>,
    pub(in crate::host) services: Services,
    active: RwLock<Option<Arc<Active>>>,
    /// One permit: who holds it starts or stops the backend.
    pub(in crate::host) changing: Semaphore,
}

impl Mounted {
    pub(in crate::host) fn new(
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
    pub(in crate::host) fn for_tests(path: &str) -> Arc<Self> {
        let services = Services {
            storage: crate::host::storage::Store::new().mount("uuid"),
            system_view: MountSystemView::new(
                Default::default(),
                crate::host::wrapping::Wrappings::new(Default::default()),
            ),
        };
        Arc::new(Self::new(path, PluginType::Secret, "plugin", "uuid".to_owned(), services))
    }

    /// Where it is at the moment.
    pub(in crate::host) fn path(&self) -> String {
        self.path.read().clone()
    }

    pub(in crate::host) fn set_path(&self, path: String) {
        *self.path.write() = path;
    }

    pub(in crate::host) fn active(&self) -> Option<Arc<Active>> {
        self.active.read().as_ref().map(Arc::clone)
    }

    /// The backend, for a request that whoever takes it away waits for.
    pub(in crate::host) fn entered(&self) -> Option<(Arc<Active>, TaskTrackerToken)> {
        let active = self.active.read();
        let active = active.as_ref()?;
        // Taken under the lock, so that none is taken once another backend is there.
        Some((Arc::clone(active), active.requests.token()))
    }

    /// Puts another backend, or none, in the place of the one before, which is returned.
    pub(in crate::host) fn replace(&self, active: Option<Active>) -> Option<Arc<Active>> {
        std::mem::replace(&mut *self.active.write(), active.map(Arc::new))
    }

    pub(in crate::host) fn info(&self) -> MountInfo {
        let tune = self.tune.lock().clone();
        let running = self.active().map(|active| active.key.version.clone());
        MountInfo {
            path: self.path(),
            kind: self.kind,
            plugin: self.plugin.clone(),
            version: tune.version,
            running_version: running.unwrap_or_default(),
            uuid: self.uuid.clone(),
            accessor: self.accessor.clone(),
            options: tune.options,
            description: tune.description,
        }
    }
}
