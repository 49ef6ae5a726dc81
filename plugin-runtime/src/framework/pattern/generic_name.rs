/// Returns whether a character may start and end a name: `\w` of RE2, which is ASCII.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Returns whether a text matches Vault's generic name: `\w(([\w-.]+)?\w)?`.
pub(super) fn is_name(text: &str) -> bool {
    is_framed(text, |byte| is_word(byte) || matches!(byte, b'-' | b'.'))
}

/// Returns whether a text matches Vault's generic name with at: `\w(([\w-.@]+)?\w)?`.
pub(super) fn is_name_with_at(text: &str) -> bool {
    is_framed(text, |byte| is_word(byte) || matches!(byte, b'-' | b'.' | b'@'))
}

fn is_framed(text: &str, inner: impl Fn(u8) -> bool) -> bool {
    match text.as_bytes() {
        [] => false,
        [only] => is_word(*only),
        [first, middle @ .., last] => {
            is_word(*first) && is_word(*last) && middle.iter().all(|&byte| inner(byte))
        }
    }
}
