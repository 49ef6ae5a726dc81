//! How long a secret or a token lives.

use std::time::{Duration, SystemTime};

/// The terms of a lease, of a secret as of a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lease {
    /// How long it lives from now on. Zero leaves it to the server's default for the mount.
    pub ttl: Duration,
    /// How long it may live in all, with every renewal. Zero leaves it to the server.
    pub max_ttl: Duration,
    /// Whether it can be renewed at all.
    pub renewable: bool,
    /// In a renewal: by how much the caller would like to extend it. Zero for no wish.
    pub increment: Duration,
    /// In a renewal: when it was issued.
    pub issue_time: Option<SystemTime>,
}

impl Lease {
    /// Returns a lease of `ttl` that can't be renewed.
    pub fn of(ttl: Duration) -> Self {
        Self { ttl, ..Self::default() }
    }

    /// Makes the lease renewable up to `max_ttl` after its issue.
    #[must_use]
    pub fn renewable_up_to(mut self, max_ttl: Duration) -> Self {
        self.renewable = true;
        self.max_ttl = max_ttl;
        self
    }
}
