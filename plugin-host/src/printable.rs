//! Which characters servers let into paths and keys.

/// Returns whether a text holds nothing but letters, marks, numbers, punctuation, symbols and the
/// ASCII space: what Go's `unicode.IsPrint` says of each character.
pub(super) fn is_printable(text: &str) -> bool {
    let mut buffer = [0_u8; 4];
    text.chars().all(|c| match c {
        // These are escaped for other reasons.
        '"' | '\'' | '\\' => true,
        c if c.is_ascii() => c == ' ' || c.is_ascii_graphic(),
        // `str::escape_debug` escapes a character that extends the one before it only at the
        // beginning of a text, and otherwise what is not printable.
        c => {
            let text = c.encode_utf8(&mut buffer);
            text.escape_debug().eq([c]) || after_a_letter(c)
        }
    })
}

fn after_a_letter(c: char) -> bool {
    let text: String = ['a', c].iter().collect();
    text.escape_debug().eq(['a', c])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_format_characters_and_other_spaces_are_not_printable() {
        for text in ["", "a b", "ü", "u\u{308}", "\u{308}", "日本", "😀", "\"'\\<>", "\u{300}x"]
        {
            assert!(is_printable(text), "{text:?}");
        }
        for text in [
            "\0",
            "\t",
            "\n",
            "\u{7f}",
            "\u{85}",
            "\u{a0}",
            "\u{ad}",
            "\u{200b}",
            "\u{202e}",
            "\u{2028}",
            "\u{3000}",
            "\u{e000}",
            "\u{feff}",
            "\u{fffff}",
        ] {
            assert!(!is_printable(text), "{text:?}");
        }
    }
}
