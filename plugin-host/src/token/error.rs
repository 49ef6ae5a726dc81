//! Why there is no token.

use crate::answer::Answer;
use plugin_runtime::framework::TtlError;

/// Why there is no token, or no change of one, in the servers' words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum TokenError {
    /// The login asks for the policy `root`.
    #[error("auth methods cannot create root tokens")]
    Root,
    /// The login asks for a policy of the server's own.
    #[error("cannot assign policy {0:?}")]
    Reserved(String),
    /// The login has no display name.
    #[error("missing name in alias")]
    NoName,
    /// A group of the login has no name.
    #[error("missing alias name")]
    NoGroupName,
    /// Its terms allow no length.
    #[error(transparent)]
    Ttl(#[from] TtlError),
    /// Nothing but its time ends a batch token.
    #[error("batch tokens cannot be revoked")]
    BatchRevoke,
    /// A batch token lives as long as it was made for.
    #[error("batch tokens cannot be renewed")]
    BatchRenew,
    /// There is no such token.
    #[error("permission denied")]
    Unknown,
    /// The login, or its last renewal, did not make it renewable.
    #[error("lease is not renewable")]
    NotRenewable,
    /// Its mount is gone.
    #[error("unable to retrieve system view from router")]
    NoMount,
}

impl TokenError {
    /// Returns the answer to a login or a renewal that fails so.
    pub(crate) fn answer(&self) -> Answer {
        let status = match self {
            Self::Root
            | Self::Reserved(_)
            | Self::BatchRevoke
            | Self::BatchRenew
            | Self::NotRenewable => 400,
            Self::Unknown => 403,
            Self::NoName | Self::NoGroupName | Self::Ttl(_) | Self::NoMount => 500,
        };
        Answer::refused(status, self.to_string())
    }
}
