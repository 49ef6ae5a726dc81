//! `auth/token`.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use serde_json::{Value, json};

use super::leases::time;
use super::{Own, data, unknown, unsupported};
use crate::Operation;
use crate::fields::Seconds;
use crate::host::answer::{Answer, in_a_list};
use crate::host::token::TokenInfo;

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    token: String,
    #[serde(default)]
    accessor: String,
    #[serde(default)]
    increment: Seconds,
}

/// What servers say to who revokes the token of an accessor that there is not.
const NO_TOKEN: &str = "No token found with this accessor";

impl Own<'_> {
    pub(super) async fn token(&self, path: &str) -> Answer {
        let reads = self.operation() == Operation::Read;
        let known = match path {
            "lookup" | "lookup-self" => reads || self.writes(),
            "create" | "create-orphan" | "lookup-accessor" | "renew" | "renew-self"
            | "renew-accessor" | "revoke" | "revoke-self" | "revoke-accessor" => self.writes(),
            _ => return unknown(&format!("auth/token/{path}")),
        };
        if !known {
            return unsupported();
        }
        let wanted: Wanted = match self.read() {
            Ok(wanted) => wanted,
            Err(refused) => return refused.answer(),
        };
        let own = self.request.token.as_deref().unwrap_or_default();
        let increment = wanted.increment.duration();
        match path {
            "create" | "create-orphan" => self.create_token(),
            "lookup-self" => self.known(own, own),
            "lookup" => self.known(if wanted.token.is_empty() { own } else { &wanted.token }, own),
            "renew-self" => self.host.renew_token(own, increment).await,
            "revoke-self" => self.host.revoke_token(own).await,
            "renew" if self.host.token(&wanted.token).is_none() => {
                Answer::refused(400, "token not found")
            }
            "renew" => self.host.renew_token(&wanted.token, increment).await,
            "revoke" if wanted.token.is_empty() => Answer::refused(400, "missing token ID"),
            "revoke" => self.host.revoke_token(&wanted.token).await,
            _ => {
                let token = self.host.shared.tokens.by_accessor(&wanted.accessor);
                match (path, token) {
                    ("lookup-accessor", Some(token)) => self.without_token(&token),
                    ("renew-accessor", Some(token)) => {
                        self.host.renew_token(&token, increment).await
                    }
                    ("revoke-accessor", Some(token)) => self.host.revoke_token(&token).await,
                    ("revoke-accessor", None) => {
                        let warnings = vec![NO_TOKEN.to_owned()];
                        Answer { warnings, ..Answer::empty(200) }
                    }
                    _ => Answer::refused(400, in_a_list("invalid accessor")),
                }
            }
        }
    }

    /// What is known of a token. The client's own may have been used for the last time just now.
    fn known(&self, token: &str, own: &str) -> Answer {
        let info = match &self.token {
            Some(info) if token == own => Some(info.clone()),
            _ => self.host.token(token),
        };
        match info {
            Some(info) => data(shown(&info, token)),
            None => Answer::refused(403, "bad token"),
        }
    }

    /// Who asks by an accessor does not get to know the token.
    fn without_token(&self, token: &str) -> Answer {
        match self.host.token(token) {
            Some(info) => data(shown(&info, "")),
            None => Answer::refused(400, in_a_list("invalid accessor")),
        }
    }
}

fn shown(info: &TokenInfo, token: &str) -> Value {
    let unix = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let mut shown = json!({
        "accessor": info.accessor,
        "creation_time": unix(info.issue_time),
        "creation_ttl": info.creation_ttl.as_secs(),
        "display_name": info.display_name,
        "entity_id": info.entity_id,
        "expire_time": info.expire_time.map(time),
        "explicit_max_ttl": info.explicit_max_ttl.as_secs(),
        "id": token,
        "issue_time": time(info.issue_time),
        "meta": (!info.metadata.is_empty()).then_some(&info.metadata),
        "num_uses": info.num_uses,
        "orphan": true,
        "path": info.path,
        "policies": info.policies,
        "renewable": info.renewable,
        "ttl": info.ttl.as_secs(),
        "type": info.token_type,
    });
    if let Some(renewed) = info.last_renewal {
        shown["last_renewal"] = json!(time(renewed));
        shown["last_renewal_time"] = json!(unix(renewed));
    }
    if !info.period.is_zero() {
        shown["period"] = json!(info.period.as_secs());
    }
    if !info.bound_cidrs.is_empty() {
        let cidrs: Vec<_> = info.bound_cidrs.iter().map(ToString::to_string).collect();
        shown["bound_cidrs"] = json!(cidrs);
    }
    shown
}
