//! Translates the regular expressions of Go (RE2) to those of the crate `regex-syntax`.
//!
//! Most of their common syntax has the same meaning; differences are rewritten here, and syntax
//! that only one of them has is refused. Unnamed groups become groups that do not capture, since
//! only named ones are parameters.

use std::{iter::Peekable, str::Chars};

use thiserror::Error;

/// Syntax that Go accepts and this module does not, or the other way round.
#[derive(Debug, Error, PartialEq, Eq)]
pub(super) enum DialectFault {
    #[error("it ends with a backslash that escapes nothing")]
    TrailingBackslash,
    #[error("`\\{0}` is not an escape that is supported")]
    Escape(char),
    #[error("a class `[` is not closed")]
    UnclosedClass,
    #[error("flag `{0}` of `(?…)` is not supported{hint}", hint = flag_hint(*.0))]
    Flag(char),
    #[error("look-around does not exist in Go's syntax")]
    LookAround,
    #[error("a range in a class `[…]` needs a character on both sides")]
    Range,
}

fn flag_hint(flag: char) -> &'static str {
    if flag == 'i' { ": write both cases, as in `[Aa]`" } else { "" }
}

/// Translates an expression into the syntax of `regex-syntax`.
pub(super) fn translate(source: &str) -> Result<String, DialectFault> {
    let mut out = String::with_capacity(source.len() + 16);
    let mut rest = source.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\\' => escape(&mut rest, &mut out)?,
            '[' => class(&mut rest, &mut out)?,
            '(' => group(&mut rest, &mut out)?,
            '{' => match repetition(&rest) {
                Some(length) => {
                    out.push('{');
                    out.extend(rest.by_ref().take(length));
                }
                None => out.push_str(r"\{"),
            },
            '}' => out.push_str(r"\}"),
            other => out.push(other),
        }
    }
    Ok(out)
}

/// Returns how many characters follow a brace that begins `{2}`, `{2,}` or `{2,5}`; any other brace
/// is a literal.
fn repetition(rest: &Peekable<Chars<'_>>) -> Option<usize> {
    let inner: String = rest.clone().take_while(|&one| one != '}').collect();
    let closed = rest.clone().nth(inner.len()) == Some('}');
    let (low, high) = inner.split_once(',').unwrap_or((&inner, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (closed && !low.is_empty() && digits(low) && digits(high)).then_some(inner.len() + 1)
}

/// Translates what follows a backslash outside of a class.
fn escape(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), DialectFault> {
    match rest.next().ok_or(DialectFault::TrailingBackslash)? {
        'b' => out.push_str(r"(?-u:\b)"),
        'B' => out.push_str(r"(?-u:\B)"),
        'Q' => quoted(rest, out),
        anchor @ ('A' | 'z') => {
            out.push('\\');
            out.push(anchor);
        }
        other => match perl_class(other) {
            Some((members, negated)) => {
                out.push_str(if negated { "[^" } else { "[" });
                out.push_str(members);
                out.push(']');
            }
            None => single_escape(other, rest, out)?,
        },
    }
    Ok(())
}

/// Translates what follows `\Q`: everything is literal until `\E`, which may be missing.
fn quoted(rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    while let Some(character) = rest.next() {
        if character == '\\' && rest.next_if_eq(&'E').is_some() {
            return;
        }
        literal(character, out);
    }
}

/// Returns the members of `\d`, `\w` and `\s` in ASCII, as in RE2, and whether the class is
/// negated. RE2's `\s` has no vertical tab.
fn perl_class(letter: char) -> Option<(&'static str, bool)> {
    let members = match letter.to_ascii_lowercase() {
        'd' => "0-9",
        'w' => "0-9A-Za-z_",
        's' => r"\t\n\f\r\x20",
        _ => return None,
    };
    Some((members, letter.is_ascii_uppercase()))
}

/// Translates an escape that stands for one character, inside and outside of classes.
fn single_escape(
    letter: char,
    rest: &mut Peekable<Chars<'_>>,
    out: &mut String,
) -> Result<(), DialectFault> {
    match letter {
        'a' | 'f' | 't' | 'n' | 'r' | 'v' => {
            out.push('\\');
            out.push(letter);
        }
        'x' => {
            out.push_str(r"\x");
            if rest.peek() == Some(&'{') {
                for one in rest.by_ref() {
                    out.push(one);
                    if one == '}' {
                        break;
                    }
                }
            } else {
                out.extend(rest.by_ref().take(2));
            }
        }
        other if other.is_ascii() && !other.is_ascii_alphanumeric() => literal(other, out),
        other => return Err(DialectFault::Escape(other)),
    }
    Ok(())
}

/// Writes a literal character, inside and outside of classes.
fn literal(character: char, out: &mut String) {
    if regex_syntax::is_meta_character(character) {
        out.push('\\');
    }
    out.push(character);
}

/// Translates what follows the bracket that opens a class.
fn class(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), DialectFault> {
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut first = true;
    loop {
        if !first && rest.next_if_eq(&']').is_some() {
            out.push(']');
            return Ok(());
        }
        first = false;
        if !class_item(rest, out)? {
            continue;
        }
        // A hyphen makes a range unless it is the last member; after a class it is a literal.
        let mut ahead = rest.clone();
        if ahead.next() == Some('-') && ahead.next().is_some_and(|after| after != ']') {
            rest.next();
            out.push('-');
            if !class_item(rest, out)? {
                return Err(DialectFault::Range);
            }
        }
    }
}

/// Translates one member of a class, and returns whether it is a single character.
fn class_item(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<bool, DialectFault> {
    match rest.next().ok_or(DialectFault::UnclosedClass)? {
        '\\' => {
            let letter = rest.next().ok_or(DialectFault::TrailingBackslash)?;
            let Some((members, negated)) = perl_class(letter) else {
                single_escape(letter, rest, out)?;
                return Ok(true);
            };
            out.push_str(if negated { "[^" } else { "[" });
            out.push_str(members);
            out.push(']');
            Ok(false)
        }
        '[' if rest.peek() == Some(&':') => {
            let name: String = rest.clone().skip(1).take_while(|&one| one != ':').collect();
            if rest.clone().skip(name.chars().count() + 1).take(2).eq(":]".chars()) {
                out.push('[');
                out.extend(rest.by_ref().take(name.chars().count() + 3));
                Ok(false)
            } else {
                out.push_str(r"\[");
                Ok(true)
            }
        }
        other => {
            literal(other, out);
            Ok(true)
        }
    }
}

/// Translates what follows the parenthesis that opens a group.
fn group(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), DialectFault> {
    if rest.next_if_eq(&'?').is_none() {
        out.push_str("(?:");
        return Ok(());
    }
    out.push_str("(?");
    let mut named = rest.clone();
    named.next_if_eq(&'P');
    if named.next_if_eq(&'<').is_some() {
        if matches!(named.peek(), Some('=' | '!')) {
            return Err(DialectFault::LookAround);
        }
        for one in rest.by_ref() {
            out.push(one);
            if one == '>' {
                break;
            }
        }
        return Ok(());
    }
    for one in rest.by_ref() {
        out.push(one);
        match one {
            ':' | ')' => break,
            'm' | 's' | 'U' | '-' => {}
            '=' | '!' => return Err(DialectFault::LookAround),
            other => return Err(DialectFault::Flag(other)),
        }
    }
    Ok(())
}
