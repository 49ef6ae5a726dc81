//! When a plugin's process leaves.

use std::time::Duration;

use crate::rpc::{Ended, PluginBroker, Shutdown};

/// How long a server may take to open the broker's stream, which it does first of all. One that
/// does not has failed in its TLS handshake, or died.
const HOST_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a server that has closed the broker's stream may take to order the plugin to leave.
const ORDER_TIMEOUT: Duration = Duration::from_millis(500);

/// Why the process leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    /// The server said so.
    Ordered,
    /// The server is gone.
    ServerGone,
    /// No server ever came.
    NobodyCame,
    /// SIGTERM.
    Terminated,
}

/// Signals that mean something to a plugin.
#[derive(Debug)]
pub(super) struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    /// Ctrl-C in a terminal reaches the server and its plugins alike. The server will say what it
    /// wants; taking the signal here keeps its default from ending the process.
    #[cfg(unix)]
    _interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    pub(super) fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            _interrupt: signal(SignalKind::interrupt())?,
        })
    }

    #[cfg(not(unix))]
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(unix)]
    async fn terminated(&mut self) {
        if self.terminate.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    #[cfg(not(unix))]
    async fn terminated(&mut self) {
        std::future::pending::<()>().await;
    }
}

/// Resolves when it is time to leave.
pub(super) async fn time_to_leave(
    shutdown: &Shutdown,
    broker: &PluginBroker,
    signals: &mut Signals,
) -> Leave {
    let nobody_came = async {
        if tokio::time::timeout(HOST_TIMEOUT, broker.opened()).await.is_ok() {
            std::future::pending::<()>().await;
        }
    };
    let server_gone = async {
        if broker.ended().await == Ended::Closed {
            tokio::time::sleep(ORDER_TIMEOUT).await;
        }
    };
    tokio::select! {
        biased;
        () = shutdown.ordered() => Leave::Ordered,
        () = server_gone => Leave::ServerGone,
        () = nobody_came => Leave::NobodyCame,
        () = signals.terminated() => Leave::Terminated,
    }
}
