//! `duration_second`.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::field_type;
use crate::fields::coerce;
use crate::fields::input::Input;
use crate::logical::duration::{SECOND, format_go_duration};

/// A duration in whole seconds: Vault's `duration_second`.
///
/// Given as seconds (`90` or `"90"`), days (`"7d"`) or a Go duration (`"1h30m"`); a fraction of a
/// second is cut off and a negative value is refused. Stored and returned as an integer.
///
/// Null means that it was not given, so the field's default applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct Seconds(u64);

impl Seconds {
    /// Zero, which for many TTLs means the server's default.
    pub const ZERO: Self = Self(0);

    /// Creates a duration of this many seconds.
    pub const fn new(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Returns the number of seconds.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Returns whether this is zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Returns the duration as std's type.
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.0)
    }
}

impl fmt::Display for Seconds {
    /// Formats the duration as Go does, for example `1h30m0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match i64::try_from(self.0).ok().and_then(|seconds| seconds.checked_mul(SECOND)) {
            Some(nanoseconds) => f.write_str(&format_go_duration(nanoseconds)),
            None => write!(f, "{}s", self.0),
        }
    }
}

impl From<Duration> for Seconds {
    /// Converts a duration, with its fraction cut off.
    fn from(duration: Duration) -> Self {
        Self(duration.as_secs())
    }
}

impl From<Seconds> for Duration {
    fn from(seconds: Seconds) -> Self {
        seconds.duration()
    }
}

field_type!(Seconds, |input: Input<'_>| coerce::seconds(&input), {
    "type": "integer", "format": "seconds", "minimum": 0, "x-vault-type": "duration_second"
});
