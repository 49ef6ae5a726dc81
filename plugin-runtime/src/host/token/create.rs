//! A token that is asked for with another token, without a login.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use plugin_proto::pb;
use tokio::sync::Semaphore;

use super::entry::Entry;
use super::login::answer_auth;
use super::policies::sanitized;
use super::{RANDOM, Tokens, service_token};
use crate::TokenType;
use crate::host::answer::AnswerAuth;
use crate::host::random::base62;
use crate::wire::duration_to_wire;

/// What is asked of a new token.
#[derive(Default)]
pub(crate) struct NewToken {
    pub(crate) policies: Vec<String>,
    pub(crate) no_default_policy: bool,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) display_name: String,
    /// Zero for a token without an end.
    pub(crate) ttl: Duration,
    /// Zero is without limit.
    pub(crate) num_uses: u64,
}

impl Tokens {
    /// Makes a service token. It has no parent and can't be renewed.
    pub(crate) fn create(&self, new: NewToken) -> AnswerAuth {
        let now = self.clock.now();
        let policies = sanitized(&new.policies, !new.no_default_policy);
        let token = service_token();
        let mut auth = pb::Auth {
            client_token: token.clone(),
            accessor: base62(RANDOM),
            display_name: new.display_name,
            metadata: new.metadata.into_iter().collect(),
            token_policies: policies.clone(),
            num_uses: i64::try_from(new.num_uses).unwrap_or(i64::MAX),
            ..pb::Auth::default()
        };
        auth.lease_options.get_or_insert_default().ttl = duration_to_wire(new.ttl);
        let answer = answer_auth(&auth, policies.clone(), TokenType::Service);
        let entry = Entry {
            accessor: auth.accessor.clone(),
            policies,
            path: "auth/token/create".to_owned(),
            kind: TokenType::Service,
            issued: now,
            expires: Some(new.ttl)
                .filter(|ttl| !ttl.is_zero())
                .map(|ttl| now.checked_add(ttl).unwrap_or(now)),
            renewed: None,
            creation_ttl: new.ttl,
            uses: Some(new.num_uses).filter(|uses| *uses > 0),
            spent: false,
            origin: None,
            login: auth,
            turns: Arc::new(Semaphore::new(1)),
        };
        self.insert(token, entry);
        answer
    }
}
