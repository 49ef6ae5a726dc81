//! `lower_case_string`.

use std::fmt;

use serde::Serialize;

use super::field_type;
use crate::fields::coerce;
use crate::fields::input::Input;

/// A string in lower case, whatever case it was given in: Vault's `lower_case_string`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct LowerCase(String);

impl LowerCase {
    /// Creates the text, lower-cased letter by letter.
    pub fn new(text: impl AsRef<str>) -> Self {
        let input = Input::text(text.as_ref());
        Self(coerce::lower_case(&input).unwrap_or_default())
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::ops::Deref for LowerCase {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LowerCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<LowerCase> for String {
    fn from(text: LowerCase) -> Self {
        text.0
    }
}

field_type!(LowerCase, |input: Input<'_>| coerce::lower_case(&input), {
    "type": "string", "format": "lowercase", "x-vault-type": "lower_case_string"
});
