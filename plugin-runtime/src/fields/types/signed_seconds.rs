//! `signed_duration_second`.

use std::fmt;

use serde::Serialize;

use super::field_type;
use crate::fields::coerce;
use crate::fields::input::Input;
use crate::logical::duration::{SECOND, format_go_duration};

/// A duration in whole seconds that may be negative: Vault's `signed_duration_second`.
///
/// Otherwise the same as [`Seconds`](super::Seconds).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct SignedSeconds(i64);

impl SignedSeconds {
    /// Creates a duration of this many seconds.
    pub const fn new(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Returns the number of seconds.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for SignedSeconds {
    /// Formats the duration as Go does, for example `-1h30m0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.checked_mul(SECOND) {
            Some(nanoseconds) => f.write_str(&format_go_duration(nanoseconds)),
            None => write!(f, "{}s", self.0),
        }
    }
}

field_type!(SignedSeconds, |input: Input<'_>| coerce::signed_seconds(&input), {
    "type": "integer", "format": "seconds", "x-vault-type": "signed_duration_second"
});
