//! Time passing: leases and tokens that come to their end, and the tick of every minute.

use std::time::{Duration, SystemTime};

use crate::Host;
use crate::answer::Answer;
use crate::error::HostError;
use crate::lease::{Expired, LeaseInfo};
use crate::token::TokenInfo;

impl Host {
    /// Moves the clock and does what a server would have done meanwhile: revokes the leases whose
    /// time is over, in order, and ends tokens. Returns the outcome for each lease.
    pub async fn advance(&self, by: Duration) -> Vec<Expired> {
        self.shared.clock.advance(by);
        self.run_due().await
    }

    /// Returns when there is something to do by the clock; `None` for never, as far as is known
    /// now.
    pub fn next_due(&self) -> Option<SystemTime> {
        let (leases, tokens) = (self.shared.leases.next_due(), self.shared.tokens.next_due());
        leases.into_iter().chain(tokens).min()
    }

    /// Does what is due by the clock.
    pub async fn run_due(&self) -> Vec<Expired> {
        self.shared.tokens.run_due();
        self.shared.leases.run_due(self).await
    }

    /// Sends the tick that a server gives every mount once a minute: periodic work, and the roll
    /// back of what was left half done and is old enough by the clock.
    pub async fn tick(&self) {
        let mounts = self.shared.mounts.lock().all();
        for mount in mounts {
            self.roll_back(&mount).await;
        }
    }

    /// Has a mount roll back everything that was left half done, whatever its age: what the tick
    /// does some minutes later.
    ///
    /// # Errors
    ///
    /// Fails if nothing is mounted there.
    pub async fn roll_back_now(&self, path: &str) -> Result<(), HostError> {
        let mount = self.mounted(path)?;
        self.roll_back_with(&mount, r#"{"immediate":true}"#).await;
        Ok(())
    }

    /// Returns what is known of a lease.
    pub fn lease(&self, id: &str) -> Option<LeaseInfo> {
        self.shared.leases.lookup(id)
    }

    /// Returns the ids of the leases that begin with this text, sorted: those of a mount, or of a
    /// path.
    pub fn leases(&self, prefix: &str) -> Vec<String> {
        self.shared.leases.list(prefix)
    }

    /// Renews a lease: `<cli> lease renew -increment=… <id>`. Zero means no increment.
    pub async fn renew(&self, lease_id: &str, increment: Duration) -> Answer {
        if self.is_sealed() {
            return Answer::refused(503, "Vault is sealed");
        }
        self.shared.leases.renew(self, lease_id, increment).await
    }

    /// Revokes a lease: `<cli> lease revoke <id>`. If there is none, that is a success.
    pub async fn revoke(&self, lease_id: &str) -> Answer {
        if self.is_sealed() {
            return Answer::refused(503, "Vault is sealed");
        }
        match self.shared.leases.revoke(self, lease_id).await {
            Ok(()) => Answer::empty(204),
            Err(error) => error.answer(),
        }
    }

    /// Ends a lease, as a server does that is not told to wait for it: the next [`Host::run_due`]
    /// revokes it, and tries again when that fails.
    pub fn revoke_later(&self, lease_id: &str) {
        self.shared.leases.revoke_later(lease_id);
    }

    /// Revokes every lease below a prefix: `<cli> lease revoke -prefix <prefix>`.
    pub async fn revoke_prefix(&self, prefix: &str) -> Answer {
        if self.is_sealed() {
            return Answer::refused(503, "Vault is sealed");
        }
        match self.shared.leases.revoke_prefix(self, prefix).await {
            Ok(()) => Answer::empty(204),
            Err(error) => error.answer(),
        }
    }

    /// Returns what is known of a token; `None` when it is not valid.
    pub fn token(&self, token: &str) -> Option<TokenInfo> {
        self.shared.tokens.lookup(token)
    }

    /// Renews a token: `<cli> token renew -increment=…`. Zero means no increment.
    pub async fn renew_token(&self, token: &str, increment: Duration) -> Answer {
        if self.is_sealed() {
            return Answer::refused(503, "Vault is sealed");
        }
        self.shared.tokens.renew(self, token, increment, None).await
    }

    /// Revokes a token, and with it its leases: `<cli> token revoke`.
    pub async fn revoke_token(&self, token: &str) -> Answer {
        if let Err(error) = self.shared.tokens.revoke(token) {
            return error.answer();
        }
        self.shared.leases.run_due(self).await;
        Answer::empty(204)
    }

    /// Revokes the token of an accessor: `<cli> token revoke -accessor`. An unknown one is
    /// refused.
    pub async fn revoke_accessor(&self, accessor: &str) -> Answer {
        match self.shared.tokens.by_accessor(accessor) {
            Some(token) => self.revoke_token(&token).await,
            None => Answer::refused(400, "invalid accessor"),
        }
    }

    /// Ends every lease and token of a mount that goes.
    ///
    /// # Errors
    ///
    /// Fails if a lease cannot be revoked; it stays, and so do those after it.
    pub(crate) async fn revoke_below(&self, path: &str) -> Result<(), HostError> {
        let revoked = self.shared.leases.revoke_prefix(self, path).await;
        revoked.map_err(|error| HostError::Revoke(error.to_string()))?;
        self.shared.tokens.revoke_mount(path);
        self.shared.leases.run_due(self).await;
        Ok(())
    }
}
