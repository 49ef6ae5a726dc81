//! `name_string`.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

use super::field_type;
use crate::fields::coerce;
use crate::fields::input::Input;

/// The pattern of Vault's generic names, with the hyphen where all dialects of regular expressions
/// take it literally.
pub(crate) const PATTERN: &str = r"^\w(([\w.-]+)?\w)?$";

/// A name that can stand in a path: Vault's `name_string`.
///
/// ASCII letters, digits and underscores; inside also hyphens and dots; not empty, and at most
/// [`Name::MAX_LENGTH`] characters long.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Name(String);

/// A text that is not a [`Name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "a name has letters, digits and underscores, inside also hyphens and dots, and at most {max} \
     characters",
    max = Name::MAX_LENGTH
)]
pub struct InvalidName;

impl Name {
    /// The maximum number of characters of a name. Go's framework has no limit; but names become
    /// storage keys, aliases and parts of log lines, and no login needs one of several megabytes.
    /// To narrow it for a field, use `#[schemars(length(max = …))]`.
    pub const MAX_LENGTH: usize = 512;

    /// Creates a name from a text that follows the rules of names.
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidName> {
        let input = Input::text(name.into());
        coerce::name(&input).map(|name| Self(name.into_owned())).map_err(|_| InvalidName)
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::ops::Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

field_type!(Name, |input: Input<'_>| coerce::name(&input).map(|name| name.into_owned()), {
    "type": "string", "pattern": PATTERN, "maxLength": Name::MAX_LENGTH, "x-vault-type": "name_string"
});
