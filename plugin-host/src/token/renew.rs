//! Renewal of a token, which its auth method decides on.

use std::time::Duration;

use bytes::Bytes;
use plugin_proto::pb;

use super::entry::{Entry, Origin};
use super::login::{answer_auth, settle, terms};
use super::policies::sanitized;
use super::{TokenError, Tokens};
use crate::answer::{Access, Answer, Asked, Routed, in_a_list};
use crate::lease::LeaseCalls;
use plugin_runtime::__private::wire::duration_to_wire;
use plugin_runtime::Operation;
use plugin_runtime::framework::{TtlLimits, TtlTerms};

/// The server's own auth method, whose limits hold for tokens without a login.
pub(crate) const TOKENS: &str = "auth/token/";

impl Tokens {
    /// Renews a token by the requested increment, as far as it is allowed, and answers as the server's
    /// `auth/token/renew-self` does. Zero means no increment; `connection` is the caller's.
    pub(crate) async fn renew(
        &self,
        calls: &dyn LeaseCalls,
        token: &str,
        increment: Duration,
        connection: Option<pb::Connection>,
    ) -> Answer {
        let renewed = self.try_renew(calls, token, increment, connection).await;
        renewed.unwrap_or_else(|error| match error.answer() {
            // What the server itself fails at is collected in a list here, and not in a login.
            Answer { status: 500, .. } => Answer::refused(500, in_a_list(&error.to_string())),
            answer => answer,
        })
    }

    async fn try_renew(
        &self,
        calls: &dyn LeaseCalls,
        token: &str,
        increment: Duration,
        connection: Option<pb::Connection>,
    ) -> Result<Answer, TokenError> {
        let _turn = self.turn(token).await.ok_or(TokenError::Unknown)?;
        let now = self.clock.now();
        let entry = self.state.lock().by_token.get(token).cloned();
        let entry = entry.filter(|entry| entry.is_valid(now)).ok_or(TokenError::Unknown)?;
        if entry.is_batch() {
            return Err(TokenError::BatchRenew);
        }
        if !entry.is_renewable() {
            return Err(TokenError::NotRenewable);
        }
        let Some(Origin { mount, auth }) = &entry.origin else {
            let limits = calls.ttl_limits(TOKENS).ok_or(TokenError::NoMount)?;
            return self.renew_made(token, &entry, increment, limits);
        };
        let limits = calls.ttl_limits(&mount.path).ok_or(TokenError::NoMount)?;

        let request = renewal(&entry, mount.path.as_str(), auth, increment, connection);
        let mut routed = Routed::of(calls.call(&mount.path, request).await);
        if routed.failure().is_some() {
            routed.explain("failed to renew entry: ");
            let asked =
                Asked { operation: Operation::Update, access: Access::Token, wrap_ttl: None };
            return Ok(routed.answer(asked).answer);
        }
        // A plugin that answers without the login has renewed nothing, and the client is not told.
        let Some(mut auth) = routed.auth().cloned() else {
            return Ok(Answer::empty(204));
        };

        let kind = settle(mount, &mut auth);
        let now = self.clock.now();
        let terms = TtlTerms { increment, issued: Some(entry.issued), ..terms(&auth) };
        let found = terms.within(limits, now)?;
        let options = auth.lease_options.get_or_insert_default();
        options.ttl = duration_to_wire(found.ttl);
        token.clone_into(&mut auth.client_token);

        let policies = sanitized(&auth.token_policies, false);
        let mut answer = answer_auth(&auth, policies, kind);
        // Servers say it of new tokens alone.
        answer.orphan = false;
        let mut state = self.state.lock();
        // It is gone when it was revoked meanwhile.
        if let Some(known) = state.by_token.get_mut(token) {
            known.expires = Some(now.checked_add(found.ttl).unwrap_or(now));
            known.renewed = Some(now);
            known.origin = Some(Origin { mount: mount.clone(), auth });
        }
        drop(state);
        Ok(Answer { auth: Some(answer), warnings: found.warnings, ..Answer::empty(200) })
    }
}

impl Tokens {
    /// Renews a token that was made without a login.
    fn renew_made(
        &self,
        token: &str,
        entry: &Entry,
        increment: Duration,
        limits: TtlLimits,
    ) -> Result<Answer, TokenError> {
        let now = self.clock.now();
        let issued = Some(entry.issued);
        let found = TtlTerms { increment, issued, ..terms(&entry.login) }.within(limits, now)?;
        let mut auth = entry.login.clone();
        auth.lease_options.get_or_insert_default().ttl = duration_to_wire(found.ttl);
        let mut answer = answer_auth(&auth, entry.policies.clone(), entry.kind);
        answer.orphan = entry.parent.is_none();
        if let Some(known) = self.state.lock().by_token.get_mut(token) {
            known.expires = Some(now.checked_add(found.ttl).unwrap_or(now));
            known.renewed = Some(now);
        }
        Ok(Answer { auth: Some(answer), warnings: found.warnings, ..Answer::empty(200) })
    }
}

/// Builds the request that renews: the original login with its issue time and the requested
/// increment, but without the token, which the plugin must not see.
fn renewal(
    entry: &Entry,
    mount: &str,
    auth: &pb::Auth,
    increment: Duration,
    connection: Option<pb::Connection>,
) -> pb::Request {
    let mut auth = auth.clone();
    auth.client_token.clear();
    let options = auth.lease_options.get_or_insert_default();
    options.issue_time = Some(entry.issued.into());
    options.increment = duration_to_wire(increment);
    pb::Request {
        operation: Operation::Renew.name().to_owned(),
        path: entry.path.strip_prefix(mount).unwrap_or(&entry.path).to_owned(),
        mount_point: mount.to_owned(),
        data: Bytes::from_static(b"null"),
        auth: Some(auth),
        connection,
        ..pb::Request::default()
    }
}
