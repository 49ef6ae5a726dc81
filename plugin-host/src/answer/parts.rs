//! What an answer can hold beside data.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use plugin_runtime::TokenType;

/// The lease of a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AnswerLease {
    /// By which it is renewed and revoked.
    pub id: String,
    /// How long it lives from now on, in whole seconds.
    pub duration: Duration,
    /// Whether it can be renewed.
    pub renewable: bool,
}

/// A token, as a login or a renewal gives it. Debug shows neither token nor accessor.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AnswerAuth {
    /// The token.
    pub client_token: String,
    /// By which the token can be looked up and revoked; empty for a batch token.
    pub accessor: String,
    /// All policies that apply.
    pub policies: Vec<String>,
    /// Those of the token itself.
    pub token_policies: Vec<String>,
    /// Those that come with the entity.
    pub identity_policies: Vec<String>,
    /// What the auth method notes about the login.
    pub metadata: BTreeMap<String, String>,
    /// How long the token lives from now on, in whole seconds.
    pub lease_duration: Duration,
    /// Whether it can be renewed.
    pub renewable: bool,
    /// The entity; empty for none.
    pub entity_id: String,
    /// Service or batch.
    pub token_type: TokenType,
    /// Whether the token has no parent.
    pub orphan: bool,
    /// How often the token may be used; 0 is without limit.
    pub num_uses: u64,
}

impl fmt::Debug for AnswerAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerAuth")
            .field("policies", &self.policies)
            .field("metadata", &self.metadata.keys().collect::<Vec<_>>())
            .field("lease_duration", &self.lease_duration)
            .field("renewable", &self.renewable)
            .field("token_type", &self.token_type)
            .field("num_uses", &self.num_uses)
            .finish_non_exhaustive()
    }
}

/// The token that unwraps a wrapped answer, once. Debug shows neither token nor accessor.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AnswerWrap {
    /// The token.
    pub token: String,
    /// By which the token can be looked up and revoked.
    pub accessor: String,
    /// How long it lives, in whole seconds.
    pub ttl: Duration,
    /// When it was made, as RFC 3339.
    pub creation_time: String,
    /// The path of the request whose answer is wrapped.
    pub creation_path: String,
    /// The accessor of a wrapped token; empty for none.
    pub wrapped_accessor: String,
}

impl fmt::Debug for AnswerWrap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerWrap")
            .field("ttl", &self.ttl)
            .field("creation_time", &self.creation_time)
            .field("creation_path", &self.creation_path)
            .finish_non_exhaustive()
    }
}

/// A body that is not the server's JSON. Debug shows its length alone.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RawAnswer {
    /// What it is; empty when the server does not say.
    pub content_type: String,
    /// The body.
    pub body: Bytes,
}

impl fmt::Debug for RawAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawAnswer")
            .field("content_type", &self.content_type)
            .field("bytes", &self.body.len())
            .finish()
    }
}
