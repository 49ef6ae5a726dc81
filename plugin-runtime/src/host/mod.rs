//! The server's side: a host that launches plugins, mounts them and sends them requests, in a
//! process of yours. For tests of plugins without a server, and for tools.
//!
//! Its vocabulary is the server's: a plugin directory, a catalog, mounts that are enabled at a path,
//! requests by full path. A plugin may be a file, in any language, or a backend of this process:
//!
//! ```
//! use plugin_runtime::framework::{Framework, read};
//! use plugin_runtime::host::{Enable, Fault, Host, StorageOperation, When};
//! use plugin_runtime::{BackendType, Error, Response, Storage};
//!
//! async fn motto(storage: Storage) -> Result<Option<Response>, Error> {
//!     storage.entry("motto").await?.map(|entry| Response::from_text(entry.value)).transpose()
//! }
//!
//! # fn main() -> Result<(), plugin_runtime::host::HostError> {
//! # plugin_runtime::test::block_on(async {
//! let host = Host::new();
//! host.register_backend(BackendType::Secrets, "mottos", |_mount| {
//!     Framework::secrets(()).path("motto", read(motto))
//! });
//! host.enable(Enable::secrets("mottos").at("m")).await?;
//! assert_eq!(host.read("m/motto").await.status, 404);
//!
//! // Storage that fails, once, at its next read.
//! let broken = Fault::Fail("disk on fire".to_owned());
//! host.faults("m")?.add(When::nth(1).of(StorageOperation::Get), broken);
//! assert_eq!(host.read("m/motto").await.status, 500);
//! # Ok(())
//! # })
//! # }
//! ```
//!
//! A plugin's file is registered with [`Host::register`]; [`Launch`] alone starts a process without
//! a host around it, and [`Conformance`] tries whether one does what servers expect. Nothing here
//! waits for real time: leases and tokens live by a [`Clock`] that [`Host::advance`] moves.

mod answer;
mod builder;
mod catalog;
mod client;
mod clock;
mod conformance;
mod enable;
mod error;
mod events;
mod faults;
mod in_process;
mod instance;
mod launch;
mod lease;
mod lifecycle;
mod mounts;
mod printable;
mod process;
mod random;
mod register;
mod requests;
#[cfg(test)]
mod script;
mod storage;
mod system_view;
mod token;
mod url;
mod wrapping;

pub use answer::{Answer, AnswerAuth, AnswerError, AnswerLease, AnswerWrap, RawAnswer};
pub use builder::HostBuilder;
pub use catalog::{CatalogError, PluginType, Registration};
pub use client::Client;
pub use clock::Clock;
pub use conformance::{Conformance, Finding, Verdict};
pub use enable::Enable;
pub use error::HostError;
pub use events::{Event, Events};
pub use faults::{Fault, Faults, Rates, StorageCall, StorageOperation, When};
pub use instance::InstanceError;
pub use launch::{
    ByHand, Checksum, Cookie, Exited, Inherited, Launch, LaunchError, LogLevel, LogLine, LogLines,
    NoLine, TlsMode,
};
pub use lease::{Expired, LeaseInfo, Revoked};
pub use mounts::{MountInfo, PathError};
pub use process::{BrokerFault, Left, PluginProcess};
pub use requests::{ApiRequest, MountedBackend};
pub use storage::Store;
pub use system_view::{SystemSettings, SystemValues};
pub use token::TokenInfo;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use parking_lot::Mutex;

use catalog::{Catalog, LaunchDefaults};
use lease::Leases;
use mounts::{MountTable, Processes};
use token::Tokens;
use wrapping::Wrappings;

/// A server in this process, as far as plugins see one. Clones are the same host; when the last
/// one goes, every plugin process is killed and reaped.
#[derive(Clone)]
pub struct Host {
    shared: Arc<Shared>,
}

struct Shared {
    catalog: Mutex<Catalog>,
    store: Store,
    system: SystemSettings,
    clock: Clock,
    events: Events,
    wrappings: Wrappings,
    leases: Leases,
    tokens: Tokens,
    mounts: Mutex<MountTable>,
    processes: Processes,
    launch: LaunchDefaults,
    request_timeout: Duration,
    resolves_paths: bool,
    shares_clock: bool,
    sealed: AtomicBool,
    read_only: AtomicBool,
}

impl Shared {
    fn new(builder: HostBuilder) -> Self {
        let parts = builder.into_parts();
        let leases = Leases::new(parts.clock.clone());
        Self {
            catalog: parts.catalog,
            store: parts.store,
            system: parts.system,
            events: Events::default(),
            wrappings: Wrappings::new(parts.clock.clone()),
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
    /// Also those processes end that a caller has a handle of.
    fn drop(&mut self) {
        for process in self.processes.all() {
            process.kill_now();
        }
    }
}

impl Host {
    /// A host with nothing registered and nothing mounted.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A host with settings.
    pub fn builder() -> HostBuilder {
        HostBuilder::default()
    }

    /// The clock by which leases and tokens live.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// What the system view answers.
    pub fn system(&self) -> &SystemSettings {
        &self.shared.system
    }

    /// The events that mounts have sent.
    pub fn events(&self) -> &Events {
        &self.shared.events
    }

    /// The storage of every mount.
    pub fn store(&self) -> &Store {
        &self.shared.store
    }

    /// The token that may do everything.
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
