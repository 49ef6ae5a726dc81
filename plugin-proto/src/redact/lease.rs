//! Leases.

use std::fmt;

use super::Length;
use crate::pb::Secret;

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret")
            .field("lease_options", &self.lease_options)
            .field("internal_data", &Length::of(&self.internal_data))
            .field("lease_id", &self.lease_id)
            .finish()
    }
}
