//! The JSON object that a request or a response carries, kept as text.

use std::fmt;

use bytes::Bytes;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::json;

/// A JSON object as text, or no data.
///
/// Numbers keep all their digits, and data that are only passed on are neither copied nor parsed
/// into a tree. `Debug` shows only the length, since the content may be secret.
///
/// ```
/// use plugin_runtime::Data;
///
/// let data = Data::new(&serde_json::json!({ "ttl": 30 }))?;
/// #[derive(serde::Deserialize)]
/// struct Fields { ttl: u32 }
/// assert_eq!(data.parse::<Fields>()?.ttl, 30);
/// # Ok::<(), plugin_runtime::DataError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Data {
    /// Empty for no data; else the text of a JSON object.
    text: Bytes,
}

/// Reasons why something is not [`Data`], or not the expected data.
///
/// The messages contain places and names, never values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The text is not JSON.
    #[error("not JSON: line {line}, column {column}")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// The text is JSON, but neither an object nor null.
    #[error("not a JSON object")]
    NotAnObject,
    /// The object does not fit the requested type.
    #[error("the JSON object does not match the type: line {line}, column {column}")]
    Shape {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// A value that cannot be serialized as JSON: a number that is not finite, or a map whose keys
    /// are not strings.
    #[error(
        "the value cannot be serialized as JSON: it holds a number that is not finite, or a map \
         whose keys are not strings"
    )]
    Unserialisable,
    /// A server would take the response for something else.
    #[error("{0}")]
    Misread(#[from] Misread),
}

/// Reasons why a server would not take a response's data for data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misread {
    /// Servers recognize an error response by its shape: the field `error`, alone or with `data`.
    #[error(
        "data whose only field is `error` (or `error` and `data`) cannot be told from an error"
    )]
    Error,
    /// The field `http_status_code` makes a server send the other fields as a raw HTTP answer.
    #[error("data with the field `http_status_code` is taken for a raw HTTP answer")]
    RawHttp,
}

impl Data {
    /// Returns no data at all: `null` on the wire.
    pub fn none() -> Self {
        Self::default()
    }

    /// Creates data from a value that serializes to a JSON object, or to null.
    ///
    /// # Errors
    ///
    /// Fails if the value becomes anything but an object or null, or holds a number that is not
    /// finite: JSON has no form for NaN and the infinities.
    pub fn new<T: Serialize + ?Sized>(value: &T) -> Result<Self, DataError> {
        let text = json::to_vec(value).map_err(|_| DataError::Unserialisable)?;
        match text.first() {
            Some(b'{') => Ok(Self { text: text.into() }),
            _ if text == b"null" => Ok(Self::none()),
            _ => Err(DataError::NotAnObject),
        }
    }

    /// Creates data from a text, and checks that it is a JSON object or null.
    ///
    /// # Errors
    ///
    /// Fails if it is neither.
    pub fn from_text(text: impl Into<Bytes>) -> Result<Self, DataError> {
        let text = text.into();
        Ok(if shape(&text)?.is_some() { Self { text } } else { Self::none() })
    }

    /// Wraps data from the wire. An empty text means no data; any other text is checked only when
    /// it is parsed or sent on.
    #[doc(hidden)]
    pub fn from_wire(text: Bytes) -> Self {
        if text.as_ref() == b"null" { Self::none() } else { Self { text } }
    }

    /// Returns the text for the wire: an object or `null`.
    pub(crate) fn into_wire(self) -> Bytes {
        if self.text.is_empty() { Bytes::from_static(b"null") } else { self.text }
    }

    /// Returns whether there is no data.
    pub fn is_none(&self) -> bool {
        self.text.is_empty()
    }

    /// Returns the JSON text; empty when there is no data.
    pub fn as_bytes(&self) -> &[u8] {
        &self.text
    }

    /// Returns the JSON text without copying it; empty when there is no data.
    pub fn into_bytes(self) -> Bytes {
        self.text
    }

    /// Deserializes the object into a type. No data deserializes like null.
    ///
    /// # Errors
    ///
    /// Fails if the text is not JSON or the object does not fit the type.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, DataError> {
        let text = if self.text.is_empty() { b"null" } else { self.text.as_ref() };
        serde_json::from_slice(text).map_err(|error| {
            if error.is_data() {
                DataError::Shape { line: error.line(), column: error.column() }
            } else {
                syntax(&error)
            }
        })
    }

    /// Returns how many fields the object has; 0 when there is no data.
    ///
    /// # Errors
    ///
    /// Fails if the text is not a JSON object.
    pub fn field_count(&self) -> Result<usize, DataError> {
        Ok(self.shape()?.fields)
    }

    /// Returns the names of the object's fields, sorted, each once.
    ///
    /// # Errors
    ///
    /// Fails if the text is not a JSON object.
    pub(crate) fn field_names(&self) -> Result<Vec<String>, DataError> {
        struct Names(Vec<String>);
        impl<'de> Deserialize<'de> for Names {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct NamesVisitor;
                impl<'de> Visitor<'de> for NamesVisitor {
                    type Value = Names;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                        let mut names = Vec::new();
                        while let Some((name, IgnoredAny)) = map.next_entry()? {
                            names.push(name);
                        }
                        Ok(Names(names))
                    }
                }
                deserializer.deserialize_map(NamesVisitor)
            }
        }
        let mut names = self.parse::<Option<Names>>()?.map_or_else(Vec::new, |names| names.0);
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    /// Checks that a server would take this for a response's data: that it is an object, and does
    /// not have another meaning to the server.
    ///
    /// # Errors
    ///
    /// [`DataError::Misread`] when it means something else; otherwise when it is not an object.
    pub fn check_response(&self) -> Result<(), DataError> {
        let shape = self.shape()?;
        if shape.http_status_code {
            return Err(Misread::RawHttp.into());
        }
        let alone = shape.fields == 1 || (shape.fields == 2 && shape.data);
        if shape.error && alone {
            return Err(Misread::Error.into());
        }
        Ok(())
    }

    fn shape(&self) -> Result<Shape, DataError> {
        if self.text.is_empty() {
            return Ok(Shape::default());
        }
        Ok(shape(&self.text)?.unwrap_or_default())
    }
}

/// Returns the shape of an object; `None` for null.
fn shape(text: &[u8]) -> Result<Option<Shape>, DataError> {
    // serde_json skips over fields that the type does not have, without checking their UTF-8.
    let text = std::str::from_utf8(text).map_err(|error| {
        let before = &text[..error.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        DataError::Syntax { line, column }
    })?;
    serde_json::from_str(text)
        .map_err(|error| if error.is_data() { DataError::NotAnObject } else { syntax(&error) })
}

impl From<DataError> for crate::Error {
    /// Blames the caller for data that cannot be parsed, and the backend for data that cannot be
    /// serialized.
    fn from(error: DataError) -> Self {
        match error {
            DataError::Unserialisable => Self::internal(error.to_string()),
            _ => Self::bad_request(error.to_string()),
        }
    }
}

fn syntax(error: &serde_json::Error) -> DataError {
    DataError::Syntax { line: error.line(), column: error.column() }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.text.is_empty() {
            f.write_str("Data(none)")
        } else {
            write!(f, "Data({} bytes)", self.text.len())
        }
    }
}

/// The parts of an object's fields that decide how a server reads it. A repeated field counts once,
/// since the last one wins on the other side.
#[derive(Default)]
struct Shape {
    fields: usize,
    error: bool,
    data: bool,
    http_status_code: bool,
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
        let mut shape = Shape::default();
        let (mut errors, mut datas) = (0, 0);
        while let Some(key) = map.next_key::<Key>()? {
            shape.fields += 1;
            match key {
                Key::Error => {
                    errors += 1;
                    shape.error = map.next_value::<Option<IgnoredAny>>()?.is_some();
                }
                Key::Data => {
                    datas += 1;
                    shape.data = map.next_value::<Option<IgnoredAny>>()?.is_some();
                }
                Key::HttpStatusCode => {
                    shape.http_status_code = true;
                    map.next_value::<IgnoredAny>()?;
                }
                Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        shape.fields -= errors.max(1) - 1 + (datas.max(1) - 1);
        Ok(shape)
    }
}

/// A field's name, as far as it matters here.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Key {
    Error,
    Data,
    HttpStatusCode,
    #[serde(other)]
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(text: &'static str) -> Data {
        Data::from_text(text).unwrap()
    }

    #[test]
    fn only_objects_and_null_are_data() {
        for text in ["", "[]", "1", "\"a\"", "true", "{", "{}x", "{\"a\":\"\u{0}\"}"] {
            assert!(Data::from_text(text).is_err(), "{text}");
        }
        assert!(Data::from_text(&b"{\"a\":\"\xff\"}"[..]).is_err(), "not UTF-8");
        assert!(data("null").is_none());
        assert_eq!(data(" { } ").field_count(), Ok(0));
        assert_eq!(Data::new(&[1]), Err(DataError::NotAnObject));
        assert_eq!(Data::new(&()), Ok(Data::none()));
    }

    #[test]
    fn the_wire_never_sees_an_empty_text() {
        assert_eq!(Data::none().into_wire(), "null");
        assert_eq!(Data::from_wire(Bytes::new()).into_wire(), "null");
        assert_eq!(Data::from_wire(Bytes::from_static(b"null")), Data::none());
        assert_eq!(data("{}").into_wire(), "{}");
    }

    #[test]
    fn data_that_a_server_would_misread_is_found() {
        for (text, expected) in [
            ("{}", Ok(())),
            (r#"{"error":null}"#, Ok(())),
            (r#"{"error":"a","data":null}"#, Ok(())),
            (r#"{"error":"a","other":1}"#, Ok(())),
            (r#"{"error":"a","data":1,"other":1}"#, Ok(())),
            (r#"{"data":{"error":"a"}}"#, Ok(())),
            (r#"{"error":"a"}"#, Err(Misread::Error)),
            (r#"{"error":5}"#, Err(Misread::Error)),
            (r#"{"\u0065rror":"a"}"#, Err(Misread::Error)),
            (r#"{"error":null,"error":"a"}"#, Err(Misread::Error)),
            (r#"{"data":{},"error":"a"}"#, Err(Misread::Error)),
            (r#"{"a":1,"http_status_code":"200"}"#, Err(Misread::RawHttp)),
        ] {
            assert_eq!(data(text).check_response(), expected.map_err(DataError::Misread), "{text}");
        }
    }

    #[test]
    fn neither_debug_nor_errors_show_values() {
        let secret = data(r#"{"password":"hunter2"}"#);
        assert_eq!(format!("{secret:?}"), "Data(22 bytes)");
        #[derive(Debug, Deserialize)]
        struct Numbers {
            #[expect(dead_code)]
            password: u32,
        }
        let error = secret.parse::<Numbers>().unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
        assert!(matches!(error, DataError::Shape { .. }));
    }

    #[test]
    fn numbers_keep_their_digits() {
        let text = r#"{"n":12345678901234567890123,"f":1.10}"#;
        assert_eq!(data(text).into_wire(), text);
    }
}
