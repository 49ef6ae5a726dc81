//! Field types with a coercion rule of their own.

mod any_list;
mod any_map;
mod comma_list;
mod header_fields;
mod key_values;
mod lower_case;
mod name;
mod seconds;
mod sensitive;
mod signed_seconds;
mod time;
mod update;

pub use self::any_list::AnyList;
pub use self::any_map::AnyMap;
pub use self::comma_list::CommaList;
pub use self::header_fields::HeaderFields;
pub use self::key_values::KeyValues;
pub use self::lower_case::LowerCase;
pub(crate) use self::name::PATTERN as NAME_PATTERN;
pub use self::name::{InvalidName, Name};
pub use self::seconds::Seconds;
pub use self::sensitive::Sensitive;
pub use self::signed_seconds::SignedSeconds;
pub use self::time::Time;
pub use self::update::Update;

/// Gives a newtype its coercing `Deserialize` and its schema. The rule is the same for every
/// deserializer, so a value that was stored as JSON or flattened into another type reads back.
macro_rules! field_type {
    ($type:ident, $coerce:expr, $schema:tt) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let input = crate::fields::input::Input::deserialize(deserializer)?;
                $coerce(input).map($type).map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}

/// Gives a newtype the conversions to and from the type that it wraps.
macro_rules! wraps {
    ($type:ident, $inner:ty) => {
        impl std::ops::Deref for $type {
            type Target = $inner;

            fn deref(&self) -> &$inner {
                &self.0
            }
        }

        impl From<$inner> for $type {
            fn from(inner: $inner) -> Self {
                Self(inner)
            }
        }

        impl From<$type> for $inner {
            fn from(outer: $type) -> Self {
                outer.0
            }
        }
    };
}

pub(crate) use {field_type, wraps};
