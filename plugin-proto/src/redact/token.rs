//! Logins and tokens. Accessors are left out too: anyone who has one can revoke the token.

use std::fmt;

use super::{Count, Keys, Length};
use crate::pb::{Auth, TokenEntry};

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth")
            .field("lease_options", &self.lease_options)
            .field("internal_data", &Length::of(&self.internal_data))
            .field("policies", &self.policies)
            .field("metadata", &Keys::of(&self.metadata))
            .field("client_token", &Length::of(&self.client_token))
            .field("period", &self.period)
            .field("num_uses", &self.num_uses)
            .field("entity_id", &self.entity_id)
            // The name in the alias can be a credential of its own, such as an AppRole's role id.
            .field("alias", &self.alias.as_ref().map(|it| it.mount_type.as_str()))
            .field("group_aliases", &Count::of(&self.group_aliases))
            .field("bound_cidrs", &self.bound_cidrs)
            .field("token_policies", &self.token_policies)
            .field("identity_policies", &self.identity_policies)
            .field("explicit_max_ttl", &self.explicit_max_ttl)
            .field("token_type", &self.token_type)
            .field("no_default_policy", &self.no_default_policy)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for TokenEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenEntry")
            .field("id", &Length::of(&self.id))
            .field("parent", &Length::of(&self.parent))
            .field("policies", &self.policies)
            .field("path", &self.path)
            .field("meta", &Keys::of(&self.meta))
            .field("num_uses", &self.num_uses)
            .field("creation_time", &self.creation_time)
            .field("ttl", &self.ttl)
            .field("explicit_max_ttl", &self.explicit_max_ttl)
            .field("role", &self.role)
            .field("period", &self.period)
            .field("entity_id", &self.entity_id)
            .field("bound_cidrs", &self.bound_cidrs)
            .field("namespace_id", &self.namespace_id)
            .field("type", &self.r#type)
            .field("internal_meta", &Keys::of(&self.internal_meta))
            .field("inline_policy", &Length::of(&self.inline_policy))
            .field("no_identity_policies", &self.no_identity_policies)
            .finish_non_exhaustive()
    }
}
