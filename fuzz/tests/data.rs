//! The JSON object of a request, as a server hands it on from its client.
#![allow(clippy::expect_used, reason = "what serves the tests is test code too")]

use std::collections::BTreeMap;
use std::time::Duration;

use plugin_fuzz::{Limits, target};
use plugin_runtime::Data;
use serde_json::Value;

fn check(input: &[u8]) {
    let parsed = serde_json::from_slice::<Option<BTreeMap<String, Value>>>(input);
    let Ok(data) = Data::from_text(input.to_vec()) else {
        // What this crate refuses, no other parser may take for an object.
        assert!(parsed.is_err(), "an object is refused");
        return;
    };
    let debug = format!("{data:?}");
    assert!(debug.len() < 32, "{debug}");
    if data.is_none() {
        assert!(matches!(parsed, Ok(None)), "something is taken for nothing");
        return;
    }
    assert_eq!(data.as_bytes(), input);
    let count = data.field_count().expect("an object's fields can be counted");
    let verdict = data.check_response();
    // JSON that is not parsed may hold what a reader refuses: lone halves of surrogate pairs,
    // numbers beyond all floats.
    let Ok(Some(fields)) = parsed else { return };
    assert!(count >= fields.len(), "{count} fields of {}", fields.len());
    assert_eq!(data.parse::<BTreeMap<String, Value>>().as_ref(), Ok(&fields));

    let misread = fields.contains_key("http_status_code")
        || (fields.get("error").is_some_and(|error| !error.is_null())
            && (fields.len() == 1
                || (fields.len() == 2 && fields.get("data").is_some_and(|data| !data.is_null()))));
    let repeats = count > fields.len();
    assert!(repeats || verdict.is_err() == misread, "{verdict:?}");

    // A float may lose its last digit each time, but not on one way only.
    let printed = Data::new(&fields).expect("an object");
    let expected = serde_json::to_value(&fields).expect("JSON").to_string();
    assert_eq!(printed.parse::<Value>().ok(), serde_json::from_str(&expected).ok());
}

target!(
    data,
    words: &[
        "{", "}", "[", "]", ":", ",", "\"", "null", "true", "\"a\":", "\"error\":", "\"data\":",
        "\"http_status_code\":", "\"\\u0065rror\":", "\"b\"", "1", "-0.5e9", "1e999",
        "12345678901234567890123", "\\ud800", "\\n", " ", "{\"a\":1}", "{\"error\":\"a\"",
        "{\"data\":{},", "\u{e4}",
    ],
    limits: Limits { time: Duration::from_secs(1), memory: 1 << 20, memory_per_byte: 512 },
    check: check
);
