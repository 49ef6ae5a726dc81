//! Parses JSON text in one pass.

use std::borrow::Cow;

use memchr::memchr2;

use super::coerce::{Refusal, json_number};
use super::input::Input;

const INVALID: Refusal = Refusal::of("not valid JSON; check the escapes in its strings");
const DEEP: Refusal = Refusal::of("nested too deeply");

/// A number with at most this many digits is always a finite float.
const FINITE_DIGITS: usize = 300;

/// Reads JSON that serde_json has found well-formed. Each byte is visited once, however deep it is
/// nested.
///
/// serde_json itself keeps a number as it was written only in a `RawValue`, and the values nested
/// in one must be read again on each level.
pub(crate) struct Scanner<'de> {
    text: &'de str,
    at: usize,
}

impl<'de> Scanner<'de> {
    pub(crate) fn new(text: &'de str) -> Self {
        Self { text, at: 0 }
    }

    /// Reads the next value, whose lists and objects may be nested at most `levels` deep.
    pub(crate) fn value(&mut self, levels: usize) -> Result<Input<'de>, Refusal> {
        Ok(match self.peek().ok_or(INVALID)? {
            b'n' => self.word(4, Input::Null),
            b't' => self.word(4, Input::Bool(true)),
            b'f' => self.word(5, Input::Bool(false)),
            b'"' => Input::Text(self.string()?),
            b'[' => {
                let levels = levels.checked_sub(1).ok_or(DEEP)?;
                self.at += 1;
                let mut elements = Vec::new();
                while self.has_more(b']')? {
                    elements.push(self.value(levels)?);
                }
                Input::List(elements)
            }
            b'{' => {
                let levels = levels.checked_sub(1).ok_or(DEEP)?;
                self.at += 1;
                let mut entries = Vec::new();
                while self.has_more(b'}')? {
                    entries.push((self.key()?, self.value(levels)?));
                }
                sort(&mut entries);
                Input::Object(entries)
            }
            _ => Input::Number(Cow::Borrowed(self.number()?)),
        })
    }

    /// Steps into an object; returns false if the next value is not one.
    pub(crate) fn enters_object(&mut self) -> bool {
        let object = self.peek() == Some(b'{');
        self.at += usize::from(object);
        object
    }

    /// Returns the name of the object's next entry, up to its value; `None` after the last one.
    pub(crate) fn next_key(&mut self) -> Result<Option<Cow<'de, str>>, Refusal> {
        if self.has_more(b'}')? { self.key().map(Some) } else { Ok(None) }
    }

    /// Returns the first byte of the next value.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    /// Steps over the next value and returns its text.
    pub(crate) fn skip(&mut self) -> Result<&'de str, Refusal> {
        self.peek();
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match self.peek().ok_or(INVALID)? {
                b'"' => self.skip_string()?,
                b'[' | b'{' => {
                    depth += 1;
                    self.at += 1;
                }
                b']' | b'}' => {
                    depth = depth.checked_sub(1).ok_or(INVALID)?;
                    self.at += 1;
                }
                b',' | b':' => self.at += 1,
                _ => self.at += self.length(|byte| !b",]} \n\r\t".contains(&byte)).max(1),
            }
            if depth == 0 {
                return self.text.get(start..self.at).ok_or(INVALID);
            }
        }
    }

    fn word(&mut self, length: usize, value: Input<'de>) -> Input<'de> {
        self.at += length;
        value
    }

    /// Steps over a comma or the end; returns whether another element follows.
    fn has_more(&mut self, end: u8) -> Result<bool, Refusal> {
        let next = self.peek().ok_or(INVALID)?;
        self.at += usize::from(next == end || next == b',');
        Ok(next != end)
    }

    fn key(&mut self) -> Result<Cow<'de, str>, Refusal> {
        if self.peek() != Some(b'"') {
            return Err(INVALID);
        }
        let key = self.string()?;
        if self.peek() != Some(b':') {
            return Err(INVALID);
        }
        self.at += 1;
        Ok(key)
    }

    fn number(&mut self) -> Result<&'de str, Refusal> {
        let length = self.length(|byte| {
            byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')
        });
        let number = self.text.get(self.at..self.at + length).ok_or(INVALID)?;
        self.at += length;
        let exponent = number.find(['e', 'E']).and_then(|at| number.get(at + 1..));
        let shrinks = exponent.is_none_or(|exponent| exponent.starts_with('-'));
        if (1..FINITE_DIGITS).contains(&length) && shrinks {
            return Ok(number);
        }
        match json_number(number) {
            Ok(float) if float.is_finite() => Ok(number),
            Ok(_) => Err(Refusal::of("the number is out of range")),
            Err(_) => Err(INVALID),
        }
    }

    /// Counts how many of the next bytes are of a kind.
    fn length(&self, kind: impl Fn(u8) -> bool) -> usize {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        rest.iter().position(|byte| !kind(*byte)).unwrap_or(rest.len())
    }

    /// Reads the string that starts here, borrowed unless it contains an escape.
    fn string(&mut self) -> Result<Cow<'de, str>, Refusal> {
        self.at += 1;
        let part = self.part()?;
        if self.take() == Some(b'"') {
            return Ok(Cow::Borrowed(part));
        }
        let mut text = String::from(part);
        loop {
            text.push(self.escape()?);
            text.push_str(self.part()?);
            if self.take() == Some(b'"') {
                return Ok(Cow::Owned(text));
            }
        }
    }

    /// Returns the part of a string before its end or its next escape.
    fn part(&mut self) -> Result<&'de str, Refusal> {
        let rest = self.text.get(self.at..).ok_or(INVALID)?;
        let length = memchr2(b'"', b'\\', rest.as_bytes()).ok_or(INVALID)?;
        self.at += length;
        rest.get(..length).ok_or(INVALID)
    }

    fn skip_string(&mut self) -> Result<(), Refusal> {
        self.at += 1;
        loop {
            self.part()?;
            if self.take() == Some(b'"') {
                return Ok(());
            }
            // A character after a backslash does not end the string.
            self.at += 1;
        }
    }

    fn take(&mut self) -> Option<u8> {
        let byte = self.text.as_bytes().get(self.at).copied();
        self.at += 1;
        byte
    }

    /// Reads the character after a backslash.
    fn escape(&mut self) -> Result<char, Refusal> {
        Ok(match self.take().ok_or(INVALID)? {
            b'u' => return self.code_point(),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            itself @ (b'"' | b'\\' | b'/') => char::from(itself),
            _ => return Err(INVALID),
        })
    }

    /// Reads the character of an escape such as `\u003c`, or of the two escapes that a character
    /// beyond U+FFFF needs.
    fn code_point(&mut self) -> Result<char, Refusal> {
        let unit = self.hexadecimal()?;
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !(0xD800..0xDC00).contains(&unit) || !rest.starts_with(b"\\u") {
            return char::from_u32(unit).ok_or(INVALID);
        }
        self.at += 2;
        match self.hexadecimal()? {
            low @ 0xDC00..0xE000 => {
                char::from_u32(0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00)).ok_or(INVALID)
            }
            _ => Err(INVALID),
        }
    }

    fn hexadecimal(&mut self) -> Result<u32, Refusal> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4).ok_or(INVALID)?;
        self.at += 4;
        digits.iter().try_fold(0, |unit, digit| {
            Ok(unit << 4 | char::from(*digit).to_digit(16).ok_or(INVALID)?)
        })
    }
}

/// Sorts entries by their names. The last of equal ones wins.
pub(crate) fn sort<K: Ord, V>(entries: &mut Vec<(K, V)>) {
    // Servers send them sorted.
    if entries.is_sorted_by(|(before, _), (after, _)| before < after) {
        return;
    }
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    entries.dedup_by(|later, kept| {
        let equal = later.0 == kept.0;
        if equal {
            std::mem::swap(&mut later.1, &mut kept.1);
        }
        equal
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize as _;
    use serde_json::Value as Json;

    use super::*;
    use crate::fields::deserializer::Value;

    fn scanned(text: &str) -> Option<Json> {
        let input = Scanner::new(text).value(8).ok()?;
        Json::deserialize(Value::new(input)).ok()
    }

    #[test]
    fn strings_are_read_as_serde_json_reads_them() {
        for text in [
            r#""""#,
            r#""a\"b\\c\/d\b\f\n\r\t""#,
            r#""\u003cscript\u003E""#,
            r#""\u0000\u00e4ä\ud83d\ude00😀""#,
            r#""\\""#,
            r#""\\\"""#,
            r#""\ud83d""#,
            r#""\ude00""#,
            r#""\ud83d\u0041""#,
            r#""\ud83dx""#,
            r#""\ud83d\n""#,
            r#""\uzzzz""#,
            r#""\x""#,
            r#""\""#,
            r#""\u00""#,
        ] {
            let expected = serde_json::from_str::<Json>(text).ok();
            assert_eq!(scanned(text), expected, "{text}");
            assert_eq!(
                scanned(&format!(" [ {text} , {{ {text} : {text} }} ] ")).is_some(),
                expected.is_some(),
                "{text}"
            );
        }
    }

    #[test]
    fn values_are_stepped_over_as_they_stand() {
        for text in [
            "null",
            "true",
            "-1.5e+3",
            r#""a\"]}\\""#,
            "[]",
            "{}",
            r#"[[{"a":["]",{}]}],1]"#,
            r#"{"a":"}","b":{"c":[]}}"#,
            "[ 1 , { } ]",
        ] {
            let object = format!(r#"{{"a" : {text} , "b":1}}"#);
            let mut scanner = Scanner::new(&object);
            assert!(scanner.enters_object());
            assert_eq!(scanner.next_key().unwrap().as_deref(), Some("a"), "{text}");
            assert_eq!(scanner.skip().unwrap(), text);
            assert_eq!(scanner.next_key().unwrap().as_deref(), Some("b"), "{text}");
            assert_eq!(scanner.skip().unwrap(), "1");
            assert_eq!(scanner.next_key().unwrap(), None);
        }
    }

    #[test]
    fn the_last_of_equal_names_wins() {
        for (names, expected) in
            [("", ""), ("ab", "a0b1"), ("aa", "a1"), ("baba", "a3b2"), ("bbab", "a2b3")]
        {
            let mut entries: Vec<_> = names.chars().zip(0..).collect();
            sort(&mut entries);
            let joined: String = entries.iter().map(|(name, at)| format!("{name}{at}")).collect();
            assert_eq!(joined, expected, "{names}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic_or_hang(text in "[\\[\\]{},:\"\\\\u0-9a-f eE.+-]{0,24}|.{0,16}") {
            let _ = Scanner::new(&text).value(8);
            let _ = Scanner::new(&text).skip();
            // Whatever serde_json accepts is accepted, and read the same.
            if let Ok(expected) = serde_json::from_str::<Json>(&text) {
                prop_assert_eq!(scanned(&text), Some(expected));
                prop_assert_eq!(Scanner::new(&text).skip().ok(), Some(text.trim()));
            }
        }
    }
}
