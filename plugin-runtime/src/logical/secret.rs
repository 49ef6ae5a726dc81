//! A leased secret: what a server stores until it is revoked.

use crate::{Data, Lease};

/// The lease of a secret: its terms, and the data that the plugin needs to renew and to revoke it.
///
/// The secret's visible part is the response's data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secret {
    /// How long it lives.
    pub lease: Lease,
    /// The data that the plugin gets back at renewal and revocation. The server stores them
    /// encrypted and never shows them to a client.
    pub internal_data: Data,
    /// The server's name for the lease. Empty in answers, since the server creates it, and in
    /// renewals.
    pub lease_id: String,
}
