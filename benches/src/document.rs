//! Documents of the sizes that are measured.

use std::fmt;

use bytes::Bytes;

/// How large a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Size {
    /// 100 bytes: one field, as in the tutorial.
    Small,
    /// 10 KB: ten fields.
    Medium,
    /// 1 MB: a thousand fields, about what servers still store in one entry.
    Large,
}

impl Size {
    /// All sizes, from small to large.
    pub const ALL: [Self; 3] = [Self::Small, Self::Medium, Self::Large];

    /// Returns the size in bytes of JSON.
    #[must_use]
    pub fn bytes(self) -> usize {
        match self {
            Self::Small => 100,
            Self::Medium => 10_000,
            Self::Large => 1_000_000,
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Small => "100 B",
            Self::Medium => "10 KB",
            Self::Large => "1 MB",
        })
    }
}

/// The most bytes of a field, with its name and what JSON puts around them.
const FIELD: usize = 1000;

/// Returns a JSON object of exactly this size, whose fields are texts.
#[must_use]
pub fn document(size: Size) -> Bytes {
    let count = size.bytes().div_ceil(FIELD);
    let mut text = String::with_capacity(size.bytes());
    for number in 0..count {
        let end = size.bytes() * (number + 1) / count;
        text.push(if number == 0 { '{' } else { ',' });
        text.push_str(&format!("\"field-{number:04}\":\""));
        // The quotation mark and, in the last field, the brace end it.
        let quote = end - 1 - usize::from(number + 1 == count);
        while text.len() < quote {
            text.push(letter(text.len()));
        }
        text.push('"');
    }
    text.push('}');
    text.into()
}

/// Returns letters without a pattern that a memory copy or a parser could profit from.
fn letter(position: usize) -> char {
    let mixed = position.wrapping_mul(0x9E37_79B9) >> 16;
    char::from(b'a' + u8::try_from(mixed % 26).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_document_is_an_object_of_its_size() {
        for (size, fields) in [(Size::Small, 1), (Size::Medium, 10), (Size::Large, 1000)] {
            let text = document(size);
            assert_eq!(text.len(), size.bytes());
            let object: BTreeMap<String, String> = serde_json::from_slice(&text).unwrap();
            assert_eq!(object.len(), fields, "{size}");
            let lengths = object.values().map(String::len);
            assert!(lengths.max().unwrap() - object.values().map(String::len).min().unwrap() < 3);
        }
    }
}
