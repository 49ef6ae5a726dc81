//! `bool`.

use super::{Refusal, json_number};
use crate::fields::input::Input;

/// Coerces to a boolean: a boolean; a number, which is true unless zero; one of the strings of Go's
/// `strconv.ParseBool`; null and the empty string as false.
pub(crate) fn boolean(input: &Input<'_>) -> Result<bool, Refusal> {
    match input {
        Input::Null => Ok(false),
        Input::Bool(value) => Ok(*value),
        Input::Number(number) => Ok(json_number(number).is_ok_and(|number| number != 0.0)),
        Input::Text(text) => match text.as_ref() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
            "0" | "f" | "F" | "false" | "FALSE" | "False" | "" => Ok(false),
            _ => Err(Refusal::of("expected a boolean; write true or false")),
        },
        Input::List(_) | Input::Object(_) | Input::Kept(_) | Input::Marker(_) => {
            Err(Refusal::kind("a boolean", input))
        }
    }
}
