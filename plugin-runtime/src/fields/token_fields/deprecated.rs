//! The names that token fields had before all auth methods used the same ones.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{TokenFields, TokenFieldsError, TokenFieldsUpdate};
use crate::fields::types::{CommaList, Seconds, Update};
use crate::{BoundCidr, policies};

/// Copies the value of a renamed field, as Go's `tokenutil.UpgradeValue` does.
///
/// `old` and `new` are the values that the request gives under the two names ([`Update::given`]).
/// The new name wins; `old_value` keeps the value for as long as clients use the old name.
///
/// ```
/// use plugin_runtime::fields::upgrade;
///
/// let (mut period, mut token_period) = (0, 60);
/// upgrade(Some(30), None, &mut period, &mut token_period);
/// assert_eq!((period, token_period), (30, 30));
/// upgrade(None, Some(90), &mut period, &mut token_period);
/// assert_eq!((period, token_period), (0, 90));
/// ```
pub fn upgrade<T: Clone + Default>(
    old: Option<T>,
    new: Option<T>,
    old_value: &mut T,
    new_value: &mut T,
) {
    match (old, new) {
        (None, None) => {}
        (Some(old), None) => {
            old_value.clone_from(&old);
            *new_value = old;
        }
        (Some(_), Some(new)) => {
            old_value.clone_from(&new);
            *new_value = new;
        }
        (None, Some(new)) => {
            *old_value = T::default();
            *new_value = new;
        }
    }
}

/// Describes a field that was renamed to `field`, with the text of the built-in engines.
///
/// ```
/// use plugin_runtime::fields::deprecation_text;
///
/// assert_eq!(
///     deprecation_text("token_ttl"),
///     "Use \"token_ttl\" instead. If this and \"token_ttl\" are both specified, only \"token_ttl\" \
///      will be used."
/// );
/// ```
pub fn deprecation_text(field: &str) -> String {
    format!(
        "Use {field:?} instead. If this and {field:?} are both specified, only {field:?} will be used."
    )
}

/// The stored values of token fields under their old names; flatten it into a role that may have
/// been stored by an engine that used them. Fields that are not set are neither stored nor
/// returned.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[non_exhaustive]
pub struct DeprecatedTokenFields {
    /// Use "token_bound_cidrs" instead.
    #[serde(skip_serializing_if = "is_empty")]
    pub bound_cidrs: CommaList<BoundCidr>,
    /// Use "token_max_ttl" instead.
    #[serde(skip_serializing_if = "is_default")]
    pub max_ttl: Seconds,
    /// Use "token_num_uses" instead.
    #[serde(skip_serializing_if = "is_default")]
    pub num_uses: i64,
    /// Use "token_period" instead.
    #[serde(skip_serializing_if = "is_default")]
    pub period: Seconds,
    /// Use "token_policies" instead.
    #[serde(skip_serializing_if = "is_empty")]
    pub policies: CommaList<String>,
    /// Use "token_ttl" instead.
    #[serde(skip_serializing_if = "is_default")]
    pub ttl: Seconds,
}

fn is_empty<T>(list: &CommaList<T>) -> bool {
    list.is_empty()
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The old names of token fields in a request that changes a role.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[non_exhaustive]
pub struct DeprecatedTokenFieldsUpdate {
    /// Use "token_bound_cidrs" instead. If this and "token_bound_cidrs" are both specified, only
    /// "token_bound_cidrs" will be used.
    #[schemars(extend("deprecated" = true))]
    pub bound_cidrs: Update<CommaList<BoundCidr>>,
    /// Use "token_max_ttl" instead. If this and "token_max_ttl" are both specified, only
    /// "token_max_ttl" will be used.
    #[schemars(extend("deprecated" = true))]
    pub max_ttl: Option<Seconds>,
    /// Use "token_num_uses" instead. If this and "token_num_uses" are both specified, only
    /// "token_num_uses" will be used.
    #[schemars(extend("deprecated" = true))]
    pub num_uses: Update<i64>,
    /// Use "token_period" instead. If this and "token_period" are both specified, only
    /// "token_period" will be used.
    #[schemars(extend("deprecated" = true))]
    pub period: Option<Seconds>,
    /// Use "token_policies" instead. If this and "token_policies" are both specified, only
    /// "token_policies" will be used.
    #[schemars(extend("deprecated" = true))]
    pub policies: Update<CommaList<String>>,
    /// Use "token_ttl" instead. If this and "token_ttl" are both specified, only "token_ttl" will
    /// be used.
    #[schemars(extend("deprecated" = true))]
    pub ttl: Option<Seconds>,
}

impl DeprecatedTokenFieldsUpdate {
    /// Applies the values given under old and new names to the stored ones and checks the result; a
    /// refused update changes nothing. If both names are given, the new one wins.
    ///
    /// # Errors
    ///
    /// Fails if the result contradicts itself.
    pub fn apply(
        self,
        update: TokenFieldsUpdate,
        old: &mut DeprecatedTokenFields,
        fields: &mut TokenFields,
    ) -> Result<(), TokenFieldsError> {
        let mut stored = old.clone();
        let mut new = fields.clone();
        // The result as a whole is checked at the end.
        let bound_cidrs = update.token_bound_cidrs.clone().given();
        let old_cidrs = self.bound_cidrs.given();
        upgrade(old_cidrs, bound_cidrs, &mut stored.bound_cidrs, &mut new.token_bound_cidrs);
        let max_ttl = update.token_max_ttl;
        upgrade(self.max_ttl, max_ttl, &mut stored.max_ttl, &mut new.token_max_ttl);
        let num_uses = update.token_num_uses.given();
        let old_uses = self.num_uses.given();
        upgrade(old_uses, num_uses, &mut stored.num_uses, &mut new.token_num_uses);
        upgrade(self.period, update.token_period, &mut stored.period, &mut new.token_period);
        let parsed = |policies: CommaList<String>| policies::sanitize(policies, false).into();
        let old_policies = self.policies.given().map(parsed);
        let policies = update.token_policies.clone().given();
        upgrade(old_policies, policies, &mut stored.policies, &mut new.token_policies);
        upgrade(self.ttl, update.token_ttl, &mut stored.ttl, &mut new.token_ttl);
        update.apply(&mut new)?;
        (*old, *fields) = (stored, new);
        Ok(())
    }
}
