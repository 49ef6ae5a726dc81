//! The result of a login.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::{Alias, BoundCidr, Data, Lease, TokenType};

/// What a login grants; the server sends it back when the token is renewed.
///
/// `Debug` shows neither the token nor the internal data.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Auth {
    /// How long the token lives.
    pub lease: Lease,
    /// The data that the plugin gets back at renewal. The server stores them and never shows them
    /// to a client, but do not store secrets here; use a fingerprint instead.
    pub internal_data: Data,
    /// The token's display name; the server prefixes the mount's.
    pub display_name: String,
    /// The policies to attach.
    pub policies: Vec<String>,
    /// Facts about the login that the token and the audit log show.
    pub metadata: BTreeMap<String, String>,
    /// The token itself; set by the server.
    pub client_token: String,
    /// The token's accessor; set by the server.
    pub accessor: String,
    /// If not zero, the token is periodic, and each renewal extends it by this period.
    pub period: Duration,
    /// How often the token may be used; 0 means no limit.
    pub num_uses: u64,
    /// The entity; set by the server.
    pub entity_id: String,
    /// The name of the user in this auth method.
    pub alias: Option<Alias>,
    /// The user's groups in the auth method's own directory.
    pub group_aliases: Vec<Alias>,
    /// The addresses from which the token may be used; if empty, all.
    pub bound_cidrs: Vec<BoundCidr>,
    /// Policies of the token itself; set by the server.
    pub token_policies: Vec<String>,
    /// Policies that come from the entity; set by the server.
    pub identity_policies: Vec<String>,
    /// A limit on the token's life that renewals cannot exceed; zero for none.
    pub explicit_max_ttl: Duration,
    /// The type of the token.
    pub token_type: TokenType,
    /// Omits the policy `default`.
    pub no_default_policy: bool,
}

impl Auth {
    /// Creates a login of the user called `alias` in this auth method.
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
