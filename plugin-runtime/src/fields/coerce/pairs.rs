//! `map` and `kv_pairs`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Refusal, text};
use crate::fields::input::Input;

/// The form that an entry was given in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pair {
    /// A JSON object.
    Object,
    /// Text of the form `key=value`, which only a map of strings accepts.
    Text,
}

/// The entries of an object, with the form that they were given in.
type Entries<'de> = (Pair, Vec<(Cow<'de, str>, Input<'de>)>);

/// Returns the entries of an object, of a list of objects, where later ones win, or of a list of
/// `key=value`; none for null.
pub(crate) fn entries(input: Input<'_>) -> Result<Entries<'_>, Refusal> {
    let elements = match input {
        Input::Null => return Ok((Pair::Object, Vec::new())),
        Input::Object(entries) => return Ok((Pair::Object, entries)),
        Input::List(elements) => elements,
        one => vec![one],
    };
    if elements.iter().all(is_mergeable) {
        let mut merged = BTreeMap::new();
        merge(elements, &mut merged);
        return Ok((Pair::Object, merged.into_iter().collect()));
    }
    let mut pairs = BTreeMap::new();
    for element in &elements {
        let pair = text(element).map_err(|_| Refusal::kind("key=value", element))?;
        match pair.split_once('=') {
            Some((key, value)) if !key.is_empty() => {
                pairs.insert(Cow::Owned(key.to_owned()), Input::text(value.to_owned()));
            }
            _ => return Err(Refusal::of("invalid key pair; write key=value")),
        }
    }
    Ok((Pair::Text, pairs.into_iter().collect()))
}

/// Coerces to `kv_pairs`: [`entries`] whose values are coerced to strings.
pub(crate) fn key_values(input: Input<'_>) -> Result<BTreeMap<String, String>, Refusal> {
    let (_, entries) = entries(input)?;
    entries
        .into_iter()
        .map(|(key, value)| Ok((key.into_owned(), text(&value)?.into_owned())))
        .collect()
}

/// Returns whether a value can be merged into a map: weak decoding of a list into a map takes
/// objects, and lists of them, and skips null.
fn is_mergeable(input: &Input<'_>) -> bool {
    match input {
        Input::Null | Input::Object(_) => true,
        Input::List(elements) => elements.iter().all(is_mergeable),
        Input::Bool(_) | Input::Number(_) | Input::Text(_) | Input::Kept(_) | Input::Marker(_) => {
            false
        }
    }
}

fn merge<'de>(elements: Vec<Input<'de>>, merged: &mut BTreeMap<Cow<'de, str>, Input<'de>>) {
    for element in elements {
        match element {
            Input::Object(entries) => merged.extend(entries),
            Input::List(elements) => merge(elements, merged),
            _ => {}
        }
    }
}
