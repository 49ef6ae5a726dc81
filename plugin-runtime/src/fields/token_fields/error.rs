//! Errors in token fields.

use crate::Error;

/// Token fields that contradict each other. The text is meant for the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenFieldsError {
    /// A role may ask for service or batch tokens, or for the mount's default, but not for this
    /// type.
    #[error("invalid 'token_type' value \"{0}\"; write default, service or batch")]
    TokenType(&'static str),
    /// The number of uses is negative.
    #[error("'token_num_uses' cannot be negative")]
    NegativeUses,
    /// A batch token cannot be renewed, so it has no period.
    #[error(
        "'token_type' cannot be 'batch' or 'default_batch' when set to generate periodic tokens"
    )]
    PeriodicBatch,
    /// The uses of a batch token are not counted.
    #[error(
        "'token_type' cannot be 'batch' or 'default_batch' when set to generate tokens with limited use count"
    )]
    CountedBatch,
    /// The initial TTL exceeds the maximum.
    #[error("'token_ttl' cannot be greater than 'token_max_ttl'")]
    TtlAboveMax,
    /// Both fields restrict the addresses that may use a token.
    #[error("'token_strictly_bind_ip' conflicts with 'token_bound_cidrs'; set only one")]
    BindConflict,
    /// A token must be bound to its caller's address, but the server did not send it.
    #[error("'token_strictly_bind_ip' is set, but the address of the login request is not known")]
    UnknownAddress,
}

impl From<TokenFieldsError> for Error {
    /// Blames the caller for fields that contradict each other.
    fn from(error: TokenFieldsError) -> Self {
        Self::bad_request(error.to_string())
    }
}
