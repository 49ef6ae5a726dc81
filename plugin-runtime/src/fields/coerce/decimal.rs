//! Decimal numbers as floats.

use std::borrow::Cow;

use super::Refusal;

const SYNTAX: Refusal = Refusal::of("expected a number");

/// Returns the float that is nearest to a decimal number without a sign; infinity for a number
/// beyond all floats.
///
/// The result equals that of `str::parse`, which takes some ten thousand instructions for a number
/// exactly between two floats, however short: a list of such numbers would take thirty times as
/// long as any other of its length. serde_json takes a few hundred.
pub(crate) fn decimal(text: &str) -> Result<f64, Refusal> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let power = |text: &str| {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        !unsigned.is_empty() && digits(unsigned)
    };
    let is_number = whole.len() + fraction.len() > 0 && digits(whole) && digits(fraction);
    if !is_number || !exponent.is_none_or(power) {
        return Err(SYNTAX);
    }
    // JSON has neither leading zeros nor a point without digits on both sides.
    let significant = whole.trim_start_matches('0');
    let is_json = (significant.len() == whole.len() || whole == "0")
        && !whole.is_empty()
        && fraction.is_empty() != mantissa.contains('.');
    let json = if is_json {
        Cow::Borrowed(text)
    } else {
        let whole = if significant.is_empty() { "0" } else { significant };
        let fraction = if fraction.is_empty() { "0" } else { fraction };
        Cow::Owned(format!("{whole}.{fraction}e{}", exponent.unwrap_or("0")))
    };
    Ok(serde_json::from_str(&json).unwrap_or(f64::INFINITY))
}

/// Returns the float of a number as JSON writes it, which may have a sign; see [`decimal`].
pub(crate) fn json_number(text: &str) -> Result<f64, Refusal> {
    match text.strip_prefix('-') {
        Some(magnitude) => decimal(magnitude).map(|magnitude| -magnitude),
        None => decimal(text),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn floats_are_those_of_the_standard_library() {
        for text in [
            "0",
            "00",
            "0.0",
            "1.",
            ".5",
            "007.50",
            "1e5",
            "1E+5",
            "1e-5",
            "12345678901234567890123",
            "10000000000000001079e-319",
            "4.9e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "1e400",
            "1e-400",
            "0e999999999999999999999",
            "1e99999999999999999999",
            "1e-99999999999999999999",
            "9007199254740993",
            "1.00000000000000011102230246251565404236316680908203125",
        ] {
            let expected: f64 = text.parse().unwrap();
            assert_eq!(decimal(text), Ok(expected), "{text}");
        }
        let long = format!("1.{}e{}", "0123456789".repeat(200), 7);
        assert_eq!(decimal(&long), Ok(long.parse().unwrap()));
        assert_eq!(json_number("-0").map(f64::is_sign_negative), Ok(true));
        assert_eq!(json_number("-1.5e1"), Ok(-15.0));
    }

    #[test]
    fn what_is_no_decimal_number_is_refused() {
        for text in [
            "", ".", "e5", "1e", "1e+", "+1", "--1", "1.2.3", "1e5.5", " 1", "1 ", "inf", "NaN",
            "1_0",
        ] {
            assert!(decimal(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_decimal_is_read_alike(text in "[0-9]{0,25}(\\.[0-9]{0,25})?(e[+-]?[0-9]{1,3})?|[0-9.e+-]{0,8}") {
            let expected = text.parse::<f64>().ok().filter(|_| !text.starts_with(['+', '-']));
            prop_assert_eq!(decimal(&text).ok(), expected, "{}", text);
        }
    }
}
