//! `string` and `lower_case_string`.

use std::borrow::Cow;

use super::{Refusal, json_number};
use crate::fields::input::Input;

/// Coerces to text: a string; a boolean as `1` or `0`; a number in decimal without an exponent;
/// null as the empty string.
///
/// Integers keep all their digits. (Go would round those beyond 2^53.)
pub(crate) fn text<'a>(input: &'a Input<'_>) -> Result<Cow<'a, str>, Refusal> {
    match input {
        Input::Null => Ok(Cow::Borrowed("")),
        Input::Bool(value) => Ok(Cow::Borrowed(if *value { "1" } else { "0" })),
        Input::Number(number) => Ok(decimal(number)),
        Input::Text(text) => Ok(Cow::Borrowed(text)),
        Input::List(_) | Input::Object(_) | Input::Kept(_) | Input::Marker(_) => {
            Err(Refusal::kind("a string", input))
        }
    }
}

/// Coerces as [`text`] does, and lower-cases letter by letter as Go does: one letter never becomes
/// two, and a Greek sigma at the end of a word has no special form.
pub(crate) fn lower_case(input: &Input<'_>) -> Result<String, Refusal> {
    Ok(text(input)?.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect())
}

fn decimal(number: &str) -> Cow<'_, str> {
    if number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        return Cow::Borrowed(number);
    }
    // `Display` of a float is the shortest text that reads back the same, without an exponent.
    json_number(number).map_or(Cow::Borrowed(number), |float| Cow::Owned(float.to_string()))
}
