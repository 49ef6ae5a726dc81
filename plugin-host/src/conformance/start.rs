//! How the process begins: by hand, with versions that do not exist, and as a server starts it.

use std::time::Duration;

use super::finding::{Check, Finding};
use super::subject::Starts;
use crate::{Launch, LaunchError, NoLine, PluginProcess};

/// From here on a start is slow.
const SLOW: Duration = Duration::from_secs(1);

/// From here on it is close to the time after which servers give up, 60 seconds.
const TOO_SLOW: Duration = Duration::from_secs(50);

/// A version that no plugin speaks.
const NO_VERSION: u32 = 99;

/// How long a process that is started by hand may take to leave.
const BY_HAND: Duration = Duration::from_secs(5);

/// Checks that the plugin exits at once without a cookie.
pub(super) async fn by_hand(launch: &Launch) -> Finding {
    let check = Check { name: "started by hand", tried: "a start without a server's cookie" };
    let server = "also starts a backend plugin with the cookie of a database plugin, to learn its \
                  type, and waits for it to exit";
    let remedy = "compare the cookie before anything else; without it print to stderr and exit \
                  with code 1";
    let ran =
        match launch.clone().start_timeout(launch.start_timeout.min(BY_HAND)).run_by_hand().await {
            Ok(ran) => ran,
            Err(error) => {
                let remedy = "give the path of an executable file for this platform";
                return check.failure(
                    plugin_runtime::__private::error::chain(&error),
                    "can't run it either",
                    remedy,
                );
            }
        };
    let Some(exited) = ran.exited else {
        return check.failure("it keeps running, as if a server had started it", server, remedy);
    };
    if !ran.stdout.is_empty() {
        let first = shortened(ran.stdout.lines().next().unwrap_or_default());
        return check.failure(format!("it prints on stdout: {first:?}"), server, remedy);
    }
    if exited.code() != Some(1) {
        return check.warning(format!("it exits with {exited} instead of code 1"), server, remedy);
    }
    if ran.stderr.trim().is_empty() {
        return check.warning("it exits silently", server, remedy);
    }
    check.ok("it prints a message to stderr and exits with code 1")
}

/// Checks that the plugin, offered a version that it does not speak, prints one that it does.
pub(super) async fn other_version(launch: &Launch) -> Finding {
    let check = Check { name: "unknown protocol version", tried: "a start that offers version 99" };
    match launch.clone().protocol_versions([NO_VERSION]).start().await {
        Err(LaunchError::Version { plugin, .. }) => {
            check.ok(format!("it prints its own version, {plugin}, so that a server can name both"))
        }
        Ok(process) => {
            process.kill().await;
            check.failure(
                "it claims to speak version 99",
                "goes on with a version that the plugin does not know",
                "choose the highest version of PLUGIN_PROTOCOL_VERSIONS that you know",
            )
        }
        Err(error) => check.warning(
            shortened(&plugin_runtime::__private::error::chain(&error)),
            "can't tell that the versions differ, and says that the plugin exited",
            "print the handshake line with the lowest version that you know",
        ),
    }
}

/// A process that was started as servers do it.
pub(super) struct Started {
    pub(super) starts: Starts,
    pub(super) process: PluginProcess,
}

/// Starts it as servers do: with protocol 5, or else with 3 and 4.
pub(super) async fn as_a_server(launch: &Launch) -> (Option<Started>, Vec<Finding>) {
    let starts = Starts::current(launch);
    let error = match starts.start().await {
        Ok(process) => {
            let found = vec![time(process.started_in()), super::modes::tls(&process)];
            return (Some(Started { starts, process }), found);
        }
        Err(error) => error,
    };
    if !error.may_be_older() {
        return (None, vec![refused(&error)]);
    }
    let starts = Starts::fallback(launch);
    match starts.start().await {
        Ok(process) => {
            let version = process.handshake().protocol_version;
            let found = vec![fallback(version), time(process.started_in())];
            (Some(Started { starts, process }), found)
        }
        // It said which version it speaks, and it is not that.
        Err(second) if matches!(error, LaunchError::Version { .. }) => {
            (None, vec![refused(&second)])
        }
        Err(_) => (None, vec![refused(&error)]),
    }
}

/// Says what servers make of an old plugin.
fn fallback(version: u32) -> Finding {
    let check = Check { name: "protocol version", tried: "a start as a server starts it" };
    check.warning(
        format!("it speaks version {version} only; servers start it through their fallback"),
        "starts it three times instead of once, and then a process for each mount at its first \
         request; the plugin fetches its key from the server's api_addr, which must be set and \
         reachable",
        "build it with an SDK of 2022 or later, which speaks version 5",
    )
}

/// Returns what a failed start means, and how to fix it.
pub(super) fn refused(error: &LaunchError) -> Finding {
    let check = Check { name: "handshake", tried: "a start as a server starts it" };
    let remedy = match error {
        LaunchError::Open { .. } | LaunchError::Spawn { .. } => {
            "give the path of an executable file for this platform"
        }
        LaunchError::NoHandshake { reason: NoLine::Timeout(_), .. } => {
            "print the handshake line and flush stdout, before any slow work"
        }
        LaunchError::NoHandshake { .. } => "see what it logs on stderr before it ends",
        LaunchError::Line(_) => {
            "print nothing on stdout before the handshake line; log to stderr instead"
        }
        LaunchError::Version { .. } => "speak protocol version 5",
        LaunchError::BrokerMultiplexing => "print `false` in the seventh field",
        LaunchError::NoCertificate => {
            "make a certificate when PLUGIN_CLIENT_CERT is set, and print it in the sixth field"
        }
        LaunchError::UnaskedCertificate => {
            "print a certificate only when PLUGIN_CLIENT_CERT is set"
        }
        LaunchError::Tls(_) | LaunchError::Connect { .. } => {
            "serve HTTP/2 with ALPN h2 and mutual TLS on the printed address before printing it"
        }
        _ => "see what it logs on stderr",
    };
    let text = plugin_runtime::__private::error::chain(error);
    check.failure(shortened(&text), &format!("says: {}", shortened(&text)), remedy)
}

/// Checks whether the start was quick enough.
pub(super) fn time(took: Duration) -> Finding {
    let check = Check { name: "time to start", tried: "from execution to the handshake line" };
    let found = format!("{took:.1?}");
    let remedy = "do slow work in Initialize, or when it is first needed";
    if took >= TOO_SLOW {
        check.failure(found, "gives up after 60 seconds", remedy)
    } else if took > SLOW {
        let server = "starts a plugin up to four times at its registration, and waits each time";
        check.warning(found, server, remedy)
    } else {
        check.ok(found)
    }
}

/// Returns the start of a text.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(400).collect()
}
