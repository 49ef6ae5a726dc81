//! `header`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::RawValue;

use super::{Pair, Refusal, entries};
use crate::fields::input::Input;

/// Header values by canonical name, each name's values in the order given.
type HeaderValues = BTreeMap<String, Vec<String>>;

const SHAPE: Refusal = Refusal::of(
    "expected headers: an object, JSON in a string (or base64 of it), or a list of name:value",
);

/// Coerces to headers: an object of strings or lists of strings; the same as JSON in a string,
/// plain or in base64; or a list of `name:value`, whose value is not trimmed.
pub(crate) fn headers(input: Input<'_>) -> Result<HeaderValues, Refusal> {
    match input {
        Input::Text(text) => from_json(&text),
        Input::List(pairs) if pairs.iter().any(|pair| matches!(pair, Input::Text(_))) => {
            from_pairs(&pairs)
        }
        other => from_entries(other, false),
    }
}

fn from_json(text: &str) -> Result<HeaderValues, Refusal> {
    // Go's decoder skips line breaks inside base64.
    let joined: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    let json = match STANDARD.decode(joined) {
        Ok(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        Err(_) => Cow::Borrowed(text),
    };
    let raw: &RawValue = serde_json::from_str(&json).map_err(|_| SHAPE)?;
    match Input::from_json(raw)? {
        input @ (Input::Object(_) | Input::Null) => from_entries(input, true),
        _ => Err(SHAPE),
    }
}

/// Reads an object of headers. Numbers count as text only where Go keeps them as text: in JSON that
/// the field itself decodes.
fn from_entries(input: Input<'_>, numbers: bool) -> Result<HeaderValues, Refusal> {
    let (Pair::Object, entries) = entries(input).map_err(|_| SHAPE)? else {
        return Err(SHAPE);
    };
    let mut headers = HeaderValues::new();
    for (name, value) in entries {
        let values = match value {
            Input::List(values) => values,
            one => vec![one],
        };
        for value in values {
            match value {
                Input::Text(value) => add(&mut headers, &name, &value),
                Input::Number(value) if numbers => add(&mut headers, &name, &value),
                _ => {
                    return Err(Refusal::of("a header's value must be a string or a list of them"));
                }
            }
        }
    }
    Ok(headers)
}

fn from_pairs(pairs: &[Input<'_>]) -> Result<HeaderValues, Refusal> {
    let mut headers = HeaderValues::new();
    for pair in pairs {
        match pair {
            Input::Text(pair) => match pair.split_once(':') {
                Some((name, value)) if !name.is_empty() => add(&mut headers, name, value),
                _ => return Err(Refusal::of("invalid header; write name:value")),
            },
            _ => return Err(SHAPE),
        }
    }
    Ok(headers)
}

fn add(headers: &mut HeaderValues, name: &str, value: &str) {
    headers.entry(canonical(name)).or_default().push(value.to_owned());
}

/// Returns the canonical form of a name: `content-type` becomes `Content-Type`. A name that HTTP
/// does not allow stays as it is, as in Go.
pub(crate) fn canonical(name: &str) -> String {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if !name.bytes().all(allowed) {
        return name.to_owned();
    }
    let mut start = true;
    name.chars()
        .map(|c| {
            let cased = if start { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
            start = c == '-';
            cased
        })
        .collect()
}
