//! A token that is asked for with another token, without a login.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use plugin_proto::pb;
use tokio::sync::Semaphore;

use super::entry::Entry;
use super::login::{BATCH_RANDOM, Login, answer_auth};
use super::policies::{reserved, sanitized};
use super::{RANDOM, Tokens, service_token};
use crate::random::base62;
use plugin_runtime::__private::wire::duration_to_wire;
use plugin_runtime::TokenType;
use plugin_runtime::framework::{TtlLimits, TtlTerms};

/// What is asked of a new token.
#[derive(Default)]
pub(crate) struct NewToken {
    /// The token itself; empty for a random one.
    pub(crate) id: String,
    /// The token with which this one ends; none for an orphan.
    pub(crate) parent: Option<String>,
    /// Whether the token with which this one is asked for has an end.
    pub(crate) parent_ends: bool,
    pub(crate) token_type: TokenType,
    pub(crate) policies: Vec<String>,
    pub(crate) add_default: bool,
    pub(crate) no_default_policy: bool,
    pub(crate) metadata: Option<BTreeMap<String, String>>,
    pub(crate) display_name: String,
    /// The path of the request.
    pub(crate) path: &'static str,
    /// Zero means no TTL.
    pub(crate) ttl: Duration,
    pub(crate) period: Duration,
    pub(crate) explicit_max_ttl: Duration,
    pub(crate) renewable: bool,
    /// Zero is without limit.
    pub(crate) num_uses: u64,
}

/// What servers warn of whose token was chosen.
const CHOSEN: &str = "Supplying a custom ID for the token uses the weaker SHA1 hashing instead of \
                      the more secure SHA2-256 HMAC for token obfuscation. SHA1 hashed tokens on \
                      the wire leads to less secure lookups.";

impl Tokens {
    /// Makes a token of any policies, which none of those who have one could forbid here.
    ///
    /// # Errors
    ///
    /// With the server's words, when a server would refuse to make it.
    pub(crate) fn create(&self, new: NewToken, limits: TtlLimits) -> Result<Login, String> {
        let now = self.clock.now();
        let mut policies = sanitized(&new.policies, new.add_default);
        if new.no_default_policy {
            policies.retain(|policy| policy != "default");
        }
        if let Some(policy) = reserved(&policies) {
            return Err(format!("cannot assign policy {policy:?}"));
        }
        let batch = new.token_type.is_batch();
        let root = policies.iter().any(|policy| policy == "root");
        if root && batch {
            return Err("batch tokens cannot be root tokens".to_owned());
        }
        let mut warnings = Vec::new();
        let mut ttl = new.ttl;
        if !new.period.is_zero() || !ttl.is_zero() || !root {
            let terms = TtlTerms {
                ttl,
                period: new.period,
                explicit_max_ttl: new.explicit_max_ttl,
                ..TtlTerms::default()
            };
            let found = terms.within(limits, now).map_err(|error| error.to_string())?;
            ttl = found.ttl;
            warnings = found.warnings;
        }
        if ttl.is_zero() {
            ttl = new.explicit_max_ttl;
        }
        if ttl.is_zero() && new.parent_ends {
            return Err("expiring root tokens cannot create non-expiring root tokens".to_owned());
        }
        let token = self.name_of(&new)?;
        if !new.id.is_empty() {
            warnings.push(CHOSEN.to_owned());
        }
        warnings.extend(policies.iter().filter(|policy| !exists(policy)).map(missing));
        let mut auth = pb::Auth {
            client_token: token.clone(),
            accessor: if batch { String::new() } else { base62(RANDOM) },
            display_name: new.display_name,
            metadata: new.metadata.unwrap_or_default().into_iter().collect(),
            token_policies: policies.clone(),
            num_uses: i64::try_from(new.num_uses).unwrap_or(i64::MAX),
            period: duration_to_wire(new.period),
            explicit_max_ttl: duration_to_wire(new.explicit_max_ttl),
            ..pb::Auth::default()
        };
        let options = auth.lease_options.get_or_insert_default();
        options.ttl = duration_to_wire(ttl);
        options.renewable = new.renewable && !batch && !ttl.is_zero();
        let mut answer = answer_auth(&auth, policies.clone(), new.token_type);
        answer.orphan = new.parent.is_none();
        let entry = Entry {
            accessor: auth.accessor.clone(),
            policies,
            path: new.path.to_owned(),
            kind: new.token_type,
            issued: now,
            expires: Some(ttl)
                .filter(|ttl| !ttl.is_zero())
                .map(|ttl| now.checked_add(ttl).unwrap_or(now)),
            renewed: None,
            creation_ttl: ttl,
            uses: Some(new.num_uses).filter(|uses| *uses > 0),
            spent: false,
            origin: None,
            parent: new.parent,
            login: auth,
            turns: Arc::new(Semaphore::new(1)),
        };
        self.insert(token, entry);
        Ok(Login { auth: answer, warnings })
    }

    /// Returns the new token, chosen or random.
    fn name_of(&self, new: &NewToken) -> Result<String, String> {
        if new.id.is_empty() {
            let batch = new.token_type.is_batch();
            return Ok(if batch { format!("b.{}", base62(BATCH_RANDOM)) } else { service_token() });
        }
        if new.id.starts_with("s.") {
            return Err("custom token ID cannot have the 's.' prefix".to_owned());
        }
        if new.id.contains('.') {
            return Err("custom token ID cannot have a '.' in the value".to_owned());
        }
        if self.lookup(&new.id).is_some() {
            return Err("cannot create a token with a duplicate ID".to_owned());
        }
        Ok(new.id.clone())
    }
}

/// Returns whether a server has this policy from the start: others would have to be written first.
fn exists(policy: &str) -> bool {
    matches!(policy, "default" | "root")
}

fn missing(policy: &String) -> String {
    format!("Policy {policy:?} does not exist")
}
