//! How a server uses a process, which follows from the protocol version and the environment.

use super::{Environment, Negotiated};

/// What a server does with this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Protocol 5: many mounts, each named in the calls for it.
    ManyMounts,
    /// Protocols 3 and 4, for a moment: the server asks what kind of plugin this is.
    Metadata,
    /// Protocols 3 and 4: one mount, which no call names.
    OneMount,
}

impl Mode {
    /// Returns the mode in which a process is to serve.
    pub(crate) fn of(negotiated: Negotiated, environment: &Environment) -> Self {
        match negotiated.version() {
            3 | 4 if environment.metadata => Self::Metadata,
            3 | 4 => Self::OneMount,
            _ => Self::ManyMounts,
        }
    }
}
