//! Tokens: what the host remembers of logins.
//!
//! The rules are the servers' token store's, with the [`Clock`] instead of timers. Auth methods
//! are asked to renew a token, but are not notified of its end.

mod create;
mod entry;
mod error;
mod kind;
mod login;
mod policies;
mod renew;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::OwnedSemaphorePermit;

pub(crate) use create::NewToken;
use entry::Entry;
pub use entry::TokenInfo;
pub(crate) use error::TokenError;
pub(crate) use login::LoginMount;
pub(crate) use renew::TOKENS;

use super::Clock;
use super::lease::Leases;
use super::random::base62;

/// How many random letters and digits a token and an accessor have.
const RANDOM: usize = 24;

/// All tokens of the host. Clones are the same tokens.
#[derive(Clone)]
pub(crate) struct Tokens {
    clock: Clock,
    leases: Leases,
    state: Arc<Mutex<State>>,
    root: Arc<str>,
}

#[derive(Default)]
struct State {
    by_token: HashMap<String, Entry>,
    by_accessor: HashMap<String, String>,
    /// The entity of a name in an auth method, by the mount's accessor and the name.
    entities: HashMap<(String, String), String>,
}

impl Tokens {
    /// Creates the tokens. The end of a token ends its leases too. There is one with the policy
    /// `root` from the start.
    pub(crate) fn new(clock: Clock, leases: Leases) -> Self {
        let root = service_token();
        let tokens = Self { clock, leases, state: Arc::default(), root: root.as_str().into() };
        tokens.insert(root, Entry::root(tokens.clock.now()));
        tokens
    }

    /// Returns the token that may do everything and never ends.
    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    /// Returns what is known of a token; `None` when there is no such token or its time is over.
    pub(crate) fn lookup(&self, token: &str) -> Option<TokenInfo> {
        let now = self.clock.now();
        let state = self.state.lock();
        state.by_token.get(token).filter(|entry| entry.is_valid(now)).map(|entry| entry.info(now))
    }

    /// Returns the token of an accessor.
    pub(crate) fn by_accessor(&self, accessor: &str) -> Option<String> {
        self.state.lock().by_accessor.get(accessor).cloned()
    }

    /// Counts one use of a token; `None` when there is none left, or no such token. A token is
    /// revoked by [`Tokens::used`] after its last use.
    pub(crate) fn use_once(&self, token: &str) -> Option<TokenInfo> {
        let now = self.clock.now();
        let mut state = self.state.lock();
        let entry = state.by_token.get_mut(token).filter(|entry| entry.is_valid(now))?;
        entry.count_use();
        Some(entry.info(now))
    }

    /// Revokes the token if the use that ends now was its last.
    pub(crate) fn used(&self, token: &str) {
        let spent = self.state.lock().by_token.get(token).is_some_and(|entry| entry.spent);
        if spent {
            self.drop_token(token);
        }
    }

    /// Revokes a token: it is gone, and its leases are due. If there is none, that is a success.
    ///
    /// # Errors
    ///
    /// Fails if it is a batch token, which nothing but its time ends.
    pub(crate) fn revoke(&self, token: &str) -> Result<(), TokenError> {
        let batch = self.state.lock().by_token.get(token).is_some_and(Entry::is_batch);
        if batch {
            return Err(TokenError::BatchRevoke);
        }
        self.drop_token(token);
        Ok(())
    }

    /// Revokes all tokens that logins through this mount gave, as unmounting it does.
    pub(crate) fn revoke_mount(&self, mount: &str) {
        for token in self.tokens_where(|entry| entry.mount() == Some(mount) && !entry.is_batch()) {
            self.drop_token(&token);
        }
    }

    /// Drops every token whose time is over by the clock. Their leases are due then.
    pub(crate) fn run_due(&self) {
        let now = self.clock.now();
        for token in self.tokens_where(|entry| entry.is_over(now)) {
            self.drop_token(&token);
        }
    }

    /// Returns when a token ends next.
    pub(crate) fn next_due(&self) -> Option<std::time::SystemTime> {
        self.state.lock().by_token.values().filter_map(|entry| entry.expires).min()
    }

    fn tokens_where(&self, wanted: impl Fn(&Entry) -> bool) -> Vec<String> {
        let state = self.state.lock();
        let found = state.by_token.iter().filter(|(_, entry)| wanted(entry));
        found.map(|(token, _)| token.clone()).collect()
    }

    fn insert(&self, token: String, entry: Entry) {
        let mut state = self.state.lock();
        if !entry.accessor.is_empty() {
            state.by_accessor.insert(entry.accessor.clone(), token.clone());
        }
        state.by_token.insert(token, entry);
    }

    /// Has the tokens that were made with this one outlive it.
    pub(crate) fn orphan_children(&self, token: &str) {
        let mut state = self.state.lock();
        let entries = state.by_token.values_mut();
        for entry in entries.filter(|entry| entry.parent.as_deref() == Some(token)) {
            entry.parent = None;
        }
    }

    /// Drops a token with all that were made with it.
    fn drop_token(&self, token: &str) {
        let mut dropped = vec![token.to_owned()];
        while let Some(token) = dropped.pop() {
            {
                let mut state = self.state.lock();
                let Some(entry) = state.by_token.remove(&token) else { continue };
                state.by_accessor.remove(&entry.accessor);
            }
            self.leases.revoke_by_token(&token);
            dropped.extend(self.tokens_where(|entry| entry.parent.as_ref() == Some(&token)));
        }
    }

    /// Waits until no other renewal of this token is under way. `None` when there is none.
    async fn turn(&self, token: &str) -> Option<OwnedSemaphorePermit> {
        let turns = self.state.lock().by_token.get(token).map(|it| Arc::clone(&it.turns))?;
        turns.acquire_owned().await.ok()
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tokens = self.state.lock().by_token.len();
        f.debug_struct("Tokens").field("tokens", &tokens).finish_non_exhaustive()
    }
}

fn service_token() -> String {
    format!("s.{}", base62(RANDOM))
}
