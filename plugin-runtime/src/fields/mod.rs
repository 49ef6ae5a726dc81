#![doc = include_str!("../../docs/fields.md")]

mod aliases;
mod coerce;
mod deserializer;
mod display;
mod error;
mod fault;
mod input;
mod limits;
mod names;
mod parse;
mod patch;
mod scan;
mod schema;
mod token_fields;
mod types;

#[cfg(test)]
mod tests;

pub use self::display::FieldDisplay;
pub(crate) use self::display::KEYWORD as DISPLAY_KEYWORD;
pub use self::error::FieldError;
pub(crate) use self::limits::Limits;
#[doc(hidden)]
pub use self::limits::parse;
pub use self::names::NameList;
pub use self::parse::Parsed;
pub(crate) use self::patch::{Naming, patched};
pub use self::schema::{Field, FieldKind, FieldSet};
pub(crate) use self::schema::{TYPE_KEYWORD, given, taken};
pub use self::token_fields::{
    AliasMetadata, DeprecatedTokenFields, DeprecatedTokenFieldsUpdate, TokenFields,
    TokenFieldsError, TokenFieldsUpdate, deprecation_text, upgrade,
};
pub use self::types::{
    AnyList, AnyMap, CommaList, HeaderFields, InvalidName, KeyValues, LowerCase, Name, Seconds,
    Sensitive, SignedSeconds, Time, Update,
};
pub use crate::TokenType;
