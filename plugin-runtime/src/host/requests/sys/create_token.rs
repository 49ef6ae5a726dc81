//! `auth/token/create`.

use serde::Deserialize;

use super::Own;
use crate::fields::{KeyValues, Seconds};
use crate::host::answer::Answer;
use crate::host::token::NewToken;

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    policies: Vec<String>,
    meta: Option<KeyValues>,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    ttl: Seconds,
    #[serde(default)]
    num_uses: u64,
    #[serde(default)]
    no_default_policy: bool,
}

impl Own<'_> {
    /// A token of any policies: this host has none that could forbid it.
    pub(super) fn create_token(&self) -> Answer {
        let wanted: Wanted = match self.read() {
            Ok(wanted) => wanted,
            Err(refused) => return refused.answer(),
        };
        let holder = self.token.as_ref();
        let policies = if wanted.policies.is_empty() {
            // Without a wish, those of who asks.
            holder.map(|holder| holder.policies.clone()).unwrap_or_default()
        } else {
            wanted.policies
        };
        let root = policies.iter().any(|policy| policy == "root");
        let limits = self.host.system().ttl_limits();
        let mut ttl = wanted.ttl.duration();
        if ttl.is_zero() && !root {
            ttl = limits.default;
        }
        if !root {
            ttl = ttl.min(limits.max);
        }
        let name = wanted.display_name.as_str();
        let new = NewToken {
            policies,
            no_default_policy: wanted.no_default_policy,
            metadata: wanted
                .meta
                .iter()
                .flat_map(|meta| meta.iter())
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            display_name: if name.is_empty() {
                "token".to_owned()
            } else {
                format!("token-{name}")
            },
            ttl,
            num_uses: wanted.num_uses,
        };
        Answer { auth: Some(self.host.shared.tokens.create(new)), ..Answer::empty(200) }
    }
}
