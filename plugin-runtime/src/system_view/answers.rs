//! The answers of the system view.

use std::fmt;
use std::time::{Duration, SystemTime};

use zeroize::Zeroizing;

/// The roles of a node in replication, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReplicationState(i32);

impl ReplicationState {
    /// The node is the primary of performance replication, or its cluster's active node.
    pub const PERFORMANCE_PRIMARY: Self = Self(32);
    /// The node is in a secondary cluster of performance replication.
    pub const PERFORMANCE_SECONDARY: Self = Self(64);
    /// The node is in the primary cluster of disaster recovery.
    pub const DR_PRIMARY: Self = Self(256);
    /// The node is in a secondary cluster of disaster recovery.
    pub const DR_SECONDARY: Self = Self(512);
    /// Performance replication is being set up.
    pub const PERFORMANCE_BOOTSTRAPPING: Self = Self(1024);
    /// Disaster recovery is being set up.
    pub const DR_BOOTSTRAPPING: Self = Self(2048);
    /// There is no performance replication.
    pub const PERFORMANCE_DISABLED: Self = Self(4096);
    /// There is no disaster recovery.
    pub const DR_DISABLED: Self = Self(8192);
    /// The node is a standby that serves reads.
    pub const PERFORMANCE_STANDBY: Self = Self(16384);

    /// Returns the set of these bits, as they are on the wire.
    pub fn from_bits(bits: i32) -> Self {
        Self(bits)
    }

    /// Returns the bits, as they are on the wire.
    pub fn bits(self) -> i32 {
        self.0
    }

    /// Returns whether the set contains all of `roles`.
    pub fn contains(self, roles: Self) -> bool {
        self.0 & roles.0 == roles.0
    }

    /// Returns whether periodic work of a mount may write here: not on a standby or a secondary,
    /// except for a mount that is local to its cluster.
    pub fn may_write(self, local_mount: bool) -> bool {
        !self.contains(Self::DR_SECONDARY)
            && !self.contains(Self::PERFORMANCE_STANDBY)
            && (local_mount || !self.contains(Self::PERFORMANCE_SECONDARY))
    }
}

/// A single-use token that stands for wrapped data.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrapInfo {
    /// How long the token lives.
    pub ttl: Duration,
    /// The token. Anyone who has it can read the data, once.
    pub token: Zeroizing<String>,
    /// The token's accessor.
    pub accessor: String,
    /// When the token was created.
    pub creation_time: SystemTime,
    /// The accessor of a token that is wrapped in it.
    pub wrapped_accessor: String,
    /// The entity of a token that is wrapped in it.
    pub wrapped_entity_id: String,
    /// The token's format: empty, or `jwt`.
    pub format: String,
    /// The path of the request that created it.
    pub creation_path: String,
    /// Whether the data are sealed a second time.
    pub seal_wrap: bool,
}

impl WrapInfo {
    /// Creates a token that lives for `ttl` from `creation_time` and wraps no other token.
    pub fn new(
        token: impl Into<Zeroizing<String>>,
        ttl: Duration,
        creation_time: SystemTime,
    ) -> Self {
        Self {
            ttl,
            token: token.into(),
            accessor: String::new(),
            creation_time,
            wrapped_accessor: String::new(),
            wrapped_entity_id: String::new(),
            format: String::new(),
            creation_path: String::new(),
            seal_wrap: false,
        }
    }
}

impl fmt::Debug for WrapInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WrapInfo").field("ttl", &self.ttl).finish_non_exhaustive()
    }
}

/// The server's version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PluginEnvironment {
    /// The version, such as `2.7.2` of OpenBao or `1.21.0` of Vault.
    pub version: String,
    /// The pre-release identifier.
    pub prerelease: String,
    /// Build metadata, such as an edition.
    pub metadata: String,
}

/// The cluster that the server is in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClusterInfo {
    /// The cluster's name; OpenBao leaves it empty.
    pub name: String,
    /// The cluster's identifier.
    pub id: String,
}

/// A signed statement of this mount's identity, for other systems.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IdentityToken {
    /// The JWT.
    pub token: Zeroizing<String>,
    /// How long it is valid.
    pub ttl: Duration,
}

impl IdentityToken {
    /// Creates a token that is valid for `ttl`.
    pub fn new(token: impl Into<Zeroizing<String>>, ttl: Duration) -> Self {
        Self { token: token.into(), ttl }
    }
}

impl fmt::Debug for IdentityToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityToken").field("ttl", &self.ttl).finish_non_exhaustive()
    }
}

/// A credential that Vault Enterprise rotates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RotationJob {
    /// The job's name.
    pub name: String,
    /// The mount's path.
    pub mount_point: String,
    /// The path to which the rotation request goes.
    pub path: String,
    /// The schedule, as a cron expression; empty if `period` is set.
    pub schedule: String,
    /// How late a rotation may still start.
    pub window: Duration,
    /// The interval; zero if `schedule` is set.
    pub period: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standbys_and_secondaries_do_not_write() {
        for (bits, local, writes) in [
            (0, false, true),
            (8224, false, true),
            (24576, false, false),
            (12288, false, true),
            (64, false, false),
            (64, true, true),
            (512, true, false),
        ] {
            let state = ReplicationState::from_bits(bits);
            assert_eq!(state.may_write(local), writes, "{bits} {local}");
        }
    }

    #[test]
    fn debug_shows_no_token() {
        let token = IdentityToken { token: "secret".to_owned().into(), ttl: Duration::ZERO };
        assert!(!format!("{token:?}").contains("secret"));
    }
}
