//! Names that cannot be guessed.

use uuid::Uuid;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The largest multiple of 62 in a byte: the values from there on would make the first letters
/// likelier than the others.
const FAIR: u8 = 248;

/// Returns random letters and digits, as in servers' lease ids and tokens.
pub(crate) fn base62(length: usize) -> String {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let fair = bytes().into_iter().filter(|byte| *byte < FAIR);
        let letters = fair.filter_map(|byte| BASE62.get(usize::from(byte % 62)));
        text.extend(letters.take(length - text.len()).map(|letter| char::from(*letter)));
    }
    text
}

/// Returns the bytes of a random UUID, without the two that hold its version and variant.
fn bytes() -> [u8; 14] {
    let [a, b, c, d, e, f, _, g, _, h, i, j, k, l, m, n] = Uuid::new_v4().into_bytes();
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_have_their_length_and_differ() {
        let names: HashSet<_> = (0..100).map(|_| base62(24)).collect();
        assert_eq!(names.len(), 100);
        for name in names {
            assert_eq!(name.len(), 24);
            assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{name}");
        }
        assert_eq!(base62(0), "");
    }
}
