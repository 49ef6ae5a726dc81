//! `float`.

use super::{Refusal, decimal, json_number, underscore::without_underscores};
use crate::fields::input::Input;

const SYNTAX: Refusal = Refusal::of("expected a number");
const RANGE: Refusal = Refusal::of("the number is out of range");
const NOT_FINITE: Refusal = Refusal::of("expected a finite number");

/// Coerces to a float: a number; a boolean as 1 or 0; a string in the syntax of Go's
/// `strconv.ParseFloat`, which includes hexadecimal floats; null and the empty string as 0.
///
/// Infinities and NaN, which Go accepts too, are refused: JSON cannot represent them, so they could
/// neither be stored nor returned.
pub(crate) fn float(input: &Input<'_>) -> Result<f64, Refusal> {
    match input {
        Input::Null => Ok(0.0),
        Input::Bool(value) => Ok(f64::from(u8::from(*value))),
        Input::Number(number) => match json_number(number)? {
            number if number.is_finite() => Ok(number),
            _ => Err(RANGE),
        },
        Input::Text(text) if text.is_empty() => Ok(0.0),
        Input::Text(text) => written(text),
        Input::List(_) | Input::Object(_) | Input::Kept(_) | Input::Marker(_) => {
            Err(Refusal::kind("a number", input))
        }
    }
}

/// Coerces as [`float`] does, within the range of an `f32`.
pub(crate) fn single(input: &Input<'_>) -> Result<f32, Refusal> {
    let single = float(input)? as f32;
    if single.is_finite() {
        Ok(single)
    } else {
        Err(Refusal::of("the number is out of range for f32"))
    }
}

fn written(text: &str) -> Result<f64, Refusal> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => (-1.0, unsigned),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    // Longer texts cannot be one of these words.
    if unsigned.len() <= "infinity".len()
        && ["inf", "infinity", "nan"].iter().any(|word| unsigned.eq_ignore_ascii_case(word))
    {
        return Err(NOT_FINITE);
    }
    let digits = without_underscores(unsigned)?.to_ascii_lowercase();
    let magnitude = match digits.strip_prefix("0x") {
        Some(digits) => hexadecimal(digits)?,
        None => decimal(&digits)?,
    };
    if f64::is_finite(magnitude) { Ok(sign * magnitude) } else { Err(RANGE) }
}

/// Parses a hexadecimal float: `1.8p3` is 1.5 times 2 to the third. The exponent is binary and
/// required.
fn hexadecimal(text: &str) -> Result<f64, Refusal> {
    let (mantissa, exponent) = text.split_once('p').ok_or(SYNTAX)?;
    let exponent: i32 = exponent.parse::<i64>().map_err(|_| SYNTAX)?.clamp(-9999, 9999) as i32;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.len() + fraction.len() == 0 {
        return Err(SYNTAX);
    }
    let (mut value, mut dropped) = (0_u128, 0_i32);
    for digit in whole.chars().chain(fraction.chars()) {
        let digit = digit.to_digit(16).ok_or(SYNTAX)?;
        if value >> 120 == 0 {
            value = value << 4 | u128::from(digit);
        } else {
            // Beyond the precision of a float; a bit that is set below decides the rounding.
            value |= u128::from(digit != 0);
            dropped += 4;
        }
    }
    if value == 0 {
        return Ok(0.0);
    }
    let shift = i32::try_from(fraction.len()).map_err(|_| RANGE)?.saturating_mul(-4);
    let shift = shift.saturating_add(exponent).saturating_add(dropped);
    // In two steps, since 2^shift alone may be outside the range although the product is not.
    let half = shift / 2;
    Ok(value as f64 * 2_f64.powi(half) * 2_f64.powi(shift - half))
}
