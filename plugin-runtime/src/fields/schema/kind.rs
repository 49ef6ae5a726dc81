//! The types in Vault's documentation and API description.

use serde_json::{Value, json};

/// The keyword under which the schema of a field type of this crate names its kind.
pub(crate) const KEYWORD: &str = "x-vault-type";

/// A field's type in the terms of Vault's framework. Help and OpenAPI are written from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldKind {
    /// Any string.
    String,
    /// A string that is lower-cased.
    LowerCaseString,
    /// A string that can stand in a path.
    NameString,
    /// An integer.
    Int,
    /// An integer of 64 bits.
    Int64,
    /// A floating-point number.
    Float,
    /// True or false.
    Bool,
    /// An object with values of any kind.
    Map,
    /// An object with strings as values.
    KvPairs,
    /// A duration in seconds, not negative.
    DurationSecond,
    /// A duration in seconds.
    SignedDurationSecond,
    /// An instant.
    Time,
    /// A list with elements of any kind.
    Slice,
    /// A list of strings.
    StringSlice,
    /// A list of strings, also given as one string with commas.
    CommaStringSlice,
    /// A list of integers, also given as one string with commas.
    CommaIntSlice,
    /// HTTP headers.
    Header,
}

/// Each kind with its name in Go's `FieldType` constants (in snake case) and its label in help.
const NAMES: &[(FieldKind, &str, &str)] = &[
    (FieldKind::String, "string", "string"),
    (FieldKind::LowerCaseString, "lower_case_string", "lowercase string"),
    (FieldKind::NameString, "name_string", "name string"),
    (FieldKind::Int, "int", "int"),
    (FieldKind::Int64, "int64", "int64"),
    (FieldKind::Float, "float", "float"),
    (FieldKind::Bool, "bool", "bool"),
    (FieldKind::Map, "map", "map"),
    (FieldKind::KvPairs, "kv_pairs", "keypair"),
    (FieldKind::DurationSecond, "duration_second", "duration (sec)"),
    (FieldKind::SignedDurationSecond, "signed_duration_second", "duration (sec)"),
    (FieldKind::Time, "time", "time"),
    (FieldKind::Slice, "slice", "slice"),
    (FieldKind::StringSlice, "string_slice", "slice"),
    (FieldKind::CommaStringSlice, "comma_string_slice", "slice"),
    (FieldKind::CommaIntSlice, "comma_int_slice", "slice"),
    (FieldKind::Header, "header", "header"),
];

impl FieldKind {
    /// Returns the kind with this name in snake case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, config, _)| *config == name).map(|(kind, _, _)| *kind)
    }

    /// Returns the label that `path-help` prints next to a parameter.
    pub fn label(self) -> &'static str {
        NAMES.iter().find(|(kind, _, _)| *kind == self).map_or("string", |(_, _, label)| label)
    }

    /// Returns type, format, pattern and items as Vault's OpenAPI document shows them.
    pub fn openapi(self) -> Value {
        match self {
            Self::String | Self::Header => json!({ "type": "string" }),
            Self::LowerCaseString => json!({ "type": "string", "format": "lowercase" }),
            Self::NameString => {
                json!({ "type": "string", "pattern": super::super::types::NAME_PATTERN })
            }
            Self::Int => json!({ "type": "integer" }),
            Self::Int64 => json!({ "type": "integer", "format": "int64" }),
            Self::Float => json!({ "type": "number", "format": "float" }),
            Self::Bool => json!({ "type": "boolean" }),
            Self::Map => json!({ "type": "object", "format": "map" }),
            Self::KvPairs => json!({ "type": "object", "format": "kvpairs" }),
            Self::DurationSecond | Self::SignedDurationSecond => {
                json!({ "type": "integer", "format": "seconds" })
            }
            Self::Time => json!({ "type": "string", "format": "date-time" }),
            Self::Slice => json!({ "type": "array", "items": { "type": "object" } }),
            Self::StringSlice | Self::CommaStringSlice => {
                json!({ "type": "array", "items": { "type": "string" } })
            }
            Self::CommaIntSlice => json!({ "type": "array", "items": { "type": "integer" } }),
        }
    }
}
