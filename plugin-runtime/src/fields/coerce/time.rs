//! `time`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Refusal, moment};
use crate::fields::input::Input;

const SYNTAX: Refusal = Refusal::of(
    "expected a time; write RFC 3339 such as 2006-01-02T15:04:05Z, or epoch seconds in a string",
);

/// Seconds of the first instant after the year 9999.
const END: i64 = 253_402_300_800;
/// Seconds of the first instant of the year 0.
const START: i64 = -62_167_219_200;

/// Coerces to a time: RFC 3339 with or without a fraction, or epoch seconds in a string.
///
/// A JSON number is refused, as in an external plugin written in Go, which sees a float there.
/// Unlike in Go, years that RFC 3339 cannot express are refused too.
pub(crate) fn time(input: &Input<'_>) -> Result<SystemTime, Refusal> {
    let Input::Text(text) = input else {
        return Err(match input {
            Input::Number(_) => Refusal::of("expected a time; write epoch seconds in a string"),
            other => Refusal::kind("a time", other),
        });
    };
    let (seconds, nanoseconds) = match rfc3339(text) {
        Some(instant) => instant,
        None => (text.parse::<i64>().map_err(|_| SYNTAX)?, 0),
    };
    if !(START..END).contains(&seconds) {
        return Err(Refusal::of("the time is out of range; years go from 0000 to 9999"));
    }
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let base =
        if seconds < 0 { UNIX_EPOCH.checked_sub(whole) } else { UNIX_EPOCH.checked_add(whole) };
    base.and_then(|base| base.checked_add(Duration::from_nanos(nanoseconds))).ok_or(SYNTAX)
}

/// Returns an instant for fields of type [`SystemTime`]: as [`time`], but only from 1970 on; also
/// accepts the form in which serde writes it.
pub(crate) fn instant(input: &Input<'_>) -> Result<SystemTime, Refusal> {
    let time = match moment(input, ["secs_since_epoch", "nanos_since_epoch"])? {
        Some(since) => {
            UNIX_EPOCH.checked_add(since).ok_or(Refusal::of("the time is out of range"))?
        }
        None => time(input)?,
    };
    match time >= UNIX_EPOCH {
        true => Ok(time),
        false => Err(Refusal::of("the time must not be before 1970")),
    }
}

/// Returns seconds and nanoseconds since the epoch; the nanoseconds count forward even before it.
pub(crate) fn since_epoch(time: SystemTime) -> (i64, u32) {
    let (sign, length) = match time.duration_since(UNIX_EPOCH) {
        Ok(length) => (1, length),
        Err(before) => (-1, before.duration()),
    };
    let seconds = i64::try_from(length.as_secs()).unwrap_or(i64::MAX).saturating_mul(sign);
    match (sign, length.subsec_nanos()) {
        (-1, nanoseconds @ 1..) => (seconds.saturating_sub(1), 1_000_000_000 - nanoseconds),
        (_, nanoseconds) => (seconds, nanoseconds),
    }
}

/// Formats the time in UTC, with as many fractional digits as it needs.
pub(crate) fn format_time(time: SystemTime) -> String {
    let (seconds, nanoseconds) = since_epoch(time);
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let of_day = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    let fraction = match nanoseconds {
        0 => String::new(),
        nanoseconds => format!(".{nanoseconds:09}").trim_end_matches('0').to_owned(),
    };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// Parses RFC 3339 into seconds and nanoseconds since the epoch.
fn rfc3339(text: &str) -> Option<(i64, u64)> {
    let (date, rest) = text.split_at_checked(10)?;
    let (clock, rest) = rest.strip_prefix('T')?.split_at_checked(8)?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    let (nanoseconds, zone) = match rest.strip_prefix(['.', ',']) {
        Some(rest) => fraction(rest)?,
        None => (0, rest),
    };
    let offset = offset(zone)?;
    let valid = (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    valid.then_some(())?;
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    Some((seconds, nanoseconds))
}

/// Parses the digits of a fraction; those after the ninth are cut off.
fn fraction(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (digits, rest) = text.split_at(end);
    let nine = digits.get(..9).unwrap_or(digits);
    let nanoseconds = format!("{nine:0<9}").parse().ok()?;
    (!digits.is_empty()).then_some((nanoseconds, rest))
}

/// Parses `Z`, or an offset in hours and minutes east of it, into seconds.
fn offset(zone: &str) -> Option<i64> {
    let (sign, clock) = match zone.split_at_checked(1)? {
        ("Z", "") => return Some(0),
        ("+", clock) => (1, clock),
        ("-", clock) => (-1, clock),
        _ => return None,
    };
    let [hours, minutes] = numbers(clock, ':', [2, 2])?;
    // Go is lenient by one: some clients write an offset of 24 hours or 60 minutes.
    (hours <= 24 && minutes <= 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Parses decimal numbers of exactly these widths, with a separator between them.
fn numbers<const N: usize>(text: &str, separator: char, widths: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for (number, width) in numbers.iter_mut().zip(widths) {
        let part = parts.next()?;
        if part.len() != width || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Returns the days from the epoch to a date. Years begin in March here, so that the leap day is
/// the last one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Returns the date that is this many days from the epoch; the inverse of [`days`].
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * march + 2) / 5 + 1, (march + 2) % 12 + 1);
    (year + era * 400 + i64::from(month <= 2), month, day)
}
