//! The process of a plugin that a server has started.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use super::lifecycle::{Leave, time_to_leave};
use super::secure_mode::{self, temporary_directory};
use super::security::Security;
use super::threads::{self, Control};
use super::{Plugin, Settings, descriptors, harden, wire_version};
use crate::backend::Factory;
use crate::clock::ClockFileError;
use crate::handshake::{
    Environment, EnvironmentError, HandshakeLine, Mode, PROTOCOL_VERSIONS, negotiate,
};
use crate::rpc::{FirstUse, Instances, PluginBroker, Services, Serving, Shutdown};
use crate::transport::{
    ArgumentError, BindError, Connections, ListenOn, Listener, TlsError, UnwrapError, explained,
    serve,
};
use crate::{Backend, Clock};

/// How long running answers may take when the process exits.
const LAST_ANSWERS: Duration = Duration::from_millis(50);

/// Reasons why a plugin cannot start. The server's log shows the text.
#[derive(Debug, thiserror::Error)]
pub(super) enum StartError {
    #[error("the plugin's version `{version}` is not a semantic version, such as 1.2.3")]
    Version { version: String, source: semver::Error },
    #[error("invalid plugin environment")]
    Environment(#[from] EnvironmentError),
    #[error("the server sent no certificate: PLUGIN_CLIENT_CERT is not set")]
    NoCertificate,
    #[error(
        "the server offers protocol versions 3 and 4 and sent neither an unwrap token (VAULT_UNWRAP_TOKEN) nor a \
         certificate (PLUGIN_CLIENT_CERT)"
    )]
    NoUnwrapToken,
    #[error("cannot get the key pair for TLS from the server")]
    Unwrap(#[from] UnwrapError),
    #[error(transparent)]
    Arguments(#[from] ArgumentError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(transparent)]
    Bind(#[from] BindError),
    #[error(
        "cannot lock memory, which the server asks for; allow it (ulimit -l, or the capability IPC_LOCK)"
    )]
    LockMemory(#[source] io::Error),
    #[error(transparent)]
    Clock(#[from] ClockFileError),
    #[error("cannot start the runtime")]
    Runtime(#[source] io::Error),
    #[error("cannot handle signals")]
    NoSignals,
    #[error("the thread that handles requests panicked; see the plugin's log")]
    Panicked,
    #[error("cannot print the handshake line")]
    Stdout(#[source] io::Error),
}

/// Runs until the server ends the process.
pub(super) fn run<B: Backend>(plugin: Plugin<B>) -> Result<ExitCode, StartError> {
    let variable = |name: &str| std::env::var_os(name).map(OsString::into_string)?.ok();
    let environment = Environment::read(variable);
    crate::log::init(environment.as_ref().ok().and_then(|found| found.log_level.as_deref()));
    crate::log::install_hook();
    let environment = environment?;
    let version = wire_version(&plugin.version)?;

    descriptors::raise_limit();
    // Before the step that makes the process's files in `/proc` unreadable.
    let listen_on = listen_on(&plugin.settings, &environment);
    if !plugin.settings.core_dumps {
        harden::forbid_core_dumps();
    }
    if let Some(path) = &environment.test_clock {
        Clock::take_from(path)?;
    }
    if environment.lock_memory {
        harden::lock_memory().map_err(StartError::LockMemory)?;
    }
    for part in &environment.bad_versions {
        tracing::warn!(%part, "PLUGIN_PROTOCOL_VERSIONS holds something that is not a number");
    }
    descriptors::enough_for_a_start().map_err(cannot_start)?;
    threads::run(move |control| {
        let runtime = runtime(&plugin.settings).map_err(cannot_start)?;
        let start = Start { environment, listen_on, version, control };
        let left = runtime.block_on(serve_one_host(plugin, start));
        // Does not wait for threads that compute for a request without a caller.
        runtime.shutdown_background();
        left
    })
}

/// The parts that a plugin starts with.
struct Start {
    environment: Environment,
    listen_on: ListenOn,
    version: Arc<str>,
    control: Control,
}

pub(super) fn cannot_start(error: io::Error) -> StartError {
    StartError::Runtime(explained(error))
}

fn runtime(settings: &Settings) -> io::Result<Runtime> {
    builder(settings)
        .enable_all()
        .max_blocking_threads(settings.blocking_threads)
        .thread_name(threads::name("plugin-blocking"))
        .build()
}

#[cfg(feature = "multi-thread")]
fn builder(settings: &Settings) -> Builder {
    if settings.worker_threads == 0 {
        return Builder::new_current_thread();
    }
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(settings.worker_threads);
    builder
}

#[cfg(not(feature = "multi-thread"))]
fn builder(_: &Settings) -> Builder {
    Builder::new_current_thread()
}

async fn serve_one_host<B: Backend>(
    plugin: Plugin<B>,
    Start { environment, listen_on, version, mut control }: Start,
) -> Result<Leave, StartError> {
    control.signals_are_caught().await?;
    let negotiated = negotiate(&PROTOCOL_VERSIONS, &environment.protocol_versions);
    let mode = Mode::of(negotiated, &environment);
    let security = Security::new(negotiated, mode, &environment, plugin.settings.plaintext);
    // It may have to wait for the server's API.
    let security = tokio::select! {
        security = security => security?,
        signal = control.ending() => return Ok(Leave::Signal(signal)),
    };
    let listener = Listener::bind(&listen_on)?;
    control.listens_on(listener.network());

    let mut line = HandshakeLine::new(negotiated.version(), listener.network().clone());
    line.certificate = security.certificate;
    line.broker_multiplexing = environment.asks_for_broker_multiplexing.then_some(false);

    let connections = Connections::default();
    let broker = PluginBroker::new(connections.stopping().clone());
    let shutdown = Shutdown::default();
    let factory: Factory<B> = plugin.factory;
    let instances = Instances::new(factory, broker.clone(), security.tls.clone());
    let first_use = FirstUse::default();
    let services = Services::new(
        instances,
        broker.clone(),
        shutdown.clone(),
        version,
        first_use.clone(),
        connections.stopping(),
        Serving { mode, socket: listener.file() },
    );
    let unused_timeout = plugin.settings.unused_timeout;
    let accepting = tokio::spawn(serve(
        listener,
        security.tls,
        security.plaintext,
        services,
        connections.clone(),
    ));
    print(&line).map_err(StartError::Stdout)?;
    control.has_started();

    let leave =
        time_to_leave(&shutdown, &broker, &first_use, unused_timeout, control.ending()).await;
    match leave {
        Leave::Ordered => {}
        Leave::ServerGone => tracing::info!("the server is gone"),
        Leave::NobodyCame => tracing::warn!("no server has connected"),
        Leave::NeverUsed => tracing::info!("the server connected, but made no call"),
        Leave::Signal(signal) if signal.is_orderly() => {
            tracing::info!(signal = signal.name(), "terminated by a signal");
        }
        Leave::Signal(signal) => {
            tracing::error!(signal = signal.name(), "ended by a signal");
        }
    }
    connections.stop();
    // The listener ends at once and removes its socket.
    if accepting.await.is_err() {
        tracing::error!("the listener failed");
    }
    // Late calls are cancelled: the server has stopped waiting.
    let _ = tokio::time::timeout(LAST_ANSWERS, connections.ended()).await;
    Ok(leave)
}

fn listen_on(settings: &Settings, environment: &Environment) -> ListenOn {
    if settings.tcp || cfg!(windows) {
        return ListenOn::Tcp { ports: environment.ports };
    }
    let (directory, variable) = match &environment.socket_directory {
        Some(directory) => (directory.clone(), "PLUGIN_UNIX_SOCKET_DIR"),
        None => (temporary_directory(), secure_mode::VARIABLE),
    };
    ListenOn::Unix { directory, variable, group: environment.socket_group.clone() }
}

fn print(line: &HandshakeLine) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}
