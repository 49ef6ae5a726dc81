//! How long a secret or a token lives.

use std::time::{Duration, SystemTime};

/// The terms of a lease, for a secret or a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lease {
    /// How long it lives from now on. Zero means the mount's default.
    pub ttl: Duration,
    /// How long it may live in all, including renewals. Zero means the server's limit.
    pub max_ttl: Duration,
    /// Whether it can be renewed at all.
    pub renewable: bool,
    /// In a renewal: the requested extension. Zero if none was requested.
    pub increment: Duration,
    /// In a renewal: when it was issued.
    pub issue_time: Option<SystemTime>,
}

impl Lease {
    /// Creates a lease of `ttl` that cannot be renewed.
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
