//! The result of a login.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use crate::{Alias, Data, Lease, TokenType};

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
    /// A login by the one who is called `alias` in this auth method.
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

/// An address, or a range of them, to which a token is bound; servers also take the path of a Unix
/// socket.
///
/// One entry that the server can't read would fail the whole answer, so that only valid ones can
/// be made.
///
/// ```
/// use plugin_runtime::BoundCidr;
///
/// assert_eq!("10.0.0.0/8".parse::<BoundCidr>()?.to_string(), "10.0.0.0/8");
/// assert!("10.0.0.0/33".parse::<BoundCidr>().is_err());
/// # Ok::<(), plugin_runtime::BoundCidrError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BoundCidr(String);

/// Not an IP address, with or without a prefix length, and not the path of a socket.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither an IP address nor a CIDR block nor the path of a socket: `{0}`")]
pub struct BoundCidrError(String);

impl BoundCidr {
    /// One that a server sent, and so can read.
    pub(crate) fn from_wire(text: String) -> Self {
        Self(text)
    }

    /// The address or block as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BoundCidr {
    type Err = BoundCidrError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || BoundCidrError(text.to_owned());
        if text.len() > 1 && text.starts_with('/') {
            return Ok(Self(text.to_owned()));
        }
        let (address, length) = match text.split_once('/') {
            None => (text, None),
            Some((address, length)) => (address, Some(length)),
        };
        let address: IpAddr = address.parse().map_err(|_| refused())?;
        if let Some(length) = length {
            let most = if address.is_ipv4() { 32 } else { 128 };
            let digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
            let length: u8 = length.parse().map_err(|_| refused())?;
            if !digits || length > most {
                return Err(refused());
            }
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for BoundCidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_and_blocks_are_bound_to() {
        for good in ["127.0.0.1", "10.0.0.0/8", "0.0.0.0/0", "::1", "2001:db8::/32", "/run/s"] {
            assert_eq!(good.parse::<BoundCidr>().unwrap().as_str(), good);
        }
        for bad in
            ["", "/", "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "::/129", "10/8"]
        {
            assert!(bad.parse::<BoundCidr>().is_err(), "{bad}");
        }
    }

    #[test]
    fn debug_shows_no_token() {
        let auth = Auth { client_token: "hvs.secret".to_owned(), ..Auth::default() };
        assert!(!format!("{auth:?}").contains("hvs"));
    }
}
