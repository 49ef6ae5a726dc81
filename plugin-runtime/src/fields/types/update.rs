//! A field of a request that changes something.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};

/// A field of a request that changes a stored value: not given, null, or a value.
///
/// `Option<T>` cannot distinguish the first two. The field, or its struct, needs
/// `#[serde(default)]`; without it, the field must be given.
///
/// ```
/// use plugin_runtime::fields::Update;
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct RoleUpdate {
/// /// The owner of the role.
///     #[serde(default)]
///     owner: Update<String>,
/// }
///
/// let update = |body| serde_json::from_str::<RoleUpdate>(body).map(|update| update.owner);
/// let mut owner = "alice".to_owned();
/// update("{}")?.apply_to(&mut owner);
/// assert_eq!(owner, "alice");
/// update(r#"{"owner":"bob"}"#)?.apply_to(&mut owner);
/// assert_eq!(owner, "bob");
/// update(r#"{"owner":null}"#)?.apply_to(&mut owner);
/// assert_eq!(owner, "");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Update<T> {
    /// The request does not name the field.
    #[default]
    Absent,
    /// The request sets the field to null.
    Null,
    /// The request gives a value.
    Value(T),
}

impl<T> Update<T> {
    /// Returns whether the request does not name the field.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Returns whether the request sets the field to null.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns the value, if the request gives one.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Returns the new value of the field: the given value, the default for null, and `None` if it
    /// stays.
    pub fn given(self) -> Option<T>
    where
        T: Default,
    {
        match self {
            Self::Absent => None,
            Self::Null => Some(T::default()),
            Self::Value(value) => Some(value),
        }
    }

    /// Changes the stored value. Null sets it to its default.
    pub fn apply_to(self, stored: &mut T)
    where
        T: Default,
    {
        if let Some(given) = self.given() {
            *stored = given;
        }
    }

    /// Changes the stored value. Null removes it.
    pub fn apply_to_option(self, stored: &mut Option<T>) {
        match self {
            Self::Absent => {}
            Self::Null => *stored = None,
            Self::Value(value) => *stored = Some(value),
        }
    }

    /// Converts a value.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Update<U> {
        match self {
            Self::Absent => Update::Absent,
            Self::Null => Update::Null,
            Self::Value(value) => Update::Value(convert(value)),
        }
    }
}

impl<T> From<T> for Update<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Update<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // As a newtype: if serde asks for a missing field as an option, it sees null.
        deserializer.deserialize_newtype_struct("Update", UpdateVisitor(PhantomData))
    }
}

struct UpdateVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for UpdateVisitor<T> {
    type Value = Update<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null or a value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Update<T>, D::Error> {
        Ok(Option::deserialize(inner)?.map_or(Update::Null, Update::Value))
    }

    fn visit_unit<E: Error>(self) -> Result<Update<T>, E> {
        Ok(Update::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Update<T>, E> {
        Ok(Update::Null)
    }
}

impl<T: Serialize> Serialize for Update<T> {
    /// Writes null for a field that was not given, too; use `skip_serializing_if` to omit it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => serializer.serialize_some(value),
            Self::Absent | Self::Null => serializer.serialize_none(),
        }
    }
}

impl<T: JsonSchema> JsonSchema for Update<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("UpdateOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}
