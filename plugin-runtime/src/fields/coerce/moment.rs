//! The form in which serde writes std's `Duration` and `SystemTime`.

use std::time::Duration;

use super::{Refusal, bounded};
use crate::fields::input::Input;

/// Returns the duration in an object with these two entries, seconds and nanoseconds; `None` for a
/// value that is not an object.
pub(super) fn moment(input: &Input<'_>, names: [&str; 2]) -> Result<Option<Duration>, Refusal> {
    let Input::Object(entries) = input else { return Ok(None) };
    let [seconds, nanoseconds] = names.map(|name| entries.iter().find(|(key, _)| key == name));
    let (Some((_, seconds)), Some((_, nanoseconds)), 2) = (seconds, nanoseconds, entries.len())
    else {
        let [seconds, nanoseconds] = names;
        return Err(format!("expected an object with {seconds:?} and {nanoseconds:?} only").into());
    };
    // A patch may leave a part as it is stored.
    let nanoseconds: u32 = bounded(&nanoseconds.clone().read()?)?;
    let seconds = Duration::from_secs(bounded(&seconds.clone().read()?)?);
    let length = seconds.checked_add(Duration::from_nanos(nanoseconds.into()));
    length.ok_or(Refusal::of("the duration is out of range")).map(Some)
}
