//! `int` and `int64`.

use super::{Refusal, json_number, underscore::without_underscores};
use crate::fields::input::Input;

const SYNTAX: Refusal = Refusal::of("expected an integer");
const RANGE: Refusal = Refusal::of("the integer is out of range");

/// Coerces to an integer: a number, with its fraction cut off; a boolean as 1 or 0; a string in
/// Go's integer syntax, where `0x`, `0b`, `0o` and a leading `0` select the base; null and the
/// empty string as 0.
pub(crate) fn integer(input: &Input<'_>) -> Result<i128, Refusal> {
    match input {
        Input::Null => Ok(0),
        Input::Bool(value) => Ok(i128::from(*value)),
        Input::Number(number) => truncated(number),
        Input::Text(text) if text.is_empty() => Ok(0),
        Input::Text(text) => written(text),
        Input::List(_) | Input::Object(_) | Input::Kept(_) | Input::Marker(_) => {
            Err(Refusal::kind("an integer", input))
        }
    }
}

/// Coerces as [`integer`] does, within the bounds of the Rust type.
pub(crate) fn bounded<T>(input: &Input<'_>) -> Result<T, Refusal>
where
    T: TryFrom<i128>,
{
    let name = std::any::type_name::<T>();
    T::try_from(integer(input)?)
        .map_err(|_| format!("the integer is out of range for {name}").into())
}

/// Truncates a JSON number toward zero. Integers are exact, whatever their size; other numbers are
/// rounded to a float first.
fn truncated(number: &str) -> Result<i128, Refusal> {
    if number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        return number.parse().map_err(|_| RANGE);
    }
    let float = json_number(number).map_err(|_| SYNTAX)?;
    // The cast is exact below this bound, and would silently saturate above it.
    if float.abs() < 1e38 { Ok(float as i128) } else { Err(RANGE) }
}

/// Parses an integer as Go's `strconv.ParseInt` with base 0 does.
fn written(text: &str) -> Result<i128, Refusal> {
    let text = without_underscores(text)?;
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(SYNTAX);
    }
    let lower = digits.to_ascii_lowercase();
    let (base, digits) = if let Some(digits) = lower.strip_prefix("0x") {
        (16, digits)
    } else if let Some(digits) = lower.strip_prefix("0b") {
        (2, digits)
    } else if let Some(digits) = lower.strip_prefix("0o") {
        (8, digits)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (8, &lower[1..])
    } else {
        (10, lower.as_str())
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(base)) {
        return Err(SYNTAX);
    }
    let magnitude = i128::from_str_radix(digits, base).map_err(|_| RANGE)?;
    Ok(if negative { -magnitude } else { magnitude })
}
