//! Numbers, as they are after a server has had them.

use serde_json::{Number, Value};

/// From here on, and below the next one, Go writes numbers with an exponent.
const LARGE: f64 = 1e21;

/// Rounds every number to 64-bit floating point and reads back what Go writes for it. A server
/// keeps data from plugins in no other form, so that integers beyond 2^53 lose digits and `2.0`
/// becomes `2`.
pub(super) fn round(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(rounded) = rounded(number) {
                *number = rounded;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(round),
        Value::Object(fields) => fields.values_mut().for_each(round),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

fn rounded(number: &Number) -> Option<Number> {
    let float = number.as_f64()?;
    if float.fract() != 0.0 || float.abs() >= LARGE {
        return Number::from_f64(float);
    }
    // Rust writes the shortest digits that mean this number, padded with zeros, as Go does.
    float.to_string().parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(text: &str) -> String {
        let mut value = serde_json::from_str(text).unwrap();
        round(&mut value);
        value.to_string()
    }

    #[test]
    fn numbers_lose_what_a_server_loses() {
        for (text, shown) in [
            ("0", "0"),
            ("-7", "-7"),
            ("2.0", "2"),
            ("1.5", "1.5"),
            ("9007199254740991", "9007199254740991"),
            ("9007199254740993", "9007199254740992"),
            ("-9007199254740993", "-9007199254740992"),
            ("18446744073709551615", "18446744073709552000"),
            ("12345678901234567890", "12345678901234567000"),
        ] {
            let again: Value = serde_json::from_str(shown).unwrap();
            assert_eq!(of(text), again.to_string(), "{text}");
            assert_eq!(of(shown), again.to_string(), "{shown} stays");
        }
    }

    #[test]
    fn numbers_are_found_at_any_depth() {
        let mut value =
            json!({ "a": [{ "b": 9_007_199_254_740_993_u64 }], "c": "9007199254740993" });
        round(&mut value);
        assert_eq!(
            value,
            json!({ "a": [{ "b": 9_007_199_254_740_992_u64 }], "c": "9007199254740993" })
        );
    }
}
