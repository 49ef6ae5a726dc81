//! The result of a login.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::{Alias, BoundCidr, Data, Lease, TokenType};

/// What a login grants, and what comes back when its token is renewed.
///
/// Debug shows neither the token nor the internal data.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Auth {
    /// How long the token lives.
    pub lease: Lease,
    /// What the plugin wants back at renewal. Kept by the server and never shown to a client, but
    /// nothing secret belongs here: a fingerprint does.
    pub internal_data: Data,
    /// The token's display name; the server puts the mount's in front.
    pub display_name: String,
    /// The policies to attach.
    pub policies: Vec<String>,
    /// Facts about the login that the token and the audit log show.
    pub metadata: BTreeMap<String, String>,
    /// The token itself; set by the server.
    pub client_token: String,
    /// The token's accessor; set by the server.
    pub accessor: String,
    /// When not zero: the token is periodic, and each renewal gives it this much again.
    pub period: Duration,
    /// How often the token may be used; 0 is without limit.
    pub num_uses: u64,
    /// The entity; set by the server.
    pub entity_id: String,
    /// The name by which the auth method knows who logged in.
    pub alias: Option<Alias>,
    /// The groups that the auth method's own directory puts them in.
    pub group_aliases: Vec<Alias>,
    /// The addresses from which the token may be used; from everywhere when empty.
    pub bound_cidrs: Vec<BoundCidr>,
    /// Policies of the token itself; set by the server.
    pub token_policies: Vec<String>,
    /// Policies by way of the entity; set by the server.
    pub identity_policies: Vec<String>,
    /// A limit on the token's life that no renewal passes; zero for none.
    pub explicit_max_ttl: Duration,
    /// What kind of token to make.
    pub token_type: TokenType,
    /// Leaves the policy `default` out.
    pub no_default_policy: bool,
}

impl Auth {
    /// Returns a login by the one who is called `alias` in this auth method.
    pub fn of(alias: Alias) -> Self {
        Self { display_name: alias.name.clone(), alias: Some(alias), ..Self::default() }
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth")
            .field("display_name", &self.display_name)
            .field("policies", &self.policies)
            .field("lease", &self.lease)
            .field("token_type", &self.token_type)
            .field("alias", &self.alias.as_ref().map(|alias| &alias.name))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_token() {
        let auth = Auth { client_token: "hvs.secret".to_owned(), ..Auth::default() };
        assert!(!format!("{auth:?}").contains("hvs"));
    }
}
