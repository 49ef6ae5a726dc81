//! Decides when a plugin's process exits.

use std::future::Future;
use std::time::Duration;

use super::signals::Ending;
use crate::rpc::{Ended, FirstUse, PluginBroker, Shutdown};

/// How long a server may take to open the broker's stream, which is the first thing it does. If it
/// does not, its TLS handshake has failed, or it has died.
const HOST_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a process waits for a call after its server has connected. A server calls within
/// milliseconds. If its client hung up in between, it has forgotten the process and neither uses
/// nor ends it.
pub(super) const UNUSED_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// How long a server that has closed the broker's stream may take to order the plugin to exit.
const ORDER_TIMEOUT: Duration = Duration::from_millis(500);

/// The reason why the process exits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    /// The server ordered it.
    Ordered,
    /// The server has exited.
    ServerGone,
    /// No server has connected.
    NobodyCame,
    /// The server connected, but made no call.
    NeverUsed,
    /// A signal.
    Signal(Ending),
}

/// Resolves when it is time to exit.
pub(super) async fn time_to_leave(
    shutdown: &Shutdown,
    broker: &PluginBroker,
    first_use: &FirstUse,
    unused_timeout: Duration,
    ending: impl Future<Output = Ending>,
) -> Leave {
    let nobody_came = async {
        if tokio::time::timeout(HOST_TIMEOUT, broker.opened()).await.is_ok() {
            std::future::pending::<()>().await;
        }
    };
    let never_used = async {
        broker.opened().await;
        if tokio::time::timeout(unused_timeout, first_use.happened()).await.is_ok() {
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
        () = never_used => Leave::NeverUsed,
        signal = ending => Leave::Signal(signal),
    }
}
