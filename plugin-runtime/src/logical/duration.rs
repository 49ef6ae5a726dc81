//! Durations in the formats of Vault.
//!
//! There are two grammars. Go's own (`1h30m`, `1.5h`, `-100ms`) is that of `time.ParseDuration`;
//! the rule for fields is `parseutil.ParseDurationSecond` of go-secure-stdlib, which also accepts
//! bare seconds (`90`) and days (`7d`). A Go duration is a signed 64-bit number of nanoseconds, so
//! both return an `i64` and refuse what would not fit (about 292 years).

use thiserror::Error;

/// Nanoseconds in a second.
pub(crate) const SECOND: i64 = 1_000_000_000;

const DAY: i64 = 24 * 60 * 60 * SECOND;

/// The magnitude of the smallest Go duration, which is one more than that of the largest.
const LIMIT: u64 = 1 << 63;

/// Reasons why a text is not a duration. The text itself is omitted, since it may be a secret in
/// the wrong field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DurationError {
    /// The text is neither a number with a unit nor a sequence of them.
    #[error(
        "not a duration; write seconds such as \"90\", days such as \"7d\", or a form like \"1h30m\""
    )]
    Syntax,
    /// The number has no unit, but needs one here.
    #[error("missing unit in duration; units are ns, us, ms, s, m and h")]
    MissingUnit,
    /// The unit is not one of `ns`, `us`, `µs`, `ms`, `s`, `m` and `h`.
    #[error("unknown unit in duration; units are ns, us, ms, s, m and h")]
    UnknownUnit,
    /// The duration has more than 64 bits of nanoseconds.
    #[error("duration is too long; the limit is about 292 years")]
    Overflow,
}

/// Parses a duration in Go's grammar into nanoseconds: an optional sign, then decimal numbers with
/// an optional fraction and a unit, as in `300ms`, `-1.5h` or `2h45m`. A lone `0` needs no unit.
pub(crate) fn parse_go_duration(text: &str) -> Result<i64, DurationError> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(DurationError::Syntax);
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (whole, after) = digits(rest);
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => digits(after),
            None => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err(DurationError::Syntax);
        }
        let end = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let unit = nanoseconds(unit)?;
        let part = whole_number(whole)?
            .checked_mul(unit)
            .and_then(|part| part.checked_add(fraction_of(fraction, unit)));
        total = part
            .and_then(|part| total.checked_add(part))
            .filter(|total| *total <= LIMIT)
            .ok_or(DurationError::Overflow)?;
        rest = after;
    }
    if negative {
        0_i64.checked_sub_unsigned(total).ok_or(DurationError::Overflow)
    } else {
        i64::try_from(total).map_err(|_| DurationError::Overflow)
    }
}

/// Parses a text by the rule of duration fields into nanoseconds: an empty text is zero, an integer
/// is seconds, an integer with `d` is days, anything else follows `parse_go_duration`.
pub fn parse_field_duration(text: &str) -> Result<i64, DurationError> {
    if text.is_empty() {
        return Ok(0);
    }
    if let Ok(seconds) = text.parse::<i64>() {
        return seconds.checked_mul(SECOND).ok_or(DurationError::Overflow);
    }
    match text.strip_suffix('d') {
        Some(days) => days
            .parse::<i64>()
            .map_err(|_| DurationError::Syntax)?
            .checked_mul(DAY)
            .ok_or(DurationError::Overflow),
        None => parse_go_duration(text),
    }
}

/// Formats nanoseconds as Go prints a duration: `1h30m0s`, `1.5s`, `250µs`, `0s`.
pub(crate) fn format_go_duration(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let total = nanoseconds.unsigned_abs();
    let second = SECOND.unsigned_abs();
    match total {
        0 => "0s".to_owned(),
        1..1_000 => format!("{sign}{total}ns"),
        1_000..1_000_000 => format!("{sign}{}µs", decimal(total, 1_000)),
        1_000_000..1_000_000_000 => format!("{sign}{}ms", decimal(total, 1_000_000)),
        _ => {
            let (minutes, rest) = (total / second / 60, total % (60 * second));
            let seconds = decimal(rest, second);
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{sign}{seconds}s"),
                (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
                (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
            }
        }
    }
}

/// Formats `value / unit` with as few decimals as are exact.
fn decimal(value: u64, unit: u64) -> String {
    let width = unit.ilog10() as usize;
    let text = format!("{}.{:0width$}", value / unit, value % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

fn whole_number(digits: &str) -> Result<u64, DurationError> {
    match digits {
        "" => Ok(0),
        digits => digits.parse().map_err(|_| DurationError::Overflow),
    }
}

/// Returns the fraction in nanoseconds.
///
/// Go stops reading a fraction when 63 bits are full, and scales it in floating point. This does
/// the same, so that the results are equal to the nanosecond.
fn fraction_of(digits: &str, unit: u64) -> u64 {
    let (mut value, mut scale) = (0_u64, 1.0_f64);
    for digit in digits.bytes() {
        let next = (value <= (LIMIT - 1) / 10).then(|| value * 10 + u64::from(digit - b'0'));
        match next {
            Some(next) if next <= LIMIT => value = next,
            _ => break,
        }
        scale *= 10.0;
    }
    (value as f64 * (unit as f64 / scale)) as u64
}

fn nanoseconds(unit: &str) -> Result<u64, DurationError> {
    Ok(match unit {
        "ns" => 1,
        // The micro sign and the Greek letter look alike; Go accepts both.
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        "" => return Err(DurationError::MissingUnit),
        _ => return Err(DurationError::UnknownUnit),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: i64 = SECOND / 1000;

    #[test]
    fn the_go_grammar_is_read_as_go_reads_it() {
        use DurationError::{MissingUnit, Overflow, Syntax, UnknownUnit};
        let rows: &[(&str, Result<i64, DurationError>)] = &[
            ("0", Ok(0)),
            ("-0", Ok(0)),
            ("0s", Ok(0)),
            ("5s", Ok(5 * SECOND)),
            ("+5s", Ok(5 * SECOND)),
            ("-5s", Ok(-5 * SECOND)),
            ("1h30m", Ok(5400 * SECOND)),
            ("1.5h", Ok(5400 * SECOND)),
            (".5s", Ok(500 * MILLI)),
            ("5.s", Ok(5 * SECOND)),
            ("100ms", Ok(100 * MILLI)),
            ("1us", Ok(1000)),
            ("1\u{b5}s", Ok(1000)),
            ("1\u{3bc}s", Ok(1000)),
            ("7ns", Ok(7)),
            ("3m2h", Ok(7380 * SECOND)),
            ("0.3333333333333333333h", Ok(1200 * SECOND)),
            ("9007199254740993ns", Ok(9_007_199_254_740_993)),
            ("9223372036854775807ns", Ok(i64::MAX)),
            ("-9223372036854775808ns", Ok(i64::MIN)),
            ("9223372036854775808ns", Err(Overflow)),
            ("99999999999999999999h", Err(Overflow)),
            ("2562048h", Err(Overflow)),
            ("", Err(Syntax)),
            ("-", Err(Syntax)),
            ("s", Err(Syntax)),
            (".", Err(Syntax)),
            (".s", Err(Syntax)),
            ("- 5s", Err(Syntax)),
            ("3", Err(MissingUnit)),
            ("1h3", Err(MissingUnit)),
            ("1d", Err(UnknownUnit)),
            ("1 h", Err(UnknownUnit)),
            ("1H", Err(UnknownUnit)),
        ];
        for (text, expected) in rows {
            assert_eq!(parse_go_duration(text), *expected, "{text:?}");
        }
    }

    #[test]
    fn fields_also_take_bare_seconds_and_days() {
        use DurationError::{MissingUnit, Overflow, Syntax, UnknownUnit};
        let rows: &[(&str, Result<i64, DurationError>)] = &[
            ("", Ok(0)),
            ("90", Ok(90 * SECOND)),
            ("+90", Ok(90 * SECOND)),
            ("-90", Ok(-90 * SECOND)),
            ("090", Ok(90 * SECOND)),
            ("1d", Ok(DAY)),
            ("-2d", Ok(-2 * DAY)),
            ("1.5h", Ok(5400 * SECOND)),
            ("1d1h", Err(UnknownUnit)),
            ("1d12h", Err(UnknownUnit)),
            ("1.5d", Err(Syntax)),
            ("d", Err(Syntax)),
            ("1.5", Err(MissingUnit)),
            (" 5", Err(Syntax)),
            ("9223372037", Err(Overflow)),
            ("106752d", Err(Overflow)),
        ];
        for (text, expected) in rows {
            assert_eq!(parse_field_duration(text), *expected, "{text:?}");
        }
    }

    #[test]
    fn durations_are_printed_as_go_prints_them() {
        let rows = [
            (0, "0s"),
            (1, "1ns"),
            (1_100, "1.1µs"),
            (2_200_000, "2.2ms"),
            (3_300_000_000, "3.3s"),
            (5400 * SECOND, "1h30m0s"),
            (245 * SECOND, "4m5s"),
            (245 * SECOND + MILLI, "4m5.001s"),
            (-SECOND, "-1s"),
            (i64::MAX, "2562047h47m16.854775807s"),
            (i64::MIN, "-2562047h47m16.854775808s"),
        ];
        for (nanoseconds, expected) in rows {
            assert_eq!(format_go_duration(nanoseconds), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_printed_is_read_back(nanoseconds: i64) {
            proptest::prop_assert_eq!(
                parse_go_duration(&format_go_duration(nanoseconds)),
                Ok(nanoseconds)
            );
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "[-+0-9.a-zµ]{0,24}") {
            let _ = parse_field_duration(&text);
        }
    }
}
