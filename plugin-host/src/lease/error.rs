//! Why a lease can't be made, renewed or revoked.

use crate::answer::{Answer, in_a_list};
use plugin_runtime::framework::TtlError;

/// The text by which a server knows that a node may not write.
const READ_ONLY: &str = "cannot write to readonly storage";

/// Why a lease can't be made, renewed or revoked, in the servers' words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum LeaseError {
    /// There is none of this id.
    #[error("lease not found")]
    NotFound,
    /// Its revocation was given up.
    #[error("lease is expired and has failed previous revocation attempts")]
    Irrevocable,
    /// Its time is over.
    #[error("lease expired")]
    Expired,
    /// The plugin did not make it renewable.
    #[error("lease is not renewable")]
    NotRenewable,
    /// Its mount is gone.
    #[error("unable to retrieve system view from router")]
    NoMount,
    /// Its terms allow no length.
    #[error(transparent)]
    Ttl(#[from] TtlError),
    /// The plugin refused to renew it.
    #[error("failed to renew entry: resp: (*logical.Response)(nil) err: {0}")]
    Renew(String),
    /// The plugin refused to revoke it.
    #[error("failed to revoke entry: resp: (*logical.Response)(nil) err: {text}")]
    Revoke {
        /// The plugin's words.
        text: String,
        /// Whether trying again is of no use.
        unrecoverable: bool,
    },
    /// One of several could not be revoked.
    #[error("failed to revoke {id:?}{}: {source}", place_text(*place))]
    Prefix {
        /// Which one.
        id: String,
        /// Its number among all, and how many there are.
        place: Option<(usize, usize)>,
        /// Why.
        #[source]
        source: Box<LeaseError>,
    },
}

fn place_text(place: Option<(usize, usize)>) -> String {
    place.map_or_else(String::new, |(number, count)| format!(" ({number} / {count})"))
}

impl LeaseError {
    /// Returns the answer to a request whose secret gets no lease.
    pub(crate) fn answer_to_issue(&self) -> Answer {
        Answer::refused(500, self.to_string())
    }

    /// Returns the answer to a request to renew or revoke a lease that fails so.
    pub(crate) fn answer(&self) -> Answer {
        let text = self.to_string();
        if text.contains(READ_ONLY) {
            let text = "operation could not be completed as storage is read-only";
            return Answer::refused(500, in_a_list(text));
        }
        Answer::refused(400, text)
    }
}
