//! The rules by which Vault turns what was sent into what a field is.
//!
//! They are those of `sdk/framework/field_data.go` over mapstructure's weak decoding and
//! `parseutil`, as a plugin outside the server's process meets them: each rule is a function from
//! an [`Input`](super::input::Input) to a value.

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

/// Why a value was refused, in words that leave the value out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal(Cow<'static, str>);

impl Refusal {
    pub(crate) const fn of(reason: &'static str) -> Self {
        Self(Cow::Borrowed(reason))
    }

    /// What was wanted and what kind of value came instead.
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
