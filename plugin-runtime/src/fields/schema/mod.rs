//! Reads the fields of a type from its JSON schema.

mod field_set;
mod kind;
mod rule;
mod whole;

pub use self::field_set::{Field, FieldSet};
pub use self::kind::FieldKind;
pub(crate) use self::kind::KEYWORD as TYPE_KEYWORD;
pub(crate) use self::rule::{Inner, Rule, Step};
pub(crate) use self::whole::{given, taken};
