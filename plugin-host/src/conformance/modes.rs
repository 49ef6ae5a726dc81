//! A handshake in each way that servers, old and new, begin one.

use super::finding::{Check, Finding};
use super::start::{refused, shortened};
use crate::{Launch, LaunchError, NoLine, PluginProcess, TlsMode};

/// Checks what the ordinary handshake says of TLS.
pub(super) fn tls(process: &PluginProcess) -> Finding {
    let check = Check { name: "TLS", tried: "a connection with certificates on both sides" };
    let bytes = process.handshake().certificate.len();
    check.ok(format!("mutual TLS works, with a certificate of {bytes} bytes"))
}

/// Checks a start without a server certificate.
pub(super) async fn plaintext(launch: &Launch) -> Finding {
    let check =
        Check { name: "handshake without TLS", tried: "a start without PLUGIN_CLIENT_CERT" };
    match launch.clone().tls(TlsMode::Plaintext).start().await {
        Ok(process) => {
            process.kill().await;
            check.ok("it serves without TLS if TLS is not requested; servers always request it")
        }
        Err(LaunchError::NoHandshake { reason: NoLine::Closed, .. }) => {
            check.ok("it exits: it does not serve without TLS, and servers always request TLS")
        }
        Err(error) => {
            let found = refused(&error);
            check.warning(
                found.found,
                "always requests TLS; tools that do not cannot start the plugin",
                "exit with a message on stderr, or serve without TLS and print an empty sixth field",
            )
        }
    }
}

/// Checks a start that offers only the versions of old servers.
pub(super) async fn old_versions(launch: &Launch) -> Finding {
    let check =
        Check { name: "handshake with versions 3 and 4", tried: "a start that offers them" };
    match launch.clone().for_metadata().start().await {
        Ok(process) => {
            let version = process.handshake().protocol_version;
            process.kill().await;
            check.ok(format!("it speaks version {version} with old servers"))
        }
        Err(LaunchError::Version { plugin, .. }) => check.ok(format!(
            "it prints version {plugin}, and an old server says that the versions differ"
        )),
        Err(error) => check.warning(
            shortened(&plugin_runtime::__private::error::chain(&error)),
            "of before 2020 can't start it, and does not learn why",
            "print the handshake line with the lowest version that you know",
        ),
    }
}

/// Checks a start that asks for broker multiplexing, as Vault does in containers.
pub(super) async fn broker_multiplexing(launch: &Launch) -> Finding {
    let check = Check {
        name: "handshake with broker multiplexing",
        tried: "a start with PLUGIN_MULTIPLEX_GRPC=true",
    };
    match launch.clone().ask_for_broker_multiplexing().start().await {
        Ok(process) => {
            let answer = process.handshake().broker_multiplexing;
            process.kill().await;
            match answer {
                Some(_) => check.ok("it prints `false` in the seventh field"),
                None => check.ok("it prints six fields, which means `false`"),
            }
        }
        Err(LaunchError::BrokerMultiplexing) => check.ok("it prints `true` in the seventh field"),
        Err(error) => check.warning(
            shortened(&plugin_runtime::__private::error::chain(&error)),
            "asks for it where it runs plugins in containers, and can't start this one there",
            "print `false` in the seventh field when it is asked for and not supported",
        ),
    }
}
