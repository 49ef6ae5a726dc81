//! Revocation on request.

use super::{LeaseCalls, LeaseError, Leases};
use crate::answer::Routed;
use plugin_runtime::Operation;

impl Leases {
    /// Revokes a lease now. If there is none, that is a success. When the plugin refuses, the lease
    /// stays as it was, and the attempt does not count.
    ///
    /// # Errors
    ///
    /// Fails if the plugin refuses or cannot be called.
    pub(crate) async fn revoke(&self, calls: &dyn LeaseCalls, id: &str) -> Result<(), LeaseError> {
        let Some(_turn) = self.turn(id).await else { return Ok(()) };
        self.call_and_drop(calls, id).await
    }

    /// Ends a lease: the next [`Leases::run_due`] revokes it, and tries again when that fails.
    pub(crate) fn revoke_later(&self, id: &str) {
        let now = self.clock.now();
        if let Some(entry) = self.entries.lock().get_mut(id) {
            entry.end(now);
        }
    }

    /// Ends all leases of a token.
    pub(crate) fn revoke_by_token(&self, token: &str) {
        let now = self.clock.now();
        let mut entries = self.entries.lock();
        for entry in entries.values_mut().filter(|entry| entry.token.as_deref() == Some(token)) {
            entry.end(now);
        }
    }

    /// Revokes all leases below a prefix now, in the order of their ids, until one fails. A prefix
    /// without a slash at its end is a lease id, or else a folder.
    ///
    /// # Errors
    ///
    /// Fails if a plugin refuses or cannot be called.
    pub(crate) async fn revoke_prefix(
        &self,
        calls: &dyn LeaseCalls,
        prefix: &str,
    ) -> Result<(), LeaseError> {
        let all = self.below(prefix);
        let count = all.len();
        // One lease alone is not counted.
        let named = all.first().is_some_and(|id| id == prefix);
        for (index, id) in all.into_iter().enumerate() {
            if let Err(source) = self.revoke(calls, &id).await {
                let place = (!named).then_some((index + 1, count));
                return Err(LeaseError::Prefix { id, place, source: Box::new(source) });
            }
        }
        Ok(())
    }

    /// Revokes all leases below a prefix, and drops those too whose plugin refuses.
    pub(crate) async fn revoke_force(&self, calls: &dyn LeaseCalls, prefix: &str) {
        for id in self.below(prefix) {
            if let Err(error) = self.revoke(calls, &id).await {
                tracing::warn!(lease = id, %error, "a lease is dropped although it was not revoked");
                self.entries.lock().remove(&id);
            }
        }
    }

    fn below(&self, prefix: &str) -> Vec<String> {
        if prefix.is_empty() || prefix.ends_with('/') {
            return self.list(prefix);
        }
        if self.entries.lock().contains_key(prefix) {
            return vec![prefix.to_owned()];
        }
        self.list(&format!("{prefix}/"))
    }

    /// Calls the plugin and drops the lease when it agrees. The caller has the turn.
    pub(super) async fn call_and_drop(
        &self,
        calls: &dyn LeaseCalls,
        id: &str,
    ) -> Result<(), LeaseError> {
        let entry = self.entries.lock().get(id).cloned();
        let Some(entry) = entry else { return Ok(()) };
        let reply = calls.call(&entry.mount, entry.request(Operation::Revoke)).await;
        let routed = Routed::of(reply);
        if let Some(text) = routed.failure() {
            let unrecoverable = routed.is_unrecoverable();
            return Err(LeaseError::Revoke { text: text.to_owned(), unrecoverable });
        }
        self.entries.lock().remove(id);
        Ok(())
    }
}
