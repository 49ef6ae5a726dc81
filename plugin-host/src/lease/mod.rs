//! Leases: what the host remembers of secrets until they are revoked.
//!
//! The rules are the servers' expiration manager's, with the [`Clock`] instead of timers: nothing
//! happens until [`Leases::run_due`] is called.

mod calls;
mod entry;
mod error;
mod expiry;
mod renew;
mod revoke;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use parking_lot::Mutex;
use plugin_proto::pb;
use tokio::sync::OwnedSemaphorePermit;

pub(crate) use calls::LeaseCalls;
use entry::Entry;
pub use entry::LeaseInfo;
pub(crate) use error::LeaseError;
pub use expiry::{Expired, Revoked};

use super::Clock;
use super::answer::AnswerLease;
use super::random::base62;
use plugin_runtime::__private::wire::{duration_from_wire, duration_to_wire};
use plugin_runtime::framework::{TtlLimits, TtlTerms};

/// How many random letters and digits end a lease id.
const RANDOM: usize = 24;

/// A secret that was just answered, and is to be leased.
#[derive(Clone)]
pub(crate) struct NewLease {
    /// The mount's path, such as `database/`.
    pub(crate) mount: String,
    /// The request's path with the mount's in front.
    pub(crate) path: String,
    /// The response's data as JSON text: an object or `null`.
    pub(crate) data: Bytes,
    /// The response's secret.
    pub(crate) secret: pb::Secret,
    /// The token with whose end the lease ends: a service token's id.
    pub(crate) token: Option<String>,
    /// When a batch token ends, which no lease of it outlives.
    pub(crate) not_after: Option<SystemTime>,
}

impl fmt::Debug for NewLease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewLease")
            .field("path", &self.path)
            .field("secret", &self.secret)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

/// All leases of the host. Clones are the same leases.
#[derive(Clone)]
pub(crate) struct Leases {
    clock: Clock,
    entries: Arc<Mutex<BTreeMap<String, Entry>>>,
}

impl Leases {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, entries: Arc::default() }
    }

    /// Leases a secret. The lease and the warnings belong in the answer.
    ///
    /// # Errors
    ///
    /// Fails if the mount's limits allow no lease; [`LeaseError::answer_to_issue`] is the answer
    /// then.
    pub(crate) fn register(
        &self,
        new: NewLease,
        limits: TtlLimits,
    ) -> Result<(AnswerLease, Vec<String>), LeaseError> {
        let now = self.clock.now();
        let options = new.secret.lease_options.unwrap_or_default();
        let found = terms(&new.secret).within(limits, now)?;
        let id = format!("{}/{}", new.path.trim_end_matches('/'), base62(RANDOM));
        let entry = Entry::new(new, found.ttl, now);
        let lease = AnswerLease {
            id: id.clone(),
            duration: whole_seconds(entry.remaining(now)),
            renewable: options.renewable,
        };
        self.entries.lock().insert(id, entry);
        Ok((lease, found.warnings))
    }

    /// Returns the lease of a secret that is not kept: the answer says how long it is good for, and
    /// nothing revokes it.
    ///
    /// # Errors
    ///
    /// As [`Leases::register`].
    pub(crate) fn announced(
        &self,
        secret: &pb::Secret,
        limits: TtlLimits,
    ) -> Result<(AnswerLease, Vec<String>), LeaseError> {
        let found = terms(secret).within(limits, self.clock.now())?;
        let duration = whole_seconds(found.ttl);
        Ok((AnswerLease { id: String::new(), duration, renewable: false }, found.warnings))
    }

    /// Returns what is known of a lease; `None` when there is none of this id.
    pub(crate) fn lookup(&self, id: &str) -> Option<LeaseInfo> {
        let now = self.clock.now();
        self.entries.lock().get(id).map(|entry| entry.info(id, now))
    }

    /// Returns the ids that begin with this text, sorted.
    pub(crate) fn list(&self, prefix: &str) -> Vec<String> {
        let entries = self.entries.lock();
        entries.keys().filter(|id| id.starts_with(prefix)).cloned().collect()
    }

    /// Waits until no other call for this lease is under way, as servers do. `None` when there is
    /// no such lease.
    async fn turn(&self, id: &str) -> Option<OwnedSemaphorePermit> {
        let turns = self.entries.lock().get(id).map(|entry| Arc::clone(&entry.turns))?;
        turns.acquire_owned().await.ok()
    }
}

impl fmt::Debug for Leases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let leases = self.entries.lock().len();
        f.debug_struct("Leases").field("leases", &leases).finish_non_exhaustive()
    }
}

/// Returns the terms that a plugin sets.
fn terms(secret: &pb::Secret) -> TtlTerms {
    let options = secret.lease_options.unwrap_or_default();
    TtlTerms {
        ttl: duration_from_wire(options.ttl),
        max_ttl: duration_from_wire(options.max_ttl),
        ..TtlTerms::default()
    }
}

/// Sets a lease's TTL, leaving the plugin's other terms as they are.
fn set_ttl(secret: &mut pb::Secret, ttl: Duration) {
    if let Some(options) = &mut secret.lease_options {
        options.ttl = duration_to_wire(ttl);
    }
}

/// Rounds to whole seconds, as servers show what remains of a lease.
fn whole_seconds(duration: Duration) -> Duration {
    Duration::from_secs(duration.saturating_add(Duration::from_millis(500)).as_secs())
}
