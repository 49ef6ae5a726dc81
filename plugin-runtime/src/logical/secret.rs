//! A leased secret: what a server remembers about it until it is revoked.

use crate::{Data, Lease};

/// The lease part of a secret: its terms, and what the plugin needs to renew and to revoke it.
///
/// The secret's visible part is the response's data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secret {
    /// How long it lives.
    pub lease: Lease,
    /// What the plugin wants back at renewal and revocation. Kept by the server, encrypted, and
    /// never shown to a client.
    pub internal_data: Data,
    /// The server's name for the lease. Empty in answers, where the server makes it, and in
    /// renewals.
    pub lease_id: String,
}
