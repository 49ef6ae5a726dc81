//! Why a plugin could not be started.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::{Checksum, Exited, OLDER_VERSIONS};
use plugin_runtime::__private::transport::TlsError;
use plugin_runtime::handshake::LineError;

/// Why a plugin could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchError {
    /// The file can't be opened.
    #[error("cannot open {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file is another one than the catalog's.
    #[error("checksums did not match: the file has {found}, the catalog {expected}")]
    Checksum {
        /// The file's.
        found: Checksum,
        /// The catalog's.
        expected: Checksum,
    },
    /// A text is not a checksum.
    #[error("invalid SHA-256 `{0}`: use 64 hexadecimal digits")]
    ChecksumText(String),
    /// The host's clock can't be written to a file for the plugin.
    #[error("cannot write the host's time to a file for the plugin")]
    Clock {
        /// Why not.
        source: io::Error,
    },
    /// The system can't execute the file.
    #[error("cannot execute {}", path.display())]
    Spawn {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The process said nothing that could be a handshake line.
    #[error("{reason}{}{}", exited_text(.exited.as_ref()), log_text(log))]
    NoHandshake {
        /// What happened instead.
        reason: NoLine,
        /// How the process ended, if it did by itself.
        exited: Option<Exited>,
        /// The end of its log.
        log: Vec<String>,
    },
    /// The first line on stdout is not a handshake line.
    #[error(
        "Unrecognized remote plugin message: {0}; a plugin prints its handshake line first on \
         stdout, and everything else on stderr"
    )]
    Line(#[from] LineError),
    /// The plugin speaks no version that was offered.
    #[error("incompatible API version with plugin. Plugin version: {plugin}, offered: {offered:?}")]
    Version {
        /// What the plugin printed.
        plugin: u32,
        /// What it was offered.
        offered: Vec<u32>,
    },
    /// The plugin wants brokered connections over the first one.
    #[error(
        "the plugin multiplexes brokered connections, which this host does not support: print `false` \
         in the seventh field of the handshake line"
    )]
    BrokerMultiplexing,
    /// TLS was requested, but the handshake line has no certificate.
    #[error(
        "the handshake line has no certificate, but mutual TLS was requested: the plugin must \
         serve with AutoMTLS"
    )]
    NoCertificate,
    /// The handshake line has a certificate that was not asked for; a server would crash.
    #[error(
        "the handshake line has a certificate, but no TLS was requested: print one only when \
         PLUGIN_CLIENT_CERT is set"
    )]
    UnaskedCertificate,
    /// The host can't offer a plugin of protocol 3 or 4 the key that they share.
    #[error("cannot listen on loopback for the plugin, which fetches its key there")]
    Unwrap {
        /// Why not.
        source: io::Error,
    },
    /// TLS cannot be configured with the certificates.
    #[error("cannot set up TLS: {0}")]
    Tls(String),
    /// The plugin does not accept the connection.
    #[error("cannot connect to the plugin: {reason}{}", log_text(log))]
    Connect {
        /// Why not.
        reason: String,
        /// The end of its log.
        log: Vec<String>,
    },
}

impl LaunchError {
    /// Returns whether a plugin may have failed so because it speaks protocol 3 or 4 alone: it
    /// names its version, or does not begin without a token to unwrap.
    pub(crate) fn may_be_older(&self) -> bool {
        match self {
            Self::Version { plugin, .. } => OLDER_VERSIONS.contains(plugin),
            Self::NoHandshake { reason, .. } => *reason == NoLine::Closed,
            _ => false,
        }
    }

    pub(super) fn tls(error: TlsError) -> Self {
        Self::Tls(match error {
            TlsError::Pem => "the plugin's certificate cannot be read".to_owned(),
            other => plugin_runtime::__private::error::chain(&other),
        })
    }
}

/// What a process did instead of printing a handshake line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoLine {
    /// It closed stdout, most likely because it ended.
    #[error("plugin exited before we could connect")]
    Closed,
    /// It took too long.
    #[error("timeout while waiting for plugin to start ({0:?})")]
    Timeout(Duration),
    /// It printed and printed without an end of line.
    #[error("the plugin's first line is longer than {0} bytes")]
    TooLong(usize),
    /// What it printed is not text.
    #[error("the plugin's first line is not UTF-8")]
    NotText,
    /// Its stdout can't be read.
    #[error("the plugin's stdout cannot be read")]
    Silent,
}

fn exited_text(exited: Option<&Exited>) -> String {
    exited.map(|exited| format!(" ({exited})")).unwrap_or_default()
}

fn log_text(log: &[String]) -> String {
    if log.is_empty() { String::new() } else { format!("; its log says:\n{}", log.join("\n")) }
}
