//! A plugin's process, from start to exit.

mod descriptors;
mod harden;
mod lifecycle;
mod notice;
mod process;
mod secure_mode;
mod security;
#[cfg_attr(not(unix), path = "no_signals.rs")]
mod signals;
mod threads;

use std::ffi::OsString;
use std::fmt;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use crate::backend::Factory;
use crate::handshake::cookie::{StartedBy, started_by};
use crate::{IntoBackend, Mount};

use process::StartError;

/// A plugin: creates its backends and configures its process.
///
/// For most plugins, [`serve!`](crate::serve!) is shorter.
///
/// ```no_run
/// use std::process::ExitCode;
/// # use plugin_runtime::{Backend, BackendType, Error, Mount, Plugin, Request, Response};
/// # struct Engine;
/// # impl Engine { fn new(_: Mount) -> Self { Self } }
/// # impl Backend for Engine {
/// #     fn kind(&self) -> BackendType { BackendType::Secrets }
/// #     async fn handle(&self, _: Request) -> Result<Option<Response>, Error> { Ok(None) }
/// # }
///
/// fn main() -> ExitCode {
///     Plugin::new(env!("CARGO_PKG_NAME"), Engine::new)
///         .version(env!("CARGO_PKG_VERSION"))
///         .serve()
/// }
/// ```
///
/// # File descriptors
///
/// Each mount needs one file descriptor: on Linux the server's socket until the mount first needs
/// its server, and from then on the connection to it. At start, the soft limit on descriptors is
/// raised to the hard one, as in a Go plugin; programs that the plugin starts inherit the raised
/// limit. If no descriptor is left for a mount, its requests fail with an error that names the
/// limit, and it works again as soon as one is free.
pub struct Plugin<B> {
    name: String,
    version: String,
    factory: Factory<B>,
    settings: Settings,
}

/// How many blocking handlers run at once by default: more than a typical machine has cores, since
/// many of them wait for I/O, but few enough that a flood of them leaves CPU time for other
/// requests.
const BLOCKING_THREADS: usize = 16;

/// The settings of the process.
#[derive(Clone, Debug)]
struct Settings {
    #[cfg(feature = "multi-thread")]
    worker_threads: usize,
    blocking_threads: usize,
    tcp: bool,
    plaintext: bool,
    core_dumps: bool,
    unused_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            #[cfg(feature = "multi-thread")]
            worker_threads: 0,
            blocking_threads: BLOCKING_THREADS,
            tcp: false,
            plaintext: false,
            core_dumps: false,
            unused_timeout: lifecycle::UNUSED_TIMEOUT,
        }
    }
}

impl<B: crate::Backend> Plugin<B> {
    /// Creates a plugin called `name`. `factory` is called once for each mount and creates its
    /// backend.
    pub fn new<F, R>(name: impl Into<String>, factory: F) -> Self
    where
        F: Fn(Mount) -> R + Send + Sync + 'static,
        R: IntoBackend<Backend = B>,
    {
        let factory: Factory<B> = Box::new(move |mount| factory(mount).into_backend());
        Self { name: name.into(), version: String::new(), factory, settings: Settings::default() }
    }

    /// Sets the plugin's version, which must be a semantic version; a leading `v` is added if it is
    /// missing. Servers show it, and refuse a mount that requires another one.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Sets how many threads handle requests. 0, the default, means only the main thread: a request
    /// costs a few microseconds, and waking another core costs more than that. A handler that
    /// computes or blocks for longer should be [`blocking`](crate::framework::blocking), so that it
    /// does not delay other requests. More threads help only CPU-bound backends.
    #[cfg(feature = "multi-thread")]
    #[must_use]
    pub fn worker_threads(mut self, count: usize) -> Self {
        self.settings.worker_threads = count;
        self
    }

    /// Sets how many [`blocking`](crate::framework::blocking) handlers, and other tasks of
    /// [`tokio::task::spawn_blocking`](https://docs.rs/tokio/latest/tokio/task/fn.spawn_blocking.html),
    /// run at once; the default is 16, the minimum is 1. The others wait. Threads are created when
    /// they are needed and end after ten idle seconds.
    #[must_use]
    pub fn blocking_threads(mut self, count: usize) -> Self {
        self.settings.blocking_threads = count.max(1);
        self
    }

    /// Listens on a port of the loopback interface rather than on a Unix socket, for systems
    /// without a writable directory. The default on Windows.
    #[must_use]
    pub fn tcp(mut self) -> Self {
        self.settings.tcp = true;
        self
    }

    /// Serves without TLS if the host sends no certificate. Vault and OpenBao always send one;
    /// without it, any process that can reach the socket can use the plugin.
    #[must_use]
    pub fn danger_allow_plaintext(mut self) -> Self {
        self.settings.plaintext = true;
        self
    }

    /// Allows core dumps, which are disabled by default because they contain the secrets of all
    /// mounts.
    #[must_use]
    pub fn danger_allow_core_dumps(mut self) -> Self {
        self.settings.core_dumps = true;
        self
    }

    /// Sets how long the process waits for a first call after the server has connected; for tests,
    /// which cannot wait for minutes.
    #[doc(hidden)]
    #[must_use]
    pub fn unused_timeout(mut self, timeout: Duration) -> Self {
        self.settings.unused_timeout = timeout;
        self
    }

    /// Runs the plugin until its server ends it. Return the value from `main`.
    ///
    /// If no server has started it, it explains on stderr what to do instead, and fails.
    /// Command-line arguments are ignored, since servers pass on what their operators configured.
    pub fn serve(self) -> ExitCode {
        let variable = |name: &str| std::env::var_os(name).map(OsString::into_string)?.ok();
        match started_by(variable) {
            StartedBy::Server => match process::run(self) {
                Ok(code) => code,
                Err(error) => {
                    complain(&error);
                    ExitCode::FAILURE
                }
            },
            StartedBy::DatabaseProbe => ExitCode::FAILURE,
            StartedBy::Hand => {
                say(&notice::by_hand(&self.name, &self.version));
                ExitCode::FAILURE
            }
        }
    }
}

impl<B> fmt::Debug for Plugin<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("name", &self.name)
            .field("version", &self.version)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// Serves a plugin whose backends are created by a function of [`Mount`], with the name and the
/// version of the crate that calls it.
///
/// ```no_run
/// # use plugin_runtime::{Backend, BackendType, Error, Request, Response};
/// # struct Engine;
/// # impl Backend for Engine {
/// #     fn kind(&self) -> BackendType { BackendType::Secrets }
/// #     async fn handle(&self, _: Request) -> Result<Option<Response>, Error> { Ok(None) }
/// # }
/// fn main() -> std::process::ExitCode {
///     plugin_runtime::serve!(|_mount| Engine)
/// }
/// ```
#[macro_export]
macro_rules! serve {
    ($factory:expr) => {
        $crate::Plugin::new(env!("CARGO_PKG_NAME"), $factory)
            .version(env!("CARGO_PKG_VERSION"))
            .serve()
    };
}

/// Returns the version as servers expect it: semantic, with a leading `v`; empty for none.
fn wire_version(version: &str) -> Result<Arc<str>, StartError> {
    if version.is_empty() {
        return Ok(Arc::from(""));
    }
    let bare = version.strip_prefix('v').unwrap_or(version);
    semver::Version::parse(bare)
        .map(|version| Arc::from(format!("v{version}")))
        .map_err(|source| StartError::Version { version: version.to_owned(), source })
}

fn complain(error: &StartError) {
    let error: &dyn std::error::Error = error;
    tracing::error!(error = %crate::logical::error::chain(error), "the plugin cannot start");
}

/// Writes to stderr; ignores errors, since stderr may be closed.
fn say(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_gets_its_v_and_must_be_semantic() {
        for (version, expected) in [
            ("", Some("")),
            ("0.1.0", Some("v0.1.0")),
            ("v1.2.3-rc.1+linux", Some("v1.2.3-rc.1+linux")),
            ("1.2", None),
            ("vv1.2.3", None),
            ("latest", None),
        ] {
            let wire = wire_version(version).ok();
            assert_eq!(wire.as_deref(), expected, "{version}");
        }
    }
}
