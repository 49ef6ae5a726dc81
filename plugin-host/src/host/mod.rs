//! The host: what it is made of, and what is done with it.

mod builder;
mod enable;
mod fallback;
mod inspect;
mod lifecycle;
mod register;
mod reload;
mod start;

pub use builder::HostBuilder;
pub use enable::Enable;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use parking_lot::Mutex;

use crate::catalog::{Catalog, LaunchDefaults};
use crate::clock::Clock;
use crate::events::Events;
use crate::lease::Leases;
use crate::mounts::{MountTable, Processes};
use crate::storage::Store;
use crate::system_view::SystemSettings;
use crate::token::Tokens;
use crate::wrapping::{UnwrapEndpoint, Wrappings};

/// A server in this process, as far as plugins see one. Clones are the same host; when the last
/// one goes, every plugin process is killed and reaped.
#[derive(Clone)]
pub struct Host {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) catalog: Mutex<Catalog>,
    pub(crate) store: Store,
    pub(crate) system: SystemSettings,
    pub(crate) clock: Clock,
    pub(crate) events: Events,
    pub(crate) wrappings: Wrappings,
    pub(crate) unwrap_endpoint: UnwrapEndpoint,
    pub(crate) leases: Leases,
    pub(crate) tokens: Tokens,
    pub(crate) mounts: Mutex<MountTable>,
    pub(crate) processes: Processes,
    pub(crate) launch: LaunchDefaults,
    pub(crate) request_timeout: Duration,
    pub(crate) resolves_paths: bool,
    pub(crate) shares_clock: bool,
    pub(crate) sealed: AtomicBool,
    pub(crate) read_only: AtomicBool,
}

impl Shared {
    pub(crate) fn new(builder: HostBuilder) -> Self {
        let parts = builder.into_parts();
        let leases = Leases::new(parts.clock.clone());
        let wrappings = Wrappings::new(parts.clock.clone());
        Self {
            catalog: parts.catalog,
            store: parts.store,
            system: parts.system,
            events: Events::default(),
            unwrap_endpoint: UnwrapEndpoint::new(wrappings.clone()),
            wrappings,
            tokens: Tokens::new(parts.clock.clone(), leases.clone()),
            leases,
            clock: parts.clock,
            mounts: Mutex::default(),
            processes: Processes::default(),
            launch: parts.launch,
            request_timeout: parts.request_timeout,
            resolves_paths: parts.resolves_paths,
            shares_clock: parts.shares_clock,
            sealed: AtomicBool::new(false),
            read_only: AtomicBool::new(false),
        }
    }
}

impl Drop for Shared {
    /// Ends all processes, also those that a caller has a handle of.
    fn drop(&mut self) {
        for process in self.processes.all() {
            process.kill_now();
        }
    }
}

impl Host {
    /// Creates a host with nothing registered and nothing mounted.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Returns a builder for a host with settings.
    pub fn builder() -> HostBuilder {
        HostBuilder::default()
    }

    /// Returns the clock of leases and tokens.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Returns what the system view answers.
    pub fn system(&self) -> &SystemSettings {
        &self.shared.system
    }

    /// Returns the events that mounts have sent.
    pub fn events(&self) -> &Events {
        &self.shared.events
    }

    /// Returns the storage of every mount.
    pub fn store(&self) -> &Store {
        &self.shared.store
    }

    /// Returns the token that may do everything.
    pub fn root_token(&self) -> &str {
        self.shared.tokens.root()
    }
}

impl Default for Host {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("sealed", &self.is_sealed())
            .field("processes", &self.processes())
            .finish_non_exhaustive()
    }
}
