//! The text in a file: comments and string literals of Rust, everything of Markdown and TOML.

/// The kind of a file, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Rust,
    Plain,
}

impl Kind {
    /// Returns the kind of a file; `None` if its text is not checked.
    pub(super) fn of(path: &str) -> Option<Self> {
        let (_, extension) = path.rsplit_once('.')?;
        match extension {
            "rs" => Some(Self::Rust),
            "md" | "toml" | "proto" => Some(Self::Plain),
            _ => None,
        }
    }
}

/// A word or a punctuation mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Lower case.
    pub(super) text: String,
    /// Counted from 1.
    pub(super) line: usize,
}

/// Returns the words and punctuation marks of a file's text. A phrase may span lines: the marks that
/// start a line of a comment are left out.
pub(super) fn tokens(content: &str, kind: Kind) -> Vec<Token> {
    match kind {
        Kind::Rust => words(&prose(content)),
        Kind::Plain => words(content),
    }
}

/// Splits a text. Digits, underscores and apostrophes belong to words, so that identifiers such as
/// `is_no_error` are one.
fn words(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut word = String::new();
        for character in line.chars().chain([' ']) {
            if character.is_alphanumeric() || matches!(character, '_' | '\'' | '’') {
                word.extend(character.to_lowercase());
                continue;
            }
            if !word.is_empty() {
                tokens.push(Token { text: std::mem::take(&mut word), line: index + 1 });
            }
            if !character.is_whitespace() {
                tokens.push(Token { text: character.into(), line: index + 1 });
            }
        }
    }
    tokens
}

/// Returns the source with everything blanked that is neither comment nor string literal. Lines keep
/// their numbers.
fn prose(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(character) = rest.chars().next() {
        let (length, is_text) = piece(rest, character);
        let (now, later) = rest.split_at(length);
        if is_text {
            append(&mut out, now);
        } else {
            out.push(if character == '\n' { '\n' } else { ' ' });
        }
        rest = later;
    }
    out
}

/// Appends a comment or a string without its marks: slashes at the start of the line, and the
/// backslash of a continued line. Two texts never form one phrase, except lines of a comment.
fn append(out: &mut String, text: &str) {
    if let Some(comment) = text.strip_prefix("//") {
        out.push_str(comment.trim_start_matches(['/', '!']));
        return;
    }
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        out.push_str(line.strip_suffix('\\').unwrap_or(line));
    }
}

/// Returns the length of what starts here, and whether it is a text.
fn piece(rest: &str, first: char) -> (usize, bool) {
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), true);
    }
    if rest.starts_with("/*") {
        return (rest.find("*/").map_or(rest.len(), |end| end + 2), true);
    }
    if rest.starts_with("r\"") || rest.starts_with("r#") {
        let hashes = rest.get(1..).unwrap_or("").chars().take_while(|mark| *mark == '#').count();
        let start = 1 + hashes;
        if rest.get(start..).is_some_and(|text| text.starts_with('"')) {
            let end = format!("\"{}", "#".repeat(hashes));
            let body = rest.get(start + 1..).unwrap_or("");
            let length = body.find(&end).map_or(rest.len(), |at| start + 1 + at + end.len());
            return (length, true);
        }
    }
    match first {
        '"' => (string(rest), true),
        '\'' => (quote(rest), false),
        _ if first.is_alphanumeric() || first == '_' => (identifier(rest), false),
        _ => (first.len_utf8(), false),
    }
}

/// Returns the length of an identifier or number. The `r` and `b` before a quote end it.
fn identifier(rest: &str) -> usize {
    let end = rest.find(|mark: char| !mark.is_alphanumeric() && mark != '_').unwrap_or(rest.len());
    match rest.get(..end) {
        Some("br" | "cr") => 1,
        _ => end,
    }
}

/// Returns the length of a string literal with its quotes.
fn string(rest: &str) -> usize {
    let mut escaped = false;
    for (index, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return index + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Returns the length of a character literal, or of the quote that starts a lifetime.
fn quote(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    match characters.next() {
        Some((_, '\\')) => {
            characters.next();
            characters.find(|(_, mark)| *mark == '\'').map_or(rest.len(), |(index, _)| index + 1)
        }
        _ => match characters.next() {
            Some((index, '\'')) => index + 1,
            _ => 1,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<(String, usize)> {
        tokens(source, Kind::Rust).into_iter().map(|token| (token.text, token.line)).collect()
    }

    #[test]
    fn comments_and_strings_are_text_and_code_is_not() {
        let source = "fn code<'a>() { // One\n    let it = \"two\\\"\"; let c = '\"'; /// three\n}";
        let words: Vec<_> = found(source).into_iter().filter(|(word, _)| word.len() > 1).collect();
        assert_eq!(words, [("one".into(), 1), ("two".into(), 2), ("three".into(), 2)]);
    }

    #[test]
    fn raw_strings_end_with_their_own_marks() {
        for source in ["r#\"a \" b\"# code", "br#\"a \" b\"# code"] {
            let words: Vec<_> = found(source).into_iter().map(|(word, _)| word).collect();
            assert!(words.contains(&"b".to_owned()) && !words.contains(&"code".to_owned()));
        }
    }

    #[test]
    fn lines_of_a_comment_and_a_continued_string_follow_each_other() {
        for source in ["/// in place\n/// of", "\"in place \\\n    of\""] {
            let words: Vec<_> = found(source).into_iter().map(|(word, _)| word).collect();
            let words: Vec<_> = words.iter().filter(|word| *word != "\"").collect();
            assert_eq!(words, ["in", "place", "of"], "{source}");
        }
    }

    #[test]
    fn kinds_follow_from_names() {
        assert_eq!(Kind::of("a/b.rs"), Some(Kind::Rust));
        assert_eq!(Kind::of("README.md"), Some(Kind::Plain));
        assert_eq!(Kind::of("a.svg"), None);
    }
}
