//! Negotiates the protocol version.

/// The newest protocol version of this crate: mutual TLS from the first byte, many mounts in one
/// process. Every OpenBao and Vault from 1.12 on offers it first.
pub const PROTOCOL_VERSION: u32 = 5;

/// All protocol versions of this crate. 3 and 4 are the same here: one mount in one process, with a key pair
/// from the server's API. Vault before 1.12 knows nothing else, and newer servers fall back to them when a
/// start with the newest fails.
pub const PROTOCOL_VERSIONS: [u32; 3] = [5, 4, 3];

/// The result of a negotiation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Negotiated {
    /// The highest version that both sides support.
    Common(u32),
    /// There is none. The plugin still prints its lowest version, because only then can the server
    /// report that the versions differ.
    Nothing {
        /// The version to print.
        lowest: u32,
    },
}

impl Negotiated {
    /// Returns the version to print in the handshake line.
    pub fn version(self) -> u32 {
        match self {
            Self::Common(version) | Self::Nothing { lowest: version } => version,
        }
    }
}

/// Picks the highest of `ours` that is in `offered`. The order of `offered` has no meaning.
pub fn negotiate(ours: &[u32], offered: &[u32]) -> Negotiated {
    let common = ours.iter().copied().filter(|version| offered.contains(version)).max();
    match common {
        Some(version) => Negotiated::Common(version),
        None => Negotiated::Nothing { lowest: ours.iter().copied().min().unwrap_or_default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_common_version_wins_else_the_lowest_of_ours() {
        for (ours, offered, expected) in [
            (&[5][..], &[5][..], Negotiated::Common(5)),
            (&[5], &[3, 5, 4], Negotiated::Common(5)),
            (&[3, 4, 5], &[4, 3], Negotiated::Common(4)),
            (&[5], &[3, 4], Negotiated::Nothing { lowest: 5 }),
            (&[5, 4], &[], Negotiated::Nothing { lowest: 4 }),
        ] {
            assert_eq!(negotiate(ours, offered), expected, "{ours:?} {offered:?}");
        }
    }
}
