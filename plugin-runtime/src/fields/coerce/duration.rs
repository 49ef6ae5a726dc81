//! `duration_second` and `signed_duration_second`.

use std::time::Duration;

use super::{Refusal, moment};
use crate::fields::input::Input;
use crate::logical::duration::{DurationError, SECOND, parse_field_duration};

/// Coerces to nanoseconds by the rules of `parseutil.ParseDurationSecond`: a number is seconds,
/// with its fraction cut off; a string is seconds, days or a Go duration; null and the empty string
/// are zero.
pub(crate) fn nanoseconds(input: &Input<'_>) -> Result<i64, Refusal> {
    match input {
        Input::Null => Ok(0),
        Input::Number(_) => super::bounded::<i64>(input)?.checked_mul(SECOND).ok_or(too_long()),
        Input::Text(text) => parse_field_duration(text).map_err(|error| error.to_string().into()),
        Input::Bool(_) | Input::List(_) | Input::Object(_) | Input::Kept(_) | Input::Marker(_) => {
            Err(Refusal::kind("a duration", input))
        }
    }
}

/// Coerces to whole seconds; a fraction is cut off.
pub(crate) fn signed_seconds(input: &Input<'_>) -> Result<i64, Refusal> {
    Ok(nanoseconds(input)? / SECOND)
}

/// Coerces as [`signed_seconds`] does, but refuses negative values. Values above minus one second
/// are zero, as in Go.
pub(crate) fn seconds(input: &Input<'_>) -> Result<u64, Refusal> {
    let seconds = signed_seconds(input)?;
    u64::try_from(seconds).map_err(|_| negative(seconds))
}

/// Returns the exact duration, for fields of type [`Duration`]; also accepts the form in which
/// serde writes it.
pub(crate) fn duration(input: &Input<'_>) -> Result<Duration, Refusal> {
    if let Some(moment) = moment(input, ["secs", "nanos"])? {
        return Ok(moment);
    }
    let signed = nanoseconds(input)?;
    let nanoseconds = u64::try_from(signed).map_err(|_| negative(signed / SECOND))?;
    Ok(Duration::from_nanos(nanoseconds))
}

/// Returns the error text of Go's framework. It may name the value, since a duration is never a
/// secret.
fn negative(seconds: i64) -> Refusal {
    format!("cannot provide negative value '{seconds}'").into()
}

fn too_long() -> Refusal {
    DurationError::Overflow.to_string().into()
}
