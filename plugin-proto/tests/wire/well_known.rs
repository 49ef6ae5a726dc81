//! Google's own messages, as far as others contain them.

use std::collections::BTreeMap;

use prost_types::value::Kind;
use prost_types::{Struct, Timestamp, Value};

use crate::field::Encoding;
use crate::sample::{Sample, check, tables};

tables! { timestamps_have_the_numbers_of_google:
    Timestamp { 1 seconds int64, 2 nanos int32, }
}

/// `{"key": "value"}`: `Struct.fields` is map 1, `Value.string_value` is 3.
const STRUCT: &[u8] = b"\x0a\x0e\x0a\x03key\x12\x07\x1a\x05value";

impl Sample for Struct {
    fn sample() -> (Self, Encoding) {
        let value = Value { kind: Some(Kind::StringValue("value".to_owned())) };
        (Self { fields: BTreeMap::from([("key".to_owned(), value)]) }, STRUCT.to_vec())
    }

    fn single_fields() -> Vec<(&'static str, Self, Encoding)> {
        Vec::new()
    }
}

#[test]
fn structs_have_the_numbers_of_google() {
    check::<Struct>();
}
