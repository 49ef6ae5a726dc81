//! What a host is made with.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::catalog::{Catalog, LaunchDefaults};
use crate::clock::Clock;
use crate::host::{Host, Shared};
use crate::launch::Launch;
use crate::storage::Store;
use crate::system_view::SystemSettings;

/// Makes a [`Host`].
#[derive(Debug)]
#[must_use]
pub struct HostBuilder {
    directory: Option<PathBuf>,
    store: Store,
    system: SystemSettings,
    clock: Clock,
    launch: LaunchDefaults,
    request_timeout: Duration,
    resolves_paths: bool,
    shares_clock: bool,
}

impl Default for HostBuilder {
    fn default() -> Self {
        Self {
            directory: None,
            store: Store::new(),
            system: SystemSettings::default(),
            clock: Clock::default(),
            launch: LaunchDefaults(Arc::new(|path| Launch::new(path))),
            request_timeout: Duration::from_secs(90),
            resolves_paths: true,
            shares_clock: true,
        }
    }
}

impl HostBuilder {
    /// Sets the directory that registered plugins must be in: `plugin_directory` of a server.
    pub fn plugin_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    /// Sets existing storage, such as that of another host.
    pub fn store(mut self, store: Store) -> Self {
        self.store = store;
        self
    }

    /// Sets what the system view answers.
    pub fn system(mut self, system: SystemSettings) -> Self {
        self.system = system;
        self
    }

    /// Sets the clock of leases and tokens.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets how plugins are started: timers, TLS, environment, broker faults. The path, the
    /// checksum, the arguments and the variables of the catalog are added.
    ///
    /// ```
    /// use std::time::Duration;
    /// use plugin_host::{Host, Launch};
    ///
    /// let host = Host::builder()
    ///     .plugin_directory("/opt/plugins")
    ///     .launch(|path| Launch::new(path).start_timeout(Duration::from_secs(5)))
    ///     .build();
    /// ```
    pub fn launch(mut self, launch: impl Fn(&Path) -> Launch + Send + Sync + 'static) -> Self {
        self.launch = LaunchDefaults(Arc::new(launch));
        self
    }

    /// Sets how long a request may take: 90 seconds unless set. As under a server, the plugin
    /// learns the deadline only of requests that come from the host itself, that is revocations and
    /// rollbacks; anything else is cancelled when its time is over.
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = timeout;
        self
    }

    /// Sets whether mounts are asked for the canonical form of a path before each request, as
    /// OpenBao does from 2.7 on. They are unless this says no.
    pub fn resolves_paths(mut self, resolves: bool) -> Self {
        self.resolves_paths = resolves;
        self
    }

    /// Sets whether the [`Clock`](plugin_runtime::Clock) of backends and plugins is this host's,
    /// which stands still until it is moved. It is unless this says no; a tool that runs plugins
    /// for people and never moves the clock says no.
    pub fn shares_clock(mut self, shares: bool) -> Self {
        self.shares_clock = shares;
        self
    }

    /// Builds the host, unsealed and with nothing mounted.
    pub fn build(self) -> Host {
        Host { shared: Arc::new(Shared::new(self)) }
    }

    pub(crate) fn into_parts(self) -> Parts {
        Parts {
            catalog: Mutex::new(Catalog::new(self.directory)),
            store: self.store,
            system: self.system,
            clock: self.clock,
            launch: self.launch,
            request_timeout: self.request_timeout,
            resolves_paths: self.resolves_paths,
            shares_clock: self.shares_clock,
        }
    }
}

pub(crate) struct Parts {
    pub(crate) catalog: Mutex<Catalog>,
    pub(crate) store: Store,
    pub(crate) system: SystemSettings,
    pub(crate) clock: Clock,
    pub(crate) launch: LaunchDefaults,
    pub(crate) request_timeout: Duration,
    pub(crate) resolves_paths: bool,
    pub(crate) shares_clock: bool,
}
