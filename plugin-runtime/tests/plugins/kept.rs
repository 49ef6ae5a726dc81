//! A secrets engine that stores an entry with a field of every kind, so that tests can compare what
//! was written with what is read.
//!
//! Each field has a second name, `other_` before its own, those of the flattened part as well.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use plugin_runtime::fields::{
    AnyList, AnyMap, CommaList, HeaderFields, KeyValues, LowerCase, Name, Seconds, Sensitive,
    SignedSeconds, Time,
};
use plugin_runtime::framework::extract::{Fields, Patch, Path};
use plugin_runtime::framework::{Framework, read};
use plugin_runtime::{Result, Storage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

fn main() -> ExitCode {
    plugin_runtime::serve!(|_mount| engine())
}

pub(crate) fn engine() -> Framework<()> {
    Framework::secrets(())
        .path("kept/{name}", read(read_entry).write(write_entry).patch(patch_entry))
}

/// A field of every kind.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Entry {
    #[serde(alias = "other_text")]
    text: String,
    #[serde(alias = "other_secret")]
    secret: Sensitive<String>,
    #[serde(alias = "other_lower")]
    lower: LowerCase,
    #[serde(alias = "other_called")]
    called: Name,
    #[serde(alias = "other_letter")]
    letter: char,
    #[serde(alias = "other_color")]
    color: Color,
    #[serde(alias = "other_tiny")]
    tiny: i8,
    #[serde(alias = "other_short")]
    short: i16,
    #[serde(alias = "other_int")]
    int: i32,
    #[serde(alias = "other_long")]
    long: i64,
    #[serde(alias = "other_byte")]
    byte: u8,
    #[serde(alias = "other_port")]
    port: u16,
    #[serde(alias = "other_count")]
    count: u32,
    #[serde(alias = "other_size")]
    size: u64,
    #[serde(alias = "other_ratio")]
    ratio: f32,
    #[serde(alias = "other_score")]
    score: f64,
    #[serde(alias = "other_enabled")]
    enabled: bool,
    #[serde(alias = "other_seconds")]
    seconds: Seconds,
    #[serde(alias = "other_offset")]
    offset: SignedSeconds,
    #[serde(alias = "other_time")]
    time: Time,
    #[serde(alias = "other_span")]
    span: Duration,
    #[serde(alias = "other_instant")]
    instant: SystemTime,
    #[serde(alias = "other_list")]
    list: Vec<String>,
    #[serde(alias = "other_numbers")]
    numbers: Vec<f32>,
    #[serde(alias = "other_spans")]
    spans: Vec<Duration>,
    #[serde(alias = "other_times")]
    times: Vec<Time>,
    #[serde(alias = "other_comma_texts")]
    comma_texts: CommaList<String>,
    #[serde(alias = "other_comma_numbers")]
    comma_numbers: CommaList<i64>,
    #[serde(alias = "other_anything")]
    anything: Json,
    #[serde(alias = "other_any_list")]
    any_list: AnyList,
    #[serde(alias = "other_any_map")]
    any_map: AnyMap,
    #[serde(alias = "other_pairs")]
    pairs: KeyValues,
    #[serde(alias = "other_headers")]
    headers: HeaderFields,
    #[serde(alias = "other_labels")]
    labels: BTreeMap<String, String>,
    #[serde(alias = "other_weights")]
    weights: BTreeMap<String, f64>,
    #[serde(alias = "other_nested")]
    nested: Nested,
    #[serde(alias = "other_nested_list")]
    nested_list: Vec<Nested>,
    #[serde(alias = "other_choice")]
    choice: Choice,
    #[serde(alias = "other_tuple")]
    tuple: (u8, String),
    #[serde(alias = "other_maybe_text")]
    maybe_text: Option<String>,
    #[serde(alias = "other_maybe_count")]
    maybe_count: Option<u32>,
    #[serde(alias = "other_maybe_seconds")]
    maybe_seconds: Option<Seconds>,
    #[serde(alias = "other_maybe_span")]
    maybe_span: Option<Duration>,
    #[serde(alias = "other_maybe_list")]
    maybe_list: Option<Vec<f32>>,
    #[serde(alias = "other_maybe_nested")]
    maybe_nested: Option<Nested>,
    #[serde(flatten)]
    part: Part,
}

/// Fields that stand beside those of the entry.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Part {
    #[serde(alias = "other_flat_text")]
    flat_text: String,
    #[serde(alias = "other_flat_secret")]
    flat_secret: Sensitive<String>,
    #[serde(alias = "other_flat_called")]
    flat_called: Name,
    #[serde(alias = "other_flat_color")]
    flat_color: Color,
    #[serde(alias = "other_flat_count")]
    flat_count: u32,
    #[serde(alias = "other_flat_ratio")]
    flat_ratio: f32,
    #[serde(alias = "other_flat_enabled")]
    flat_enabled: bool,
    #[serde(alias = "other_flat_seconds")]
    flat_seconds: Seconds,
    #[serde(alias = "other_flat_time")]
    flat_time: Time,
    #[serde(alias = "other_flat_span")]
    flat_span: Duration,
    #[serde(alias = "other_flat_instant")]
    flat_instant: SystemTime,
    #[serde(alias = "other_flat_maybe_span")]
    flat_maybe_span: Option<Duration>,
    #[serde(alias = "other_flat_address")]
    flat_address: IpAddr,
    #[serde(alias = "other_flat_list")]
    flat_list: Vec<String>,
    #[serde(alias = "other_flat_commas")]
    flat_commas: CommaList<i64>,
    #[serde(alias = "other_flat_pairs")]
    flat_pairs: KeyValues,
    #[serde(alias = "other_flat_anything")]
    flat_anything: Json,
    #[serde(alias = "other_flat_labels")]
    flat_labels: BTreeMap<String, String>,
    #[serde(alias = "other_flat_nested")]
    flat_nested: Nested,
    #[serde(alias = "other_flat_nested_list")]
    flat_nested_list: Vec<Nested>,
    #[serde(alias = "other_flat_maybe_nested")]
    flat_maybe_nested: Option<Nested>,
    #[serde(alias = "other_flat_choice")]
    flat_choice: Choice,
    #[serde(alias = "other_flat_tuple")]
    flat_tuple: (u8, String),
}

#[allow(clippy::expect_used, reason = "the name is a valid one")]
impl Default for Part {
    fn default() -> Self {
        Self {
            flat_text: Default::default(),
            flat_secret: Default::default(),
            flat_called: Name::new("name").expect("a name"),
            flat_color: Default::default(),
            flat_count: Default::default(),
            flat_ratio: Default::default(),
            flat_enabled: Default::default(),
            flat_seconds: Default::default(),
            flat_time: Time::from(SystemTime::UNIX_EPOCH),
            flat_span: Default::default(),
            flat_instant: SystemTime::UNIX_EPOCH,
            flat_maybe_span: Default::default(),
            flat_address: [0; 4].into(),
            flat_list: Default::default(),
            flat_commas: Default::default(),
            flat_pairs: Default::default(),
            flat_anything: Default::default(),
            flat_labels: Default::default(),
            flat_nested: Default::default(),
            flat_nested_list: Default::default(),
            flat_maybe_nested: Default::default(),
            flat_choice: Choice::A(0),
            flat_tuple: Default::default(),
        }
    }
}

#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Color {
    #[default]
    Red,
    Green,
}

#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Nested {
    #[serde(alias = "b")]
    a: String,
    ttl: Seconds,
    inner: Option<Inner>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Inner {
    n: i64,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "b")]
enum Choice {
    A(u8),
    B(Vec<String>),
}

#[allow(clippy::expect_used, reason = "the name is a valid one")]
impl Default for Entry {
    fn default() -> Self {
        Self {
            text: Default::default(),
            secret: Default::default(),
            lower: Default::default(),
            called: Name::new("name").expect("a name"),
            letter: 'x',
            color: Default::default(),
            tiny: Default::default(),
            short: Default::default(),
            int: Default::default(),
            long: Default::default(),
            byte: Default::default(),
            port: Default::default(),
            count: Default::default(),
            size: Default::default(),
            ratio: Default::default(),
            score: Default::default(),
            enabled: Default::default(),
            seconds: Default::default(),
            offset: Default::default(),
            time: Time::from(SystemTime::UNIX_EPOCH),
            span: Default::default(),
            instant: SystemTime::UNIX_EPOCH,
            list: Default::default(),
            numbers: Default::default(),
            spans: Default::default(),
            times: Default::default(),
            comma_texts: Default::default(),
            comma_numbers: Default::default(),
            anything: Default::default(),
            any_list: Default::default(),
            any_map: Default::default(),
            pairs: Default::default(),
            headers: Default::default(),
            labels: Default::default(),
            weights: Default::default(),
            nested: Default::default(),
            nested_list: Default::default(),
            choice: Choice::A(0),
            tuple: Default::default(),
            maybe_text: Default::default(),
            maybe_count: Default::default(),
            maybe_seconds: Default::default(),
            maybe_span: Default::default(),
            maybe_list: Default::default(),
            maybe_nested: Default::default(),
            part: Part::default(),
        }
    }
}

async fn read_entry(Path(name): Path<String>, storage: Storage) -> Result<Option<Fields<Entry>>> {
    Ok(storage.get(&name).await?.map(Fields))
}

async fn write_entry(
    Path(name): Path<String>,
    entry: Fields<Entry>,
    storage: Storage,
) -> Result<()> {
    Ok(storage.put(name, &entry.0).await?)
}

async fn patch_entry(
    Path(name): Path<String>,
    patch: Patch<Entry>,
    storage: Storage,
) -> Result<()> {
    let stored = storage.get(&name).await?.unwrap_or_default();
    Ok(storage.put(name, &patch.apply(&stored)?).await?)
}
