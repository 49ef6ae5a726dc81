//! One token.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use plugin_proto::pb;
use tokio::sync::Semaphore;

use super::{LoginMount, RANDOM};
use crate::random::base62;
use plugin_runtime::__private::wire::duration_from_wire;
use plugin_runtime::{BoundCidr, TokenType};

/// What is known of a token, as from the server's `auth/token/lookup`. Debug leaves the accessor
/// out: anyone who has it can revoke the token.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenInfo {
    /// By which the token can be looked up and revoked; empty for a batch token.
    pub accessor: String,
    /// The policies of the token itself, without those of its entity.
    pub policies: Vec<String>,
    /// The path of the login.
    pub path: String,
    /// What the auth method notes about the login.
    pub metadata: BTreeMap<String, String>,
    /// The mount's name and the login's.
    pub display_name: String,
    /// How often it may still be used; 0 is without limit.
    pub num_uses: u64,
    /// When it was made.
    pub issue_time: SystemTime,
    /// When it ends; `None` is never.
    pub expire_time: Option<SystemTime>,
    /// When it was last renewed.
    pub last_renewal: Option<SystemTime>,
    /// How long it was made for.
    pub creation_ttl: Duration,
    /// How long it still lives; zero without an end.
    pub ttl: Duration,
    /// The limit on its life that no renewal passes; zero for none.
    pub explicit_max_ttl: Duration,
    /// When not zero, each renewal gives it this much again.
    pub period: Duration,
    /// The entity; empty for none.
    pub entity_id: String,
    /// The addresses from which it may be used; from everywhere when empty.
    pub bound_cidrs: Vec<BoundCidr>,
    /// Service or batch.
    pub token_type: TokenType,
    /// Whether it can be renewed.
    pub renewable: bool,
    /// Whether no other token ends it with itself.
    pub orphan: bool,
}

impl fmt::Debug for TokenInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenInfo")
            .field("policies", &self.policies)
            .field("path", &self.path)
            .field("num_uses", &self.num_uses)
            .field("expire_time", &self.expire_time)
            .field("ttl", &self.ttl)
            .field("token_type", &self.token_type)
            .field("renewable", &self.renewable)
            .finish_non_exhaustive()
    }
}

#[derive(Clone)]
pub(super) struct Entry {
    pub(super) accessor: String,
    pub(super) policies: Vec<String>,
    pub(super) path: String,
    pub(super) kind: TokenType,
    pub(super) issued: SystemTime,
    pub(super) expires: Option<SystemTime>,
    pub(super) renewed: Option<SystemTime>,
    pub(super) creation_ttl: Duration,
    /// What is left of a limited number of uses.
    pub(super) uses: Option<u64>,
    pub(super) spent: bool,
    /// `None` for a token that was made without a login.
    pub(super) origin: Option<Origin>,
    /// The token with which this one ends.
    pub(super) parent: Option<String>,
    /// The login as it was at first, which no renewal changes.
    pub(super) login: pb::Auth,
    /// One permit: who holds it may call the mount for this token.
    pub(super) turns: Arc<Semaphore>,
}

/// Where a token comes from, and what renews it.
#[derive(Clone)]
pub(super) struct Origin {
    pub(super) mount: LoginMount,
    /// The login as the plugin gets it back: as of the last renewal.
    pub(super) auth: pb::Auth,
}

impl Entry {
    pub(super) fn root(now: SystemTime) -> Self {
        Self {
            accessor: base62(RANDOM),
            policies: vec!["root".to_owned()],
            path: "auth/token/root".to_owned(),
            kind: TokenType::Service,
            issued: now,
            expires: None,
            renewed: None,
            creation_ttl: Duration::ZERO,
            uses: None,
            spent: false,
            origin: None,
            parent: None,
            login: pb::Auth { display_name: "root".to_owned(), ..pb::Auth::default() },
            turns: Arc::new(Semaphore::new(1)),
        }
    }

    pub(super) fn is_batch(&self) -> bool {
        self.kind.is_batch()
    }

    pub(super) fn is_over(&self, now: SystemTime) -> bool {
        self.expires.is_some_and(|end| end <= now)
    }

    pub(super) fn is_valid(&self, now: SystemTime) -> bool {
        !self.spent && !self.is_over(now)
    }

    pub(super) fn mount(&self) -> Option<&str> {
        self.origin.as_ref().map(|origin| origin.mount.path.as_str())
    }

    pub(super) fn is_renewable(&self) -> bool {
        let auth = self.origin.as_ref().map_or(&self.login, |origin| &origin.auth);
        let options = auth.lease_options;
        !self.is_batch() && options.is_some_and(|options| options.renewable)
    }

    pub(super) fn count_use(&mut self) {
        if let Some(uses) = &mut self.uses {
            *uses = uses.saturating_sub(1);
            self.spent = *uses == 0;
        }
    }

    pub(super) fn info(&self, now: SystemTime) -> TokenInfo {
        let auth = &self.login;
        // A batch token has no room for these.
        let stored = |nanoseconds| {
            if self.is_batch() { Duration::ZERO } else { duration_from_wire(nanoseconds) }
        };
        TokenInfo {
            accessor: self.accessor.clone(),
            policies: self.policies.clone(),
            path: self.path.clone(),
            metadata: auth.metadata.clone().into_iter().collect(),
            display_name: auth.display_name.clone(),
            num_uses: self.uses.unwrap_or_default(),
            issue_time: self.issued,
            expire_time: self.expires,
            last_renewal: self.renewed,
            creation_ttl: self.creation_ttl,
            ttl: self.expires.and_then(|end| end.duration_since(now).ok()).unwrap_or_default(),
            explicit_max_ttl: stored(auth.explicit_max_ttl),
            period: stored(auth.period),
            entity_id: auth.entity_id.clone(),
            bound_cidrs: auth.bound_cidrs.iter().cloned().map(BoundCidr::from_wire).collect(),
            token_type: self.kind,
            renewable: self.is_renewable(),
            orphan: self.parent.is_none(),
        }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("path", &self.path)
            .field("policies", &self.policies)
            .field("kind", &self.kind)
            .field("expires", &self.expires)
            .field("uses", &self.uses)
            .finish_non_exhaustive()
    }
}
