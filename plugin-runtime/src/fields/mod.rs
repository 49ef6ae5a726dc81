//! Fields: what clients send, coerced to what Rust types say.
//!
//! The command line sends every value as a string, so `ttl="1h"`, `count="5"` and `force="true"`
//! have to become what a struct declares. A type derives serde's `Deserialize` and schemars'
//! `JsonSchema`; which rule of Vault's framework applies follows from the Rust type that asks:
//!
//! | Rust type | Vault's type | Accepts |
//! |---|---|---|
//! | `String`, `char`, unit enums | `string` | strings, booleans as `1`/`0`, numbers |
//! | `i8` to `u64` | `int`, `int64` | numbers cut at the fraction, booleans, strings such as `0x1f` |
//! | `f32`, `f64` | `float` | finite numbers, booleans, strings |
//! | `bool` | `bool` | booleans, numbers, `true`, `t`, `1` and the like |
//! | `Duration` | `duration_second` | as [`Seconds`], with fractions of a second kept |
//! | `SystemTime` | `time` | as [`Time`], from 1970 on |
//! | `Vec<T>` | `string_slice`, `slice` | lists; a single value as the one element |
//! | maps of strings | `kv_pairs` | objects; lists of `key=value` |
//! | other maps, structs | `map` | objects; lists of objects, merged |
//! | `serde_json::Value` | – | anything, as it is |
//! | [`Seconds`], [`SignedSeconds`] | `duration_second`, `signed_duration_second` | `90`, `"7d"`, `"1h30m"` |
//! | [`Time`] | `time` | RFC 3339; epoch seconds in a string |
//! | [`Name`], [`LowerCase`] | `name_string`, `lower_case_string` | as `String` |
//! | [`CommaList<T>`] | `comma_string_slice`, `comma_int_slice` | lists; a string with commas |
//! | [`KeyValues`], [`HeaderFields`] | `kv_pairs`, `header` | see there |
//! | [`AnyList`], [`AnyMap`] | `slice`, `map` | see there |
//! | [`Sensitive<T>`] | as `T` | as `T`; kept out of logs |
//! | [`Update<T>`] | as `T` | as `T`; tells null from what was not given |
//!
//! `Option<T>` is None for null and for what was not given. A field without a default must be
//! given. Some things differ from Go on purpose: integers keep all their digits where Go goes
//! through a float, what does not fit is an error where Go wraps around, and so are infinities and
//! NaN, which could be neither stored nor answered.
//!
//! Lists and objects may be nested 64 deep within a field.
//!
//! What the schema of a field says of its values holds as well: schemars' `range`, `length`, `regex`
//! and `inner`, and by `extend` the other keywords of JSON schema that limit numbers, texts, lists
//! and objects, `enum` and `const`. They are checked on the coerced value of what a request gives,
//! not on defaults. A `format` is not checked. Patterns are regular expressions without look-around
//! and back references, whose `\d`, `\w` and `\s` are ASCII; one that does not compile is an error at
//! start.
//!
//! A type flattened into another is read from serde's buffer, so its values are coerced beforehand
//! by its schema; a hand-written schema that says something else than `Deserialize` does shows
//! there. Inside untagged and internally tagged enums values are taken as they are; those of an
//! adjacently tagged enum are coerced, wherever its tag stands.

mod coerce;
mod deserializer;
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

pub use self::error::FieldError;
pub(crate) use self::limits::Limits;
#[doc(hidden)]
pub use self::limits::parse;
pub use self::names::NameList;
pub use self::parse::Parsed;
pub(crate) use self::patch::{Naming, patched};
pub(crate) use self::schema::TYPE_KEYWORD;
pub use self::schema::{Field, FieldKind, FieldSet};
pub use self::token_fields::{
    AliasMetadata, DeprecatedTokenFields, DeprecatedTokenFieldsUpdate, TokenFields,
    TokenFieldsError, TokenFieldsUpdate, deprecation_text, upgrade,
};
pub use self::types::{
    AnyList, AnyMap, CommaList, HeaderFields, InvalidName, KeyValues, LowerCase, Name, Seconds,
    Sensitive, SignedSeconds, Time, Update,
};
pub use crate::TokenType;
