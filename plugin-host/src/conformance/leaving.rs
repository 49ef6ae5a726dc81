//! How the process ends: when it is told to, and when the host is gone.

use std::path::Path;
use std::time::Duration;

use super::finding::{Check, Finding};
use crate::{Left, PluginProcess};
use plugin_runtime::handshake::Network;

/// How long an orphan may take to notice.
const ORPHANED: Duration = Duration::from_secs(5);

/// Tells it to leave.
pub(super) async fn shut_down(process: &PluginProcess) -> Vec<Finding> {
    let check = Check { name: "leaves when told to", tried: "the order to shut down" };
    let socket = match &process.handshake().network {
        Network::Unix(path) => Some(path.clone()),
        Network::Tcp(_) => None,
    };
    let remedy = "exit with code 0 as soon as Shutdown is called, without waiting for streams";
    let left = process.shut_down().await;
    let first = match left {
        Left::Gracefully(exited) if exited.success() => check.ok("within 2 seconds, with code 0"),
        Left::Gracefully(exited) => {
            check.warning(exited.to_string(), "notes the exit code in its log", remedy)
        }
        Left::Killed(_) => check.failure(
            "it still runs after 2 seconds",
            "logs `plugin failed to exit gracefully` and kills it",
            remedy,
        ),
    };
    let mut findings = vec![first];
    if let Some(socket) = socket
        && matches!(left, Left::Gracefully(_))
    {
        let check = Check { name: "removes its socket", tried: "the socket's path after the exit" };
        findings.push(if Path::new(&socket).exists() {
            check.warning(
                format!("{socket} still exists"),
                "does not remove it either; sockets pile up in the folder for temporary files",
                "remove the socket's file at exit",
            )
        } else {
            check.ok("it does not exist any more")
        });
    }
    findings
}

/// Vanishes, as a server does that is killed.
pub(super) async fn orphaned(process: &PluginProcess) -> Finding {
    let check =
        Check { name: "leaves when orphaned", tried: "a connection that breaks permanently" };
    match process.abandon(ORPHANED).await {
        Some(_) => check.ok("it exits by itself"),
        None => {
            process.kill().await;
            check.warning(
                "it still runs after 5 seconds",
                "that was killed can't end it: the process stays, with the secrets in its memory",
                "exit when the connection to the server has ended",
            )
        }
    }
}
