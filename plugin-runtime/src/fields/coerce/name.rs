//! `name_string`.

use std::borrow::Cow;

use super::{Refusal, text};
use crate::fields::input::Input;
use crate::fields::types::Name;

/// Coerces to a name that can stand in a path: `^\w(([\w-.]+)?\w)?$` with ASCII word characters.
pub(crate) fn name<'a>(input: &'a Input<'_>) -> Result<Cow<'a, str>, Refusal> {
    let name = text(input)?;
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let bytes = name.as_bytes();
    let ends = bytes.first().is_some_and(word) && bytes.last().is_some_and(word);
    if bytes.len() > Name::MAX_LENGTH {
        return Err(format!("a name has at most {} characters", Name::MAX_LENGTH).into());
    }
    if ends && bytes.iter().all(|byte| word(byte) || matches!(byte, b'-' | b'.')) {
        Ok(name)
    } else {
        Err(Refusal::of("a name has letters, digits and underscores, inside also hyphens and dots"))
    }
}
