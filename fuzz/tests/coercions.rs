//! What clients write to fields of every type.
#![allow(clippy::expect_used, reason = "what serves the tests is test code too")]

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::FutureExt as _;
use plugin_fuzz::{Limits, target};
use plugin_runtime::fields::{
    AnyList, AnyMap, CommaList, HeaderFields, KeyValues, LowerCase, Name, Seconds, Sensitive,
    SignedSeconds, Time, TokenFieldsUpdate,
};
use plugin_runtime::framework::extract::Fields;
use plugin_runtime::framework::{Dispatch, Framework, write};
use plugin_runtime::{Backend as _, Data, ErrorKind, Operation, Request, Storage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What stands for a secret here.
const PLANTED: &str = "planted-7261";

#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Colour {
    Red,
    Green,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Nested {
    user: String,
    ttl: Option<Seconds>,
    #[serde(default)]
    more: Vec<Nested>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Tagged {
    Plain { text: String },
    Numbered { number: i32 },
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Either {
    Number(u16),
    Texts(Vec<String>),
    Pairs(BTreeMap<String, i64>),
}

/// One field of each type; all are optional.
macro_rules! fields {
    ($($name:ident: $type:ty),* $(,)?) => {
        #[derive(Serialize, Deserialize, JsonSchema)]
        #[serde(default)]
        struct All {
            $(
                #[serde(skip_serializing_if = "Option::is_none")]
                $name: Option<$type>,
            )*
        }

        impl Default for All {
            fn default() -> Self {
                Self { $($name: None),* }
            }
        }

        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

fields! {
    text: String, character: char, colour: Colour, name: Name, lower_case: LowerCase,
    byte: u8, small: i8, int: i32, int64: i64, unsigned: u64, float: f64, single: f32,
    truth: bool, duration: Duration, seconds: Seconds, signed_seconds: SignedSeconds, time: Time,
    texts: Vec<String>, numbers: Vec<i64>, comma_texts: CommaList<String>,
    comma_numbers: CommaList<i64>, any_list: AnyList, any_map: AnyMap, key_values: KeyValues,
    texts_by_name: BTreeMap<String, String>, numbers_by_name: BTreeMap<String, u32>,
    headers: HeaderFields, anything: Value, nested: Nested, many: Vec<Nested>, tagged: Tagged,
    either: Either, pair: (u8, String), maybe: Option<u16>, nothing: (),
}

/// Serde writes the standard library's durations as an object, and a short float may lose its last
/// digit each time.
const ANSWERED_OTHERWISE: &[&str] = &["duration", "single"];

#[derive(Serialize, Deserialize, JsonSchema)]
struct Secrets {
    password: Option<Sensitive<String>>,
    pin: Option<Sensitive<u32>>,
    keys: Option<Sensitive<Vec<u8>>>,
    hint: Option<Colour>,
    login: Option<Nested>,
    expires: Option<Time>,
    lease: Option<Seconds>,
    bound: Option<HeaderFields>,
    headers: Option<KeyValues>,
}

const SECRETS: &[&str] =
    &["password", "pin", "keys", "hint", "login", "expires", "lease", "bound", "headers"];

async fn echo(fields: Fields<All>) -> Fields<All> {
    fields
}

async fn keep(_: Fields<Secrets>) {}

async fn token(_: Fields<TokenFieldsUpdate>) {}

thread_local! {
    static BACKEND: Dispatch<()> = Framework::secrets(())
        .path("all", write(echo))
        .path("secrets", write(keep))
        .path("token", write(token))
        .build()
        .expect("three paths");
}

/// The answer to a write as text, for a float on its way through a value may lose its last digit;
/// or the refusal.
fn written(path: &str, body: &str) -> Result<String, String> {
    let data = Data::from_text(body.to_owned()).expect("an object");
    let request = Request::new(Operation::Update, path, data, Storage::in_memory());
    let answer = BACKEND.with(|backend| backend.handle(request).now_or_never());
    match answer.expect("nothing to wait for") {
        Ok(answer) => Ok(answer.map_or_else(String::new, |answer| {
            String::from_utf8(answer.data().as_bytes().to_vec()).expect("JSON is UTF-8")
        })),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::BadRequest, "{}", error.message());
            Err(error.message().to_owned())
        }
    }
}

fn object(name: &str, value: &str) -> String {
    format!("{{\"{name}\":{value}}}")
}

/// The same on every call, a name in every refusal, and what is answered is answered again.
fn one_field(name: &str, value: &str) {
    let body = object(name, value);
    let first = written("all", &body);
    assert_eq!(written("all", &body), first, "{name}");
    match first {
        Ok(answer) => {
            let again = written("all", &answer);
            let same = again.as_ref() == Ok(&answer);
            assert!(same || ANSWERED_OTHERWISE.contains(&name), "{body}: {answer}, {again:?}");
        }
        Err(text) => assert!(text.contains(name), "{text}"),
    }
}

/// The value with a secret in the place of each of its texts.
fn planted(value: &Value) -> Value {
    match value {
        Value::String(_) => Value::from(PLANTED),
        Value::Array(items) => items.iter().map(planted).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), planted(value))).collect()
        }
        other => other.clone(),
    }
}

fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let quoted = Value::from(text.as_ref());
    as_every_field(&quoted.to_string(), &quoted);
    if let Ok(value) = serde_json::from_str(&text) {
        as_every_field(&text, &value);
    }
}

/// Writes a value, which `json` spells, to each field by itself; an object also as the fields.
fn as_every_field(json: &str, value: &Value) {
    for name in NAMES {
        one_field(name, json);
    }
    let secret = planted(value).to_string();
    for name in SECRETS {
        hears_no_secret(&object(name, &secret));
    }
    if value.is_object() {
        let _ = written("all", json);
        let _ = written("token", json);
        hears_no_secret(&secret);
    }
}

fn hears_no_secret(body: &str) {
    if let Err(refusal) = written("secrets", body) {
        assert!(!refusal.contains(PLANTED), "{refusal}");
    }
}

target!(
    coercions,
    words: &[
        "{", "}", "[", "]", ":", ",", "\"", "null", "true", "false", "\"a\"", "\"user\":",
        "\"ttl\":", "\"kind\":\"plain\"", "\"text\":", "\"more\":[", "\"a=b\"", "\"a=b,c=d\"",
        "1", "-1", "255", "0x1f", "1e3", "1.5", "1e400", "18446744073709551616", "\"1h\"", "\"7d\"",
        "2026-11-23T18:46:38Z", "red", "0b1", "0o7", "1_000", "t", "T", "=", "\u{e4}",
        "{\"user\":\"u\"}", "[1,2]", "eyJhIjpbImIiXX0=", "\"token_ttl\":", "\"token_bound_cidrs\":",
    ],
    limits: Limits { time: Duration::from_secs(2), memory: 1 << 20, memory_per_byte: 1024 },
    check: check
);
