//! Revocation of what has come to its end.

use std::time::{Duration, SystemTime};

use super::{Entry, LeaseCalls, LeaseError, Leases};

/// How often a revocation is tried before it is given up.
const ATTEMPTS: u32 = 6;

/// What the delay after a failed attempt is a multiple of.
const RETRY_BASE: Duration = Duration::from_secs(10);

/// How much of an error is kept with a lease that was given up, in bytes.
const LONGEST_REASON: usize = 240;

/// A lease whose time was over, and what happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expired {
    /// The lease id.
    pub lease_id: String,
    /// What happened to it.
    pub revoked: Revoked,
}

/// The outcome of the attempt to revoke a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revoked {
    /// It is gone.
    Done,
    /// It failed, and is tried again.
    Retried {
        /// When.
        at: SystemTime,
        /// Why it failed.
        error: String,
    },
    /// It failed, and is not tried again.
    GivenUp {
        /// Why it failed.
        error: String,
    },
}

impl Leases {
    /// Returns when there will be something to do next, as far as is known now.
    pub(crate) fn next_due(&self) -> Option<SystemTime> {
        self.entries.lock().values().filter_map(Entry::due).min()
    }

    /// Revokes every lease whose time is over by the clock, the first one first, and returns what
    /// happened to each. A revocation that fails is tried again later, up to six times in all.
    pub(crate) async fn run_due(&self, calls: &dyn LeaseCalls) -> Vec<Expired> {
        let mut expired = Vec::new();
        loop {
            let due = self.due_now();
            if due.is_empty() {
                return expired;
            }
            for lease_id in due {
                if let Some(revoked) = self.expire(calls, &lease_id).await {
                    expired.push(Expired { lease_id, revoked });
                }
            }
        }
    }

    fn due_now(&self) -> Vec<String> {
        let now = self.clock.now();
        let entries = self.entries.lock();
        let mut due: Vec<_> = entries.iter().filter(|(_, entry)| entry.is_due(now)).collect();
        due.sort_by_key(|(_, entry)| entry.due());
        due.into_iter().map(|(id, _)| id.clone()).collect()
    }

    /// Makes one attempt; returns `None` when the lease was renewed or revoked before its turn
    /// came.
    async fn expire(&self, calls: &dyn LeaseCalls, id: &str) -> Option<Revoked> {
        let _turn = self.turn(id).await?;
        let now = self.clock.now();
        if !self.entries.lock().get(id)?.is_due(now) {
            return None;
        }
        Some(match self.call_and_drop(calls, id).await {
            Ok(()) => Revoked::Done,
            Err(error) => self.failed(id, &error),
        })
    }

    fn failed(&self, id: &str, error: &LeaseError) -> Revoked {
        let text = error.to_string();
        let mut entries = self.entries.lock();
        let Some(entry) = entries.get_mut(id) else { return Revoked::Done };
        entry.attempts += 1;
        let reason = if entry.attempts >= ATTEMPTS {
            Some(format!("out of retries: {text}"))
        } else if matches!(error, LeaseError::Revoke { unrecoverable: true, .. }) {
            Some(text.clone())
        } else {
            None
        };
        if let Some(mut reason) = reason {
            reason.truncate(reason.floor_char_boundary(LONGEST_REASON));
            entry.next_attempt = None;
            entry.irrevocable = Some(reason);
            return Revoked::GivenUp { error: text };
        }
        let now = self.clock.now();
        let at = now.checked_add(delay(entry.attempts)).unwrap_or(now);
        entry.next_attempt = Some(at);
        Revoked::Retried { at, error: text }
    }
}

/// Returns how long to wait after so many failures: twice as long after each, give or take a half,
/// so that the leases of a mount that was gone do not all come back at once.
fn delay(failures: u32) -> Duration {
    let middle = RETRY_BASE.saturating_mul(1 << failures.min(ATTEMPTS));
    middle.mul_f64(0.5 + fastrand::f64())
}
