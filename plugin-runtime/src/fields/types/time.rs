//! `time`.

use std::fmt;
use std::time::SystemTime;

use serde::{Serialize, Serializer};

use super::{field_type, wraps};
use crate::fields::coerce;
use crate::fields::input::Input;

/// An instant: Vault's `time`.
///
/// Given as RFC 3339 with any offset, or as epoch seconds in a string. A JSON number is refused, as
/// Vault's framework refuses it in an external plugin. Stored and returned as RFC 3339 in UTC. Null
/// means that it was not given, so the field's default applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(SystemTime);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&coerce::format_time(self.0))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

wraps!(Time, SystemTime);
field_type!(Time, |input: Input<'_>| coerce::time(&input), {
    "type": "string", "format": "date-time", "x-vault-type": "time"
});
