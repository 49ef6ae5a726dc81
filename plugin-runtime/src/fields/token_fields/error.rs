//! What is wrong with token fields.

use crate::Error;

/// Token fields that contradict each other. The text is meant for the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenFieldsError {
    /// A role asks for service or batch tokens, or for what the mount is tuned to.
    #[error("invalid 'token_type' value \"{0}\"; write default, service or batch")]
    TokenType(&'static str),
    /// Fewer than no uses.
    #[error("'token_num_uses' cannot be negative")]
    NegativeUses,
    /// A batch token can't be renewed, so it has no period.
    #[error(
        "'token_type' cannot be 'batch' or 'default_batch' when set to generate periodic tokens"
    )]
    PeriodicBatch,
    /// The uses of a batch token are not counted.
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
    /// A token is to be bound to its caller's address, which the server did not tell.
    #[error("'token_strictly_bind_ip' is set, but the address of the login request is not known")]
    UnknownAddress,
}

impl From<TokenFieldsError> for Error {
    /// What contradicts itself is the caller's mistake.
    fn from(error: TokenFieldsError) -> Self {
        Self::bad_request(error.to_string())
    }
}
