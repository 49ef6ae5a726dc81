//! Each kind of field as its Rust value and as the bytes a protobuf writer makes of it.
//!
//! Values differ by field number, so that two fields that change places are noticed.

use std::collections::HashMap;

use bytes::Bytes;

use crate::sample::Sample;

/// Bytes of a message or of a part of it.
pub(crate) type Encoding = Vec<u8>;

/// The value of a field and its encoding.
type Field<T> = (T, Encoding);

const VARINT: u64 = 0;
const LENGTH_DELIMITED: u64 = 2;

fn varint(mut value: u64) -> Encoding {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn number(tag: u64, value: u64) -> Encoding {
    [varint(tag << 3 | VARINT), varint(value)].concat()
}

fn delimited(tag: u64, content: &[u8]) -> Encoding {
    [varint(tag << 3 | LENGTH_DELIMITED), varint(content.len() as u64), content.to_vec()].concat()
}

pub(crate) fn text(tag: u64, value: &str) -> Field<String> {
    (value.to_owned(), delimited(tag, value.as_bytes()))
}

pub(crate) fn blob(tag: u64, value: &[u8]) -> Field<Bytes> {
    (Bytes::copy_from_slice(value), delimited(tag, value))
}

pub(crate) fn bool(tag: u64) -> Field<bool> {
    (true, number(tag, 1))
}

pub(crate) fn uint32(tag: u64) -> Field<u32> {
    (1000 + tag as u32, number(tag, 1000 + tag))
}

/// A negative number, which as `sint32` or `fixed32` would look otherwise.
pub(crate) fn int32(tag: u64) -> Field<i32> {
    let value = -1000 - tag as i32;
    (value, number(tag, i64::from(value) as u64))
}

pub(crate) fn int64(tag: u64) -> Field<i64> {
    let value = i64::MIN + tag as i64;
    (value, number(tag, value as u64))
}

/// An enum, as its number.
pub(crate) fn variant(tag: u64) -> Field<i32> {
    (2, number(tag, 2))
}

pub(crate) fn string(tag: u64) -> Field<String> {
    text(tag, &format!("value {tag} ü"))
}

pub(crate) fn bytes(tag: u64) -> Field<Bytes> {
    blob(tag, &[0xff, 0x00, tag as u8])
}

/// A `string` that holds JSON.
pub(crate) fn json(tag: u64) -> Field<Bytes> {
    blob(tag, format!("{{\"key\":\"value {tag} ü\"}}").as_bytes())
}

pub(crate) fn strings(tag: u64) -> Field<Vec<String>> {
    let (first, second) = (text(tag, &format!("first {tag}")), text(tag, &format!("second {tag}")));
    (vec![first.0, second.0], [first.1, second.1].concat())
}

pub(crate) fn blobs(tag: u64) -> Field<Vec<Bytes>> {
    let (first, second) = (blob(tag, &[0xff, tag as u8]), blob(tag, &[0xfe]));
    (vec![first.0, second.0], [first.1, second.1].concat())
}

pub(crate) fn map(tag: u64) -> Field<HashMap<String, String>> {
    let (key, value) = (text(1, &format!("key {tag}")), text(2, &format!("value {tag}")));
    let content = [key.1, value.1].concat();
    (HashMap::from([(key.0, value.0)]), delimited(tag, &content))
}

pub(crate) fn message<T: Sample>(tag: u64) -> Field<Option<T>> {
    let (value, content) = T::sample();
    (Some(value), delimited(tag, &content))
}

pub(crate) fn messages<T: Sample>(tag: u64) -> Field<Vec<T>> {
    let ((first, content), (second, _)) = (T::sample(), T::sample());
    (vec![first, second], delimited(tag, &content).repeat(2))
}

pub(crate) fn map_of_messages<T: Sample>(tag: u64) -> Field<HashMap<String, T>> {
    let (key, (value, content)) = (text(1, &format!("key {tag}")), T::sample());
    let entry = [key.1, delimited(2, &content)].concat();
    (HashMap::from([(key.0, value)]), delimited(tag, &entry))
}
