//! Durations and times, as clients write them.
#![allow(clippy::expect_used, reason = "what serves the tests is test code too")]

use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use plugin_fuzz::{Limits, target};
use plugin_runtime::fields::{Seconds, SignedSeconds, Time};
use plugin_runtime::framework::extract::Fields;
use plugin_runtime::framework::{Framework, write};
use plugin_runtime::{Backend as _, Data, Operation, Request, Storage};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Of<T> {
    value: T,
}

/// What `value` becomes as a field of the type `T`, or why it does not.
fn coerced<T>(value: &Value) -> Result<Value, String>
where
    T: Serialize + DeserializeOwned + JsonSchema + Send + 'static,
{
    async fn echo<T>(fields: Fields<Of<T>>) -> Fields<Of<T>> {
        fields
    }
    let framework = Framework::secrets(()).path("echo", write(echo::<T>));
    let backend = framework.build().expect("a path");
    let body = Data::new(&json!({ "value": value })).expect("an object");
    let request = Request::new(Operation::Update, "echo", body, Storage::in_memory());
    let answer = backend.handle(request).now_or_never().expect("nothing to wait for");
    let answer = answer.map_err(|error| error.message().to_owned())?.expect("an answer");
    Ok(answer.data().parse::<Value>().expect("an object")["value"].take())
}

/// What is answered is read back as itself, by every one of the rules.
fn reads_back<T>(value: &Value) -> Option<Value>
where
    T: Serialize + DeserializeOwned + JsonSchema + Send + 'static,
{
    match coerced::<T>(value) {
        Ok(answer) => {
            assert_eq!(coerced::<T>(&answer), Ok(answer.clone()));
            Some(answer)
        }
        Err(text) => {
            assert!(text.contains("value") && text.len() < 256, "{text}");
            None
        }
    }
}

fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let as_text = Value::from(text.as_ref());
    for value in [Some(as_text), serde_json::from_str(&text).ok()].into_iter().flatten() {
        let unsigned = reads_back::<Seconds>(&value);
        let signed = reads_back::<SignedSeconds>(&value);
        // Below zero is all that keeps the two apart, but for numbers that fit only one.
        if let (Some(unsigned), Some(signed)) = (&unsigned, &signed) {
            assert_eq!(unsigned, signed);
        }
        if let Some(seconds) = unsigned.and_then(|unsigned| unsigned.as_u64()) {
            let printed = Seconds::new(seconds).to_string();
            assert_eq!(coerced::<Seconds>(&json!(printed)), Ok(json!(seconds)), "{printed}");
        }
        reads_back::<Time>(&value);
        let _ = coerced::<Duration>(&value);
        let _ = coerced::<SystemTime>(&value);
    }
}

target!(
    durations,
    words: &[
        "-", "+", "0", "1", "9", ".", "1h", "30m", "5s", "ms", "us", "\u{b5}s", "\u{3bc}s", "ns",
        "d", "h", "m", "s", "9223372036854775807", "9223372036854775808", "18446744073709551615",
        "2562047h", "106751d", "0.3333333333333333333h", "2026-11-23", "T", "18:46:38", "Z",
        "+01:00", ".123456789", "1e9", "\"", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    ],
    limits: Limits { time: Duration::from_secs(1), memory: 1 << 20, memory_per_byte: 512 },
    check: check
);
