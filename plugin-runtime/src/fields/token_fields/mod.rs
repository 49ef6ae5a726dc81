//! The fields that the roles of all auth methods have (`sdk/helper/tokenutil`).

mod alias_metadata;
mod deprecated;
mod error;
mod update;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::alias_metadata::AliasMetadata;
pub use self::deprecated::{
    DeprecatedTokenFields, DeprecatedTokenFieldsUpdate, deprecation_text, upgrade,
};
pub use self::error::TokenFieldsError;
pub use self::update::TokenFieldsUpdate;
use super::types::{CommaList, Seconds};
use crate::{Auth, BoundCidr, Connection, Lease, TokenType};

/// The settings of a role's tokens; flatten it into the role.
///
/// Its serialized form is both stored and returned by reads: seconds as integers, the type as text,
/// lists never null. Call [`validate`](Self::validate) before storing it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[non_exhaustive]
pub struct TokenFields {
    /// Comma separated string or JSON list of CIDR blocks. If set, specifies the blocks of IP
    /// addresses which are allowed to use the generated token.
    pub token_bound_cidrs: CommaList<BoundCidr>,
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
    #[schemars(with = "RoleTokenType")]
    pub token_type: TokenType,
}

/// The types of token that a role can ask for; the other types are for mounts.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(dead_code, reason = "stands in for the schema of TokenType")]
pub(super) enum RoleTokenType {
    /// As the mount is tuned.
    Default,
    /// A token that is stored, listed and renewed.
    Service,
    /// A token that is a signed statement: cheap, not renewable.
    Batch,
}

/// Refuses the types that only mounts can have.
pub(super) fn check_type(token_type: TokenType) -> Result<(), TokenFieldsError> {
    match token_type {
        TokenType::DefaultService => Err(TokenFieldsError::TokenType("default-service")),
        TokenType::DefaultBatch => Err(TokenFieldsError::TokenType("default-batch")),
        TokenType::Default | TokenType::Service | TokenType::Batch => Ok(()),
    }
}

impl TokenFields {
    /// Checks what Vault's own auth methods check before they store a role.
    pub fn validate(&self) -> Result<(), TokenFieldsError> {
        check_type(self.token_type)?;
        self.check_together()
    }

    /// Checks the fields against each other.
    pub(super) fn check_together(&self) -> Result<(), TokenFieldsError> {
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

    /// Sets a login's token as the role says: its policies, TTLs, type and the addresses that may
    /// use it. The rest of `auth` stays.
    ///
    /// `connection` is the login request's; `token_strictly_bind_ip` needs it.
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
    /// Fails if the fields were stored without [`validate`](Self::validate), or if the token must
    /// be bound to an address that is not known. `auth` is then unchanged.
    pub fn apply_to(
        &self,
        auth: &mut Auth,
        connection: Option<&Connection>,
    ) -> Result<(), TokenFieldsError> {
        let bound_cidrs = if self.token_strictly_bind_ip {
            let address = connection.and_then(|connection| connection.remote_addr.parse().ok());
            vec![address.ok_or(TokenFieldsError::UnknownAddress)?]
        } else {
            self.token_bound_cidrs.to_vec()
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
}
