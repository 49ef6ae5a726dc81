//! The fields that every role of an auth method has (`sdk/helper/tokenutil`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::types::{CommaList, Seconds};
use crate::{Auth, BoundCidr, Connection, Error, Lease, TokenType};

/// How the tokens of a role are made; flatten it into the role.
///
/// Serialised, it is both what is stored and what a read answers: seconds as integers, the type as
/// text, lists never null. Call [`validate`](Self::validate) before storing it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[non_exhaustive]
pub struct TokenFields {
    /// Comma separated string or JSON list of CIDR blocks. If set, specifies the blocks of IP
    /// addresses which are allowed to use the generated token.
    pub token_bound_cidrs: CommaList<String>,
    /// If set, tokens carry an explicit maximum TTL, which later changes to the role and the mount
    /// do not move.
    pub token_explicit_max_ttl: Seconds,
    /// The maximum lifetime of the generated token.
    pub token_max_ttl: Seconds,
    /// If true, the 'default' policy will not automatically be added to generated tokens.
    pub token_no_default_policy: bool,
    /// The maximum number of times a token may be used; zero means unlimited.
    pub token_num_uses: i64,
    /// If set, tokens have no maximum lifetime; each renewal gives them this much.
    pub token_period: Seconds,
    /// Comma-separated list of policies.
    pub token_policies: CommaList<String>,
    /// If true, tokens are bound to the source IP address of the login request.
    pub token_strictly_bind_ip: bool,
    /// The initial TTL of the token to generate.
    pub token_ttl: Seconds,
    /// The type of token to generate, service or batch.
    pub token_type: TokenType,
}

/// The same fields in a request that changes a role: what is not given stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[non_exhaustive]
pub struct TokenFieldsUpdate {
    /// Comma separated string or JSON list of CIDR blocks. If set, specifies the blocks of IP
    /// addresses which are allowed to use the generated token.
    pub token_bound_cidrs: Option<CommaList<String>>,
    /// If set, tokens carry an explicit maximum TTL, which later changes to the role and the mount
    /// do not move.
    pub token_explicit_max_ttl: Option<Seconds>,
    /// The maximum lifetime of the generated token.
    pub token_max_ttl: Option<Seconds>,
    /// If true, the 'default' policy will not automatically be added to generated tokens.
    pub token_no_default_policy: Option<bool>,
    /// The maximum number of times a token may be used; zero means unlimited.
    pub token_num_uses: Option<i64>,
    /// If set, tokens have no maximum lifetime; each renewal gives them this much.
    pub token_period: Option<Seconds>,
    /// Comma-separated list of policies.
    pub token_policies: Option<CommaList<String>>,
    /// If true, tokens are bound to the source IP address of the login request.
    pub token_strictly_bind_ip: Option<bool>,
    /// The initial TTL of the token to generate.
    pub token_ttl: Option<Seconds>,
    /// The type of token to generate, service or batch.
    pub token_type: Option<TokenType>,
}

/// Token fields that contradict each other. The text is meant for the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenFieldsError {
    /// An entry is neither an address, a block of addresses nor the path of a socket.
    #[error(
        "'token_bound_cidrs' has an invalid entry at position {0}; write addresses or CIDR blocks"
    )]
    BoundCidrs(usize),
    /// Fewer than no uses.
    #[error("'token_num_uses' cannot be negative")]
    NegativeUses,
    /// A batch token can't be renewed, so it has no period.
    #[error(
        "'token_type' cannot be 'batch' or 'default_batch' when set to generate periodic tokens"
    )]
    PeriodicBatch,
    /// Nobody counts the uses of a batch token.
    #[error(
        "'token_type' cannot be 'batch' or 'default_batch' when set to generate tokens with limited use count"
    )]
    CountedBatch,
    /// More at first than is allowed at all.
    #[error("'token_ttl' cannot be greater than 'token_max_ttl'")]
    TtlAboveMax,
    /// Both say where a token may be used from.
    #[error("'token_strictly_bind_ip' conflicts with 'token_bound_cidrs'; set only one")]
    BindConflict,
    /// A token shall be bound to its caller's address, and the server did not say which that is.
    #[error("'token_strictly_bind_ip' is set, but the address of the login request is not known")]
    UnknownAddress,
}

impl From<TokenFieldsError> for Error {
    /// What contradicts itself is the caller's mistake.
    fn from(error: TokenFieldsError) -> Self {
        Self::bad_request(error.to_string())
    }
}

impl TokenFields {
    /// Checks what Vault's own auth methods check before they store a role.
    pub fn validate(&self) -> Result<(), TokenFieldsError> {
        self.bound_cidrs()?;
        if self.token_num_uses < 0 {
            return Err(TokenFieldsError::NegativeUses);
        }
        if self.token_type.is_batch() && !self.token_period.is_zero() {
            return Err(TokenFieldsError::PeriodicBatch);
        }
        if self.token_type.is_batch() && self.token_num_uses != 0 {
            return Err(TokenFieldsError::CountedBatch);
        }
        if !self.token_max_ttl.is_zero() && self.token_ttl > self.token_max_ttl {
            return Err(TokenFieldsError::TtlAboveMax);
        }
        if self.token_strictly_bind_ip && !self.token_bound_cidrs.is_empty() {
            return Err(TokenFieldsError::BindConflict);
        }
        Ok(())
    }

    /// Makes a login's token as the role says: its policies, terms, type and where it may be used
    /// from. All else of `auth` stays.
    ///
    /// `connection` is the login request's, for `token_strictly_bind_ip`.
    ///
    /// ```
    /// use plugin_runtime::fields::TokenFields;
    /// use plugin_runtime::{Alias, Auth, Error, Request};
    ///
    /// fn token(user: &str, role: &TokenFields, request: &Request) -> Result<Auth, Error> {
    ///     let mut auth = Auth::of(Alias::named(user));
    ///     role.apply_to(&mut auth, request.connection.as_ref())?;
    ///     Ok(auth)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// When the fields were stored without [`validate`](Self::validate), or the token is to be
    /// bound to an address that is not known. `auth` is then as it was.
    pub fn apply_to(
        &self,
        auth: &mut Auth,
        connection: Option<&Connection>,
    ) -> Result<(), TokenFieldsError> {
        let bound_cidrs = if self.token_strictly_bind_ip {
            let address = connection.and_then(|connection| connection.remote_addr.parse().ok());
            vec![address.ok_or(TokenFieldsError::UnknownAddress)?]
        } else {
            self.bound_cidrs()?
        };
        let num_uses = u64::try_from(self.token_num_uses);
        auth.num_uses = num_uses.map_err(|_| TokenFieldsError::NegativeUses)?;
        auth.bound_cidrs = bound_cidrs;
        auth.policies = self.token_policies.to_vec();
        auth.no_default_policy = self.token_no_default_policy;
        auth.token_type = self.token_type;
        auth.explicit_max_ttl = self.token_explicit_max_ttl.duration();
        auth.period = self.token_period.duration();
        auth.lease = Lease {
            ttl: self.token_ttl.duration(),
            max_ttl: self.token_max_ttl.duration(),
            renewable: true,
            ..auth.lease.clone()
        };
        Ok(())
    }

    fn bound_cidrs(&self) -> Result<Vec<BoundCidr>, TokenFieldsError> {
        let parsed = self.token_bound_cidrs.iter().enumerate().map(|(position, block)| {
            block.parse().map_err(|_| TokenFieldsError::BoundCidrs(position))
        });
        parsed.collect()
    }
}

impl TokenFieldsUpdate {
    /// Writes what was given over `fields` and checks the outcome; a refused update changes
    /// nothing.
    pub fn apply(self, fields: &mut TokenFields) -> Result<(), TokenFieldsError> {
        let old = fields.clone();
        let new = TokenFields {
            token_bound_cidrs: self.token_bound_cidrs.unwrap_or(old.token_bound_cidrs),
            token_explicit_max_ttl: self
                .token_explicit_max_ttl
                .unwrap_or(old.token_explicit_max_ttl),
            token_max_ttl: self.token_max_ttl.unwrap_or(old.token_max_ttl),
            token_no_default_policy: self
                .token_no_default_policy
                .unwrap_or(old.token_no_default_policy),
            token_num_uses: self.token_num_uses.unwrap_or(old.token_num_uses),
            token_period: self.token_period.unwrap_or(old.token_period),
            token_policies: self.token_policies.unwrap_or(old.token_policies),
            token_strictly_bind_ip: self
                .token_strictly_bind_ip
                .unwrap_or(old.token_strictly_bind_ip),
            token_ttl: self.token_ttl.unwrap_or(old.token_ttl),
            token_type: self.token_type.unwrap_or(old.token_type),
        };
        new.validate()?;
        *fields = new;
        Ok(())
    }
}
