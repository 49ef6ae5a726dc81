//! Values that only the handler may see.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroize;

use crate::fields::display::mark_sensitive;

/// A value that must not reach a log: a password, a key, a token.
///
/// `Debug` hides it, and there is no `Display`. Help and OpenAPI mark the field as sensitive, so
/// that clients hide what is typed. Serialization writes the value, since that is how it is stored
/// and returned.
///
/// # What is overwritten in memory
///
/// Dropping the value overwrites the memory of *this copy*, and no other:
///
/// * The request holds the same bytes in its body, and so do the buffers of TLS and HTTP/2 that
///   they came through. They are freed after the request, but not overwritten.
/// * Copies that the handler makes of what [`expose`](Self::expose) returns (`clone`, `to_owned`,
///   `format!`) are the handler's responsibility. [`Clone`] makes another `Sensitive`, which
///   overwrites its own memory.
/// * A value that grew before it was wrapped, or while it was parsed, may have left parts in memory
///   that the allocator has freed since.
/// * A value that is stored or returned is copied into the message to the server.
///
/// Overwriting shortens the time for which a secret is in memory; it does not protect the secret
/// from those who can read the memory of the process. Against them, the process forbids core dumps,
/// and locks its memory if the server asks for it.
pub struct Sensitive<T: Zeroize>(T);

impl<T: Zeroize> Sensitive<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Returns the value. Copies of it are no longer protected.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize + AsRef<[u8]>> Sensitive<T> {
    /// Returns whether this equals `other`. The time that the comparison takes reveals whether the
    /// two have the same length, and nothing else.
    ///
    /// ```
    /// use plugin_runtime::fields::Sensitive;
    ///
    /// let password = Sensitive::new("correct horse".to_owned());
    /// assert!(password.matches("correct horse"));
    /// assert!(!password.matches("correct house"));
    /// ```
    pub fn matches(&self, other: impl AsRef<[u8]>) -> bool {
        self.0.as_ref().ct_eq(other.as_ref()).into()
    }
}

impl<T: Zeroize> Drop for Sensitive<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sensitive(redacted)")
    }
}

impl<T: Zeroize + Clone> Clone for Sensitive<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Zeroize + Default> Default for Sensitive<T> {
    fn default() -> Self {
        Self(T::default())
    }
}

impl<T: Zeroize> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<'de, T: Zeroize + Deserialize<'de>> Deserialize<'de> for Sensitive<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

impl<T: Zeroize + Serialize> Serialize for Sensitive<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<T: Zeroize + JsonSchema> JsonSchema for Sensitive<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Sensitive{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        mark_sensitive(&mut schema);
        schema
    }
}
