//! A login becomes a token.

use std::sync::Arc;
use std::time::Duration;

use plugin_proto::pb;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::entry::{Entry, Origin};
use super::kind::{kind, number};
use super::policies::{reserved, sanitized};
use super::{RANDOM, TokenError, Tokens, service_token};
use crate::answer::AnswerAuth;
use crate::random::base62;
use plugin_runtime::__private::wire::{duration_from_wire, duration_to_wire};
use plugin_runtime::TokenType;
use plugin_runtime::framework::{TtlLimits, TtlTerms};

/// How many random letters and digits stand for what a batch token says.
pub(super) const BATCH_RANDOM: usize = 96;

/// The auth method that a login went through.
#[derive(Clone, Debug)]
pub(crate) struct LoginMount {
    /// Its path, with `auth/` in front and a slash at the end.
    pub(crate) path: String,
    /// Its type's name.
    pub(crate) mount_type: String,
    /// Its accessor.
    pub(crate) accessor: String,
    /// Which tokens it is tuned to give.
    pub(crate) token_type: TokenType,
    /// Whether it is not replicated.
    pub(crate) local: bool,
}

/// What a login gives.
#[derive(Debug)]
pub(crate) struct Login {
    /// For the answer.
    pub(crate) auth: AnswerAuth,
    /// Also for the answer.
    pub(crate) warnings: Vec<String>,
}

impl Tokens {
    /// Makes the token that a plugin's answer to a login asks for. `path` is the request's, with
    /// the mount's in front.
    ///
    /// # Errors
    ///
    /// Fails if the server would refuse to make it.
    pub(crate) fn login(
        &self,
        mount: LoginMount,
        path: &str,
        mut auth: pb::Auth,
        limits: TtlLimits,
    ) -> Result<Login, TokenError> {
        let now = self.clock.now();
        let kind = settle(&mount, &mut auth);
        self.identify(&mount, &mut auth)?;
        auth.display_name = display_name(&mount.path, &auth.display_name);
        let found = terms(&auth).within(limits, now)?;
        auth.token_policies = sanitized(&auth.policies, !auth.no_default_policy);
        let policies = auth.token_policies.clone();
        if policies.iter().any(|policy| policy == "root") {
            return Err(TokenError::Root);
        }
        if let Some(policy) = reserved(&policies) {
            return Err(TokenError::Reserved(policy.clone()));
        }

        let batch = kind.is_batch();
        let token = if batch { format!("b.{}", base62(BATCH_RANDOM)) } else { service_token() };
        auth.client_token.clone_from(&token);
        auth.accessor = if batch { String::new() } else { base62(RANDOM) };
        let options = auth.lease_options.get_or_insert_default();
        options.ttl = duration_to_wire(found.ttl);
        options.renewable &= !batch;

        let answer = answer_auth(&auth, policies.clone(), kind);
        let entry = Entry {
            accessor: auth.accessor.clone(),
            policies,
            path: path.to_owned(),
            kind,
            issued: now,
            expires: Some(now.checked_add(found.ttl).unwrap_or(now)),
            renewed: None,
            creation_ttl: found.ttl,
            uses: u64::try_from(auth.num_uses).ok().filter(|uses| *uses > 0 && !batch),
            spent: false,
            parent: None,
            login: auth.clone(),
            origin: Some(Origin { mount, auth }),
            turns: Arc::new(Semaphore::new(1)),
        };
        self.insert(token, entry);
        Ok(Login { auth: answer, warnings: found.warnings })
    }

    /// Sets the entity behind the login's alias: the same one for the same name in the same mount.
    fn identify(&self, mount: &LoginMount, auth: &mut pb::Auth) -> Result<(), TokenError> {
        auth.entity_id.clear();
        // Groups are looked for only for who has an alias of their own.
        let Some(alias) = &mut auth.alias else { return Ok(()) };
        if alias.name.is_empty() {
            return Err(TokenError::NoName);
        }
        if auth.group_aliases.iter().any(|group| group.name.is_empty()) {
            return Err(TokenError::NoGroupName);
        }
        alias.mount_type.clone_from(&mount.mount_type);
        alias.local = mount.local;
        let mut state = self.state.lock();
        let known = state.entities.entry((mount.accessor.clone(), alias.name.clone()));
        auth.entity_id.clone_from(known.or_insert_with(|| Uuid::new_v4().to_string()));
        Ok(())
    }
}

/// Completes every login, renewed or new, as the router does: the mount's accessor in the
/// aliases and the kind of token that the mount allows.
pub(super) fn settle(mount: &LoginMount, auth: &mut pb::Auth) -> TokenType {
    for alias in auth.alias.iter_mut().chain(&mut auth.group_aliases) {
        alias.mount_accessor.clone_from(&mount.accessor);
    }
    let kind = kind(mount.token_type, auth.token_type);
    auth.token_type = number(kind);
    kind
}

/// Returns the terms that a login sets for its token.
pub(super) fn terms(auth: &pb::Auth) -> TtlTerms {
    let options = auth.lease_options.unwrap_or_default();
    TtlTerms {
        ttl: duration_from_wire(options.ttl),
        max_ttl: duration_from_wire(options.max_ttl),
        period: duration_from_wire(auth.period),
        explicit_max_ttl: duration_from_wire(auth.explicit_max_ttl),
        ..TtlTerms::default()
    }
}

/// Converts a login to what a client sees.
pub(super) fn answer_auth(auth: &pb::Auth, policies: Vec<String>, kind: TokenType) -> AnswerAuth {
    let options = auth.lease_options.unwrap_or_default();
    AnswerAuth {
        client_token: auth.client_token.clone(),
        accessor: auth.accessor.clone(),
        policies,
        token_policies: auth.token_policies.clone(),
        identity_policies: auth.identity_policies.clone(),
        metadata: auth.metadata.clone().into_iter().collect(),
        lease_duration: Duration::from_secs(duration_from_wire(options.ttl).as_secs()),
        renewable: options.renewable,
        entity_id: auth.entity_id.clone(),
        token_type: kind,
        orphan: true,
        num_uses: u64::try_from(auth.num_uses).unwrap_or_default(),
    }
}

/// Puts the mount's name before the login's.
fn display_name(mount: &str, name: &str) -> String {
    let source = mount.strip_prefix("auth/").unwrap_or(mount).replace('/', "-");
    let full = format!("{source}{name}");
    full.strip_suffix('-').map(str::to_owned).unwrap_or(full)
}
