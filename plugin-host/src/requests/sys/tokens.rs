//! `auth/token`.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::fields::Refused;
use super::leases::time;
use super::{Own, data, unknown, unsupported};
use crate::answer::{Answer, in_a_list};
use crate::token::TokenInfo;
use plugin_runtime::Operation;
use plugin_runtime::fields::Seconds;

/// A token, named in the body.
#[derive(Deserialize)]
struct ByToken {
    #[serde(default)]
    token: String,
}

/// A token, named by its accessor.
#[derive(Deserialize)]
struct ByAccessor {
    #[serde(default)]
    accessor: String,
}

#[derive(Deserialize)]
struct Renewal {
    #[serde(default)]
    token: String,
    #[serde(default)]
    increment: Seconds,
}

#[derive(Deserialize)]
struct RenewalByAccessor {
    #[serde(default)]
    accessor: String,
    #[serde(default)]
    increment: Seconds,
}

/// What servers say to who revokes the token of an accessor that there is not.
const NO_TOKEN: &str = "No token found with this accessor";

/// Refuses a token or a lease that is named by something else than text, which servers do before
/// they look at who asks.
pub(super) fn check_named(path: &str, fields: &Map<String, Value>) -> Result<(), Box<Answer>> {
    match path {
        "auth/token/lookup"
        | "auth/token/renew"
        | "auth/token/revoke"
        | "auth/token/revoke-orphan" => match fields.get("token") {
            None | Some(Value::String(_)) => Ok(()),
            Some(_) => Err(Answer::refusal(403, "invalid token")),
        },
        _ if ["sys/leases/lookup", "sys/leases/renew", "sys/leases/revoke"].iter().any(
            |known| {
                path.strip_prefix(known)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            },
        ) =>
        {
            match fields.get("lease_id") {
                None | Some(Value::Null | Value::String(_)) => Ok(()),
                Some(_) => Err(Answer::refusal(400, "invalid lease ID")),
            }
        }
        _ => Ok(()),
    }
}

impl Own<'_> {
    pub(super) async fn token(&self, path: &str) -> Answer {
        let reads = self.operation() == Operation::Read;
        let known = match path {
            "lookup" | "lookup-self" => reads || self.writes(),
            "create" | "create-orphan" | "lookup-accessor" | "renew" | "renew-self"
            | "renew-accessor" | "revoke" | "revoke-self" | "revoke-accessor" | "revoke-orphan" => {
                self.writes()
            }
            _ => return unknown(&format!("auth/token/{path}")),
        };
        if !known {
            return unsupported();
        }
        let answer = match path {
            "create" => return self.create_token(false),
            "create-orphan" => return self.create_token(true),
            "lookup" | "lookup-self" => self.look_up_token(path == "lookup-self"),
            "renew" | "renew-self" => self.renew_token(path == "renew-self").await,
            "revoke-self" => Ok(self.host.revoke_token(self.own_token()).await),
            "revoke" | "revoke-orphan" => self.revoke_token(path == "revoke-orphan").await,
            "lookup-accessor" => self.read().and_then(|ByAccessor { accessor }| {
                let token = self.of_accessor(&accessor)?;
                Ok(token.map_or_else(no_accessor, |token| self.without_token(&token)))
            }),
            "revoke-accessor" => self.revoke_accessor().await,
            _ => self.renew_accessor().await,
        };
        answer.unwrap_or_else(Refused::answer)
    }

    fn own_token(&self) -> &str {
        self.request.token.as_deref().unwrap_or_default()
    }

    fn look_up_token(&self, own: bool) -> Result<Answer, Refused> {
        let ByToken { token } = self.read()?;
        let named = if own || token.is_empty() { self.own_token() } else { &token };
        Ok(self.known(named, self.own_token()))
    }

    async fn renew_token(&self, own: bool) -> Result<Answer, Refused> {
        let wanted: Renewal = self.read()?;
        let token = if own { self.own_token() } else { wanted.token.as_str() };
        if token.is_empty() {
            return Err(Refused("missing token ID".to_owned()));
        }
        if !own && self.host.token(token).is_none() {
            return Err(Refused("token not found".to_owned()));
        }
        Ok(self.host.renew_token(token, wanted.increment.duration()).await)
    }

    async fn renew_accessor(&self) -> Result<Answer, Refused> {
        let wanted: RenewalByAccessor = self.read()?;
        Ok(match self.of_accessor(&wanted.accessor)? {
            Some(token) => {
                let mut answer = self.host.renew_token(&token, wanted.increment.duration()).await;
                if let Some(auth) = &mut answer.auth {
                    auth.client_token.clear();
                }
                answer
            }
            None => no_accessor(),
        })
    }

    async fn revoke_token(&self, alone: bool) -> Result<Answer, Refused> {
        let ByToken { token } = self.read()?;
        if token.is_empty() {
            return Err(Refused("missing token ID".to_owned()));
        }
        if !alone {
            return Ok(self.host.revoke_token(&token).await);
        }
        if self.host.token(&token).is_none() {
            return Err(Refused("token to revoke not found".to_owned()));
        }
        self.host.shared.tokens.orphan_children(&token);
        Ok(self.host.revoke_token(&token).await)
    }

    async fn revoke_accessor(&self) -> Result<Answer, Refused> {
        let ByAccessor { accessor } = self.read()?;
        Ok(match self.of_accessor(&accessor)? {
            Some(token) => self.host.revoke_token(&token).await,
            None if self.drop_wrapping(&accessor) => Answer::empty(204),
            None => Answer { warnings: vec![NO_TOKEN.to_owned()], ..Answer::empty(200) },
        })
    }

    /// Drops the wrapped answer whose token has this accessor.
    fn drop_wrapping(&self, accessor: &str) -> bool {
        let wrappings = &self.host.shared.wrappings;
        wrappings.by_accessor(accessor).is_some_and(|token| wrappings.drop_token(&token))
    }

    /// Returns the token of an accessor that must be given.
    fn of_accessor(&self, accessor: &str) -> Result<Option<String>, Refused> {
        if accessor.is_empty() {
            return Err(Refused(in_a_list("missing accessor")));
        }
        Ok(self.host.shared.tokens.by_accessor(accessor))
    }

    /// Looks up a token. The client's own may have been used for the last time just
    /// now.
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

    /// Removes the token from the answer: a client that asks by an accessor must not learn it.
    fn without_token(&self, token: &str) -> Answer {
        match self.host.token(token) {
            Some(info) => data(shown(&info, "")),
            None => no_accessor(),
        }
    }
}

fn no_accessor() -> Answer {
    Answer::refused(400, in_a_list("invalid accessor"))
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
        "orphan": info.orphan,
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
