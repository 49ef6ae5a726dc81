//! One lease.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use plugin_proto::pb;
use tokio::sync::Semaphore;

use super::{LeaseError, NewLease, set_ttl};
use plugin_runtime::Operation;

/// What is known of a lease, as from the server's `sys/leases/lookup`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeaseInfo {
    /// The lease id.
    pub id: String,
    /// The path of the request that made it, with the mount's in front.
    pub path: String,
    /// When it was made.
    pub issue_time: SystemTime,
    /// When it ends.
    pub expire_time: SystemTime,
    /// When it was last renewed.
    pub last_renewal: Option<SystemTime>,
    /// Whether it can be renewed now.
    pub renewable: bool,
    /// How long it still lives; zero when its time is over.
    pub ttl: Duration,
    /// How often its revocation was tried in vain after its end.
    pub revoke_attempts: u32,
    /// When its revocation is tried next; `None` when that is at its end, or never.
    pub next_attempt: Option<SystemTime>,
    /// Why its revocation was given up; `None` while it was not.
    pub irrevocable: Option<String>,
}

#[derive(Clone)]
pub(super) struct Entry {
    pub(super) mount: String,
    pub(super) path: String,
    pub(super) data: Bytes,
    pub(super) secret: pb::Secret,
    pub(super) token: Option<String>,
    pub(super) not_after: Option<SystemTime>,
    pub(super) issued: SystemTime,
    pub(super) expires: SystemTime,
    /// It was ended before its time, which a renewal under way must not undo.
    pub(super) ended: bool,
    pub(super) renewed: Option<SystemTime>,
    pub(super) attempts: u32,
    pub(super) next_attempt: Option<SystemTime>,
    pub(super) irrevocable: Option<String>,
    /// One permit: who holds it may call the mount for this lease.
    pub(super) turns: Arc<Semaphore>,
}

impl Entry {
    pub(super) fn new(new: NewLease, ttl: Duration, now: SystemTime) -> Self {
        let mut entry = Self {
            mount: new.mount,
            path: new.path,
            data: new.data,
            secret: new.secret,
            token: new.token,
            not_after: new.not_after,
            issued: now,
            expires: now,
            ended: false,
            renewed: None,
            attempts: 0,
            next_attempt: None,
            irrevocable: None,
            turns: Arc::new(Semaphore::new(1)),
        };
        set_ttl(&mut entry.secret, ttl);
        entry.live_for(ttl, now);
        entry
    }

    /// Sets the end, which a batch token's own end limits.
    pub(super) fn live_for(&mut self, ttl: Duration, now: SystemTime) {
        let expires = now.checked_add(ttl).unwrap_or(now);
        self.expires = self.not_after.map_or(expires, |limit| limit.min(expires));
    }

    /// Ends it now; it is revoked at the next occasion.
    pub(super) fn end(&mut self, now: SystemTime) {
        self.expires = now;
        self.next_attempt = None;
        self.ended = true;
    }

    pub(super) fn remaining(&self, now: SystemTime) -> Duration {
        self.expires.duration_since(now).unwrap_or_default()
    }

    /// Returns when it is to be revoked; `None` when that was given up.
    pub(super) fn due(&self) -> Option<SystemTime> {
        match self.irrevocable {
            Some(_) => None,
            None => Some(self.next_attempt.unwrap_or(self.expires)),
        }
    }

    pub(super) fn is_due(&self, now: SystemTime) -> bool {
        self.due().is_some_and(|due| due <= now)
    }

    /// Checks whether it can be renewed, with the servers' error texts.
    pub(super) fn check_renewable(&self, now: SystemTime) -> Result<(), LeaseError> {
        if self.irrevocable.is_some() {
            return Err(LeaseError::Irrevocable);
        }
        // Of a batch token's leases servers ask nothing more than that.
        if self.not_after.is_some() {
            return Ok(());
        }
        if self.expires < now {
            return Err(LeaseError::Expired);
        }
        let renewable = self.secret.lease_options.is_some_and(|options| options.renewable);
        if renewable { Ok(()) } else { Err(LeaseError::NotRenewable) }
    }

    pub(super) fn info(&self, id: &str, now: SystemTime) -> LeaseInfo {
        LeaseInfo {
            id: id.to_owned(),
            path: self.path.clone(),
            issue_time: self.issued,
            expire_time: self.expires,
            last_renewal: self.renewed,
            renewable: self.check_renewable(now).is_ok(),
            ttl: self.remaining(now),
            revoke_attempts: self.attempts,
            next_attempt: self.next_attempt,
            irrevocable: self.irrevocable.clone(),
        }
    }

    /// Builds the request that renews or revokes it: the path, the data and the secret of old,
    /// with the time of issue.
    pub(super) fn request(&self, operation: Operation) -> pb::Request {
        let mut secret = self.secret.clone();
        let options = secret.lease_options.get_or_insert_default();
        options.issue_time = Some(self.issued.into());
        pb::Request {
            operation: operation.name().to_owned(),
            path: self.path.strip_prefix(&self.mount).unwrap_or(&self.path).to_owned(),
            mount_point: self.mount.clone(),
            data: self.data.clone(),
            secret: Some(secret),
            ..pb::Request::default()
        }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("path", &self.path)
            .field("secret", &self.secret)
            .field("issued", &self.issued)
            .field("expires", &self.expires)
            .field("attempts", &self.attempts)
            .field("irrevocable", &self.irrevocable)
            .finish_non_exhaustive()
    }
}
