//! Underscores between the digits of a number.

use super::Refusal;

/// Removes the underscores if each stands between two digits or after a base prefix, as Go's syntax
/// requires.
pub(crate) fn without_underscores(number: &str) -> Result<String, Refusal> {
    let unsigned = number.strip_prefix(['+', '-']).unwrap_or(number);
    let mut prefix = unsigned.chars().map(|c| c.to_ascii_lowercase());
    let (zero, base) = (prefix.next(), prefix.next());
    let prefixed = zero == Some('0') && matches!(base, Some('b' | 'o' | 'x'));
    let hex = prefixed && base == Some('x');
    let rest = if prefixed { unsigned.get(2..).unwrap_or_default() } else { unsigned };
    // Each underscore needs a digit on either side; a base prefix counts as one.
    let (mut digit_before, mut open) = (prefixed, false);
    for c in rest.chars() {
        let digit = c.is_ascii_digit() || (hex && c.is_ascii_hexdigit());
        if (c == '_' && !digit_before) || (open && !digit) {
            return Err(Refusal::of("misplaced underscore in a number"));
        }
        (digit_before, open) = (digit, c == '_');
    }
    if open {
        return Err(Refusal::of("misplaced underscore in a number"));
    }
    Ok(number.replace('_', ""))
}
