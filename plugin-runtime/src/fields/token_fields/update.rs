//! Changes to token fields.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{RoleTokenType, TokenFields, TokenFieldsError, check_type};
use crate::fields::types::{CommaList, Seconds, Update};
use crate::{BoundCidr, TokenType};

/// The same fields in a request that changes a role: fields that are not given stay as they are.
///
/// Null sets a field to its default, as in Go: a role whose `token_policies` are null has none.
/// Only durations stay as they are.
/// durations stay as they were.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[non_exhaustive]
pub struct TokenFieldsUpdate {
    /// Comma separated string or JSON list of CIDR blocks. If set, specifies the blocks of IP
    /// addresses which are allowed to use the generated token.
    pub token_bound_cidrs: Update<CommaList<BoundCidr>>,
    /// If set, tokens carry an explicit maximum TTL, which later changes to the role and the mount
    /// do not move.
    pub token_explicit_max_ttl: Option<Seconds>,
    /// The maximum lifetime of the generated token.
    pub token_max_ttl: Option<Seconds>,
    /// If true, the 'default' policy will not automatically be added to generated tokens.
    pub token_no_default_policy: Update<bool>,
    /// The maximum number of times a token may be used; zero means unlimited.
    pub token_num_uses: Update<i64>,
    /// If set, tokens have no maximum lifetime; each renewal gives them this much.
    pub token_period: Option<Seconds>,
    /// Comma-separated list of policies.
    pub token_policies: Update<CommaList<String>>,
    /// If true, tokens are bound to the source IP address of the login request.
    pub token_strictly_bind_ip: Update<bool>,
    /// The initial TTL of the token to generate.
    pub token_ttl: Option<Seconds>,
    /// The type of token to generate, service or batch.
    #[schemars(with = "Option<RoleTokenType>")]
    pub token_type: Update<TokenType>,
}

impl TokenFieldsUpdate {
    /// Applies the given values to `fields` and checks the result; a refused update changes
    /// nothing.
    ///
    /// # Errors
    ///
    /// Fails if the result contradicts itself.
    pub fn apply(self, fields: &mut TokenFields) -> Result<(), TokenFieldsError> {
        if let Update::Value(token_type) = self.token_type {
            check_type(token_type)?;
        }
        let old = fields.clone();
        let new = TokenFields {
            token_bound_cidrs: self.token_bound_cidrs.given().unwrap_or(old.token_bound_cidrs),
            token_explicit_max_ttl: self
                .token_explicit_max_ttl
                .unwrap_or(old.token_explicit_max_ttl),
            token_max_ttl: self.token_max_ttl.unwrap_or(old.token_max_ttl),
            token_no_default_policy: self
                .token_no_default_policy
                .given()
                .unwrap_or(old.token_no_default_policy),
            token_num_uses: self.token_num_uses.given().unwrap_or(old.token_num_uses),
            token_period: self.token_period.unwrap_or(old.token_period),
            token_policies: self.token_policies.given().unwrap_or(old.token_policies),
            token_strictly_bind_ip: self
                .token_strictly_bind_ip
                .given()
                .unwrap_or(old.token_strictly_bind_ip),
            token_ttl: self.token_ttl.unwrap_or(old.token_ttl),
            token_type: self.token_type.given().unwrap_or(old.token_type),
        };
        new.check_together()?;
        *fields = new;
        Ok(())
    }
}
