//! Leased secrets: the kinds that a backend issues, with the handlers that renew and revoke them.

mod leased;
mod secret_type;
mod ttl;

pub use leased::{Leased, LeasedSecret};
pub(super) use secret_type::{ErasedSecretType, settle, type_of};
pub use secret_type::{IntoRenewed, IntoRevoked, Revoked, SecretType};
pub use ttl::{Ttl, TtlError, TtlLimits, TtlTerms};

/// The field of a lease's internal data that names its kind, as in the Go SDK.
pub(super) const SECRET_TYPE: &str = "secret_type";
