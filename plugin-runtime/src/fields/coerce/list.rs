//! `slice`, `string_slice`, `comma_string_slice` and `comma_int_slice`: splits a value into
//! elements.

use std::borrow::Cow;

use super::Refusal;
use crate::fields::input::Input;

/// Returns a list's elements; none for null and an empty object; any other value as the only
/// element.
pub(crate) fn slice(input: Input<'_>) -> Vec<Input<'_>> {
    match input {
        Input::Null => Vec::new(),
        Input::List(elements) => elements,
        Input::Object(entries) if entries.is_empty() => Vec::new(),
        one => vec![one],
    }
}

/// Returns the elements as [`slice()`] does, but none for the empty string, by the rule of
/// `string_slice`.
pub(crate) fn elements(input: Input<'_>) -> Vec<Input<'_>> {
    match input {
        Input::Text(text) if text.is_empty() => Vec::new(),
        other => slice(other),
    }
}

/// Returns the elements as [`elements`] does, with a string split at its commas. Elements of a list
/// are not split.
pub(crate) fn comma_elements(input: Input<'_>) -> Result<Vec<Input<'_>>, Refusal> {
    match input {
        Input::Text(text) if text.is_empty() => Ok(Vec::new()),
        Input::Text(Cow::Borrowed(text)) => Ok(text.split(',').map(Input::text).collect()),
        Input::Text(Cow::Owned(text)) => {
            Ok(text.split(',').map(|part| Input::text(part.to_owned())).collect())
        }
        Input::Object(entries) if !entries.is_empty() => {
            Err(Refusal::of("expected a list or a string with commas, got an object"))
        }
        other => Ok(slice(other)),
    }
}
