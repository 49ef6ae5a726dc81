//! The rules by which Vault coerces a value to the type of its field.
//!
//! They are those of `sdk/framework/field_data.go`, which uses mapstructure's weak decoding and
//! `parseutil`, as an external plugin sees them: each rule is a function from an
//! [`Input`](super::input::Input) to a value.

mod boolean;
mod decimal;
mod duration;
mod float;
mod header;
mod integer;
mod list;
mod moment;
mod name;
mod pairs;
mod text;
mod time;
mod underscore;

use std::borrow::Cow;
use std::fmt::{self, Display};

pub(crate) use self::boolean::boolean;
pub(crate) use self::decimal::{decimal, json_number};
pub(crate) use self::duration::{duration, seconds, signed_seconds};
pub(crate) use self::float::{float, single};
pub(crate) use self::header::{canonical, headers};
pub(crate) use self::integer::{bounded, integer};
pub(crate) use self::list::{comma_elements, elements, slice};
use self::moment::moment;
pub(crate) use self::name::name;
pub(crate) use self::pairs::{Pair, entries, key_values};
pub(crate) use self::text::{lower_case, text};
pub(crate) use self::time::{format_time, instant, since_epoch, time};

/// The reason why a value was refused, in a text that does not contain the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal(Cow<'static, str>);

impl Refusal {
    pub(crate) const fn of(reason: &'static str) -> Self {
        Self(Cow::Borrowed(reason))
    }

    /// Says which kind of value was expected, and which kind was given.
    pub(crate) fn kind(expected: &str, input: &super::input::Input<'_>) -> Self {
        Self(format!("expected {expected}, got {}", input.kind()).into())
    }
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self(reason.into())
    }
}

impl Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
