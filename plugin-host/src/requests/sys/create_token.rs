//! `auth/token/create`.

use std::time::Duration;

use serde::Deserialize;

use super::Own;
use super::config::duration;
use super::fields::Refused;
use crate::answer::Answer;
use crate::token::NewToken;
use plugin_runtime::TokenType;
use plugin_runtime::fields::KeyValues;

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    id: String,
    #[serde(default)]
    policies: Vec<String>,
    meta: Option<KeyValues>,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    ttl: String,
    #[serde(default)]
    lease: String,
    #[serde(default)]
    period: String,
    #[serde(default)]
    explicit_max_ttl: String,
    #[serde(default)]
    num_uses: i64,
    renewable: Option<bool>,
    #[serde(default)]
    no_parent: bool,
    #[serde(default)]
    no_default_policy: bool,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    entity_alias: String,
}

impl Own<'_> {
    /// Creates a token with any policies: this host has none that could forbid it.
    pub(super) fn create_token(&self, orphan: bool) -> Answer {
        self.try_create_token(orphan).unwrap_or_else(Refused::answer)
    }

    fn try_create_token(&self, orphan: bool) -> Result<Answer, Refused> {
        let wanted: Wanted = self.read()?;
        let refused = |text: &str| Refused(text.to_owned());
        let own = self.request.token.as_deref().unwrap_or_default();
        let Some(holder) = &self.token else {
            return Err(refused("parent token lookup failed: no parent found"));
        };
        if holder.token_type.is_batch() {
            return Err(refused("batch tokens cannot create more tokens"));
        }
        if holder.num_uses > 0 {
            return Err(refused("restricted use token cannot generate child tokens"));
        }
        let batch = match wanted.kind.as_str() {
            "" | "service" => false,
            "batch" => true,
            _ => return Err(refused("invalid 'token_type' value")),
        };
        if batch {
            check_batch(&wanted)?;
        }
        let num_uses = u64::try_from(wanted.num_uses)
            .map_err(|_| refused("number of uses cannot be negative"))?;
        if !wanted.entity_alias.is_empty() {
            return Err(refused("'entity_alias' is only allowed in combination with token role"));
        }
        let policies = if wanted.policies.is_empty() {
            // The default are the policies of the caller's own token.
            holder.policies.clone()
        } else {
            wanted.policies.clone()
        };
        let explicit_max_ttl = positive("explicit_max_ttl", &wanted.explicit_max_ttl)?;
        let period = positive("period", &wanted.period)?;
        let ttl = match wanted.ttl.as_str() {
            "" => positive("lease", &wanted.lease)?,
            ttl => positive("ttl", ttl)?,
        };
        let new = NewToken {
            id: wanted.id,
            parent: Some(own.to_owned()).filter(|_| !orphan && !wanted.no_parent),
            parent_ends: holder.expire_time.is_some(),
            token_type: if batch { TokenType::Batch } else { TokenType::Service },
            add_default: !wanted.no_default_policy && !wanted.policies.is_empty(),
            no_default_policy: wanted.no_default_policy,
            policies,
            metadata: wanted.meta.map(|meta| {
                meta.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
            }),
            display_name: display_name(&wanted.display_name),
            path: if orphan { "auth/token/create-orphan" } else { "auth/token/create" },
            ttl,
            period,
            explicit_max_ttl,
            renewable: wanted.renewable.unwrap_or(true),
            num_uses,
        };
        let limits = self.host.system().ttl_limits();
        let made = self.host.shared.tokens.create(new, limits).map_err(Refused)?;
        Ok(Answer { auth: Some(made.auth), warnings: made.warnings, ..Answer::empty(200) })
    }
}

/// Refuses what batch tokens cannot hold.
fn check_batch(wanted: &Wanted) -> Result<(), Refused> {
    let unparsed = |name: &str| Refused(format!("'{name}' value could not be parsed"));
    let is_set = |name: &str, text: &str| match text {
        "" => Ok(false),
        text => duration(text).map(|ttl| !ttl.is_zero()).map_err(|_| unparsed(name)),
    };
    let set = if is_set("explicit_max_ttl", &wanted.explicit_max_ttl)? {
        "explicit_max_ttl"
    } else if wanted.num_uses != 0 {
        "num_uses"
    } else if is_set("period", &wanted.period)? {
        "period"
    } else {
        return Ok(());
    };
    Err(Refused(format!("batch tokens cannot have {set:?} set")))
}

/// Parses a length of time; zero for the empty text.
fn positive(name: &str, text: &str) -> Result<Duration, Refused> {
    match text {
        "" => Ok(Duration::ZERO),
        text => duration(text).map_err(|why| {
            let negative = why.starts_with("cannot provide negative value");
            Refused(if negative { format!("{name} must be positive") } else { why })
        }),
    }
}

/// Returns the display name of a token.
fn display_name(name: &str) -> String {
    if name.is_empty() {
        return "token".to_owned();
    }
    let known = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let full: String =
        format!("token-{name}").chars().map(|c| if known(c) { c } else { '-' }).collect();
    full.strip_suffix('-').unwrap_or(&full).to_owned()
}
