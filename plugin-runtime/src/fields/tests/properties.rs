//! Properties that hold for any input.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU8;
use std::ops::{Bound, Range, RangeInclusive};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{FieldSet, coerced, parse};
use crate::StorageEntry;
use crate::fields::patch::Naming;
use crate::fields::{
    AnyList, AnyMap, CommaList, HeaderFields, KeyValues, LowerCase, Name, Seconds, Sensitive,
    SignedSeconds, Time, patched,
};

/// Generates any JSON, with many of the texts that some rule uses.
fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        ".{0,8}".prop_map(Json::from),
        "[-+0-9a-fxob_.:=,dhms \"{}\\[\\]]{0,10}".prop_map(Json::from),
        "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,4})?(Z|\\+01:00)"
            .prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map("[a-c=:]{0,2}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

/// Checks that refusals name the field, and that accepted values read back unchanged.
fn holds<T: DeserializeOwned + JsonSchema + Serialize + Debug>(sent: &Json) {
    match coerced::<T>(&sent.to_string()) {
        Ok(value) if value != Json::Null => {
            assert_eq!(coerced::<T>(&value.to_string()).as_ref(), Ok(&value), "from {sent}");
        }
        Ok(_) => {}
        Err(error) => super::assert_names(&error, "f"),
    }
}

/// Checks that an accepted value reads back from storage unchanged, that an empty update changes
/// nothing, and that a patch of the field has the same result as a write.
fn is_kept<T: DeserializeOwned + JsonSchema + Serialize>(sent: &Json) {
    let kind = std::any::type_name::<T>();
    let body = format!("{{\"f\":{sent}}}");
    let set = FieldSet::of::<Kept<T>>();
    let Ok(written) = parse::<Kept<T>>(&set, &[], body.as_bytes()) else { return };
    let entry = StorageEntry::json("entry", &written.value).expect("a form in JSON");
    let read: Kept<T> = entry.parse().unwrap_or_else(|error| panic!("{kind} of {sent}: {error}"));
    let again = StorageEntry::json("entry", &read).expect("a form in JSON");
    assert_eq!(again, entry, "{kind} of {sent}");

    let sent_again = parse::<Kept<T>>(&set, &[], &entry.value)
        .unwrap_or_else(|error| panic!("{kind} of {sent}, written as it was read: {error}"));
    let again = StorageEntry::json("entry", &sent_again.value).expect("a form in JSON");
    assert_eq!(again, entry, "{kind} of {sent}, written as it was read");

    let stored = std::str::from_utf8(&entry.value).expect("JSON is UTF-8");
    let naming = Naming::of::<Kept<T>>(&set);
    let patched = |body: &str| {
        let value: Kept<T> = patched(&set, &naming, &[], stored, body)
            .unwrap_or_else(|error| panic!("{kind} of {sent}, patched by {body}: {error}"));
        StorageEntry::json("entry", &value).expect("a form in JSON")
    };
    for nothing in ["null", "{}", "{\"other\":1}"] {
        assert_eq!(patched(nothing), entry, "{kind} of {sent}, patched by {nothing}");
    }
    // An object is merged into the stored one, and null removes the field.
    if !sent.is_object() && !sent.is_null() {
        assert_eq!(patched(&body), entry, "{kind} of {sent}");
        assert_eq!(
            patched(&format!("{{\"g\":{sent}}}")),
            entry,
            "{kind} of {sent} by its other name"
        );
    }
}

/// A field that is stored.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Kept<T> {
    #[serde(alias = "g")]
    f: T,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "b")]
enum Adjacent {
    A(u8),
    B(Vec<String>),
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
enum External {
    Unit,
    Newtype(u8),
    Tuple(u8, String),
    Struct { ttl: Seconds, span: Option<Duration> },
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t")]
enum Internal {
    A { n: u8 },
    B { text: String },
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Untagged {
    Number(u16),
    Texts(Vec<String>),
    Pairs(BTreeMap<String, i64>),
    Any(Json),
}

/// Checks a value with every kind of type.
fn is_kept_in_every_type(sent: &Json) {
    macro_rules! in_each {
        ($($type:ty,)*) => {$(
            is_kept::<$type>(sent);
        )*};
    }
    in_each! {
        String,
        Sensitive<String>,
        LowerCase,
        Name,
        char,
        i8,
        u64,
        f32,
        f64,
        bool,
        Seconds,
        SignedSeconds,
        Time,
        Duration,
        SystemTime,
        Vec<String>,
        Vec<Vec<f32>>,
        Vec<Duration>,
        CommaList<String>,
        CommaList<i64>,
        CommaList<f64>,
        AnyList,
        AnyMap,
        KeyValues,
        BTreeMap<String, f64>,
        BTreeMap<String, Json>,
        HeaderFields,
        Json,
        Adjacent,
        Untagged,
        (u8, String),
        Option<Duration>,
        Option<Vec<f32>>,
        i128,
        u128,
        NonZeroU8,
        IpAddr,
        SocketAddr,
        PathBuf,
        Range<u8>,
        RangeInclusive<Duration>,
        Bound<u8>,
        Option<Option<u8>>,
        [u8; 3],
        (),
        Cow<'static, str>,
        Box<str>,
        BTreeSet<u8>,
        BTreeMap<u32, String>,
        BTreeMap<String, Duration>,
        BTreeMap<String, Option<SystemTime>>,
        External,
        Vec<External>,
        Internal,
        Option<Internal>,
        Option<SystemTime>,
        (Duration, SystemTime),
        Result<u8, String>,
    }
}

/// Generates values in a form that some type has a rule for.
#[test]
fn what_types_ask_for_is_kept() {
    for sent in [
        json!(null),
        json!("127.0.0.1"),
        json!("[::1]:80"),
        json!({ "start": "1", "end": 2 }),
        json!({ "start": "1s", "end": { "secs": 2, "nanos": 3 } }),
        json!({ "Included": "1" }),
        json!("Unbounded"),
        json!({ "1": "x", "2": 3 }),
        json!("Unit"),
        json!({ "Newtype": "5" }),
        json!({ "Tuple": ["5", 6] }),
        json!({ "Struct": { "ttl": "1h", "span": "1.5s" } }),
        json!({ "Struct": { "ttl": null, "span": null } }),
        json!({ "t": "A", "n": 5 }),
        json!({ "t": "A", "b": "5" }),
        json!({ "b": ["x", 1], "t": "B" }),
        json!({ "Ok": "5" }),
        json!({ "secs": 5, "nanos": 6 }),
        json!({ "secs": u64::MAX, "nanos": 999_999_999 }),
        json!({ "secs": u64::MAX, "nanos": 1_000_000_000 }),
        json!({ "secs": 5 }),
        json!({ "secs_since_epoch": 5, "nanos_since_epoch": 6 }),
        json!({ "secs_since_epoch": u64::MAX, "nanos_since_epoch": 6 }),
        json!({ "a": { "secs": 5, "nanos": 6 } }),
        json!({ "a": { "secs_since_epoch": 5, "nanos_since_epoch": 6 }, "b": null }),
        json!([{ "secs": 5, "nanos": 6 }, { "secs_since_epoch": 5, "nanos_since_epoch": 6 }]),
        json!([{ "secs": 5, "nanos": 6 }, "1h"]),
        json!(["1", "2", 3]),
        json!("340282366920938463463374607431768211455"),
        json!("-170141183460469231731687303715884105728"),
        json!("2024-02-29T23:59:59.5Z"),
        json!("x"),
        json!(["a", 1]),
        json!(0),
        json!(true),
    ] {
        is_kept_in_every_type(&sent);
    }
}

proptest! {
    // Each case creates the schemas of all the types.
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_accepted_is_kept(sent in any_json()) {
is_kept_in_every_type(&sent);
    }
}

proptest! {
    #[test]
    fn what_is_accepted_reads_back_and_what_is_refused_is_named(sent in any_json()) {
        holds::<String>(&sent);
        holds::<LowerCase>(&sent);
        holds::<Name>(&sent);
        holds::<i64>(&sent);
        holds::<u8>(&sent);
        holds::<f64>(&sent);
        holds::<bool>(&sent);
        holds::<Seconds>(&sent);
        holds::<SignedSeconds>(&sent);
        holds::<Time>(&sent);
        holds::<Vec<String>>(&sent);
        holds::<CommaList<String>>(&sent);
        holds::<CommaList<i64>>(&sent);
        holds::<AnyList>(&sent);
        holds::<AnyMap>(&sent);
        holds::<KeyValues>(&sent);
        holds::<BTreeMap<String, String>>(&sent);
        holds::<HeaderFields>(&sent);
        holds::<Option<u32>>(&sent);
    }

    #[test]
    fn std_types_refuse_by_name(sent in any_json()) {
        for outcome in [coerced::<Duration>(&sent.to_string()), coerced::<SystemTime>(&sent.to_string())] {
            if let Err(error) = outcome {
                super::assert_names(&error, "f");
            }
        }
    }

    #[test]
    fn any_value_comes_through_as_it_is(sent in any_json()) {
        prop_assert_eq!(coerced::<Json>(&sent.to_string()), Ok(sent));
    }

    #[test]
    fn no_body_makes_it_panic(body: Vec<u8>) {
        let outcome = parse::<BTreeMap<String, Json>>(&FieldSet::default(), &[], &body);
        let object = serde_json::from_slice::<BTreeMap<String, Json>>(&body).is_ok();
        prop_assert_eq!(outcome.is_ok(), object || body.is_empty() || body == b"null");
    }

    #[test]
    fn instants_are_printed_and_read_alike(seconds in -62_167_219_200_i64..253_402_300_800, nanos in 0_u32..1_000_000_000) {
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let base = if seconds < 0 { SystemTime::UNIX_EPOCH - whole } else { SystemTime::UNIX_EPOCH + whole };
        let time = Time::from(base + Duration::from_nanos(nanos.into()));
        let read: Time = serde_json::from_value(json!(time)).expect("what was written");
        prop_assert_eq!(read, time);
    }
}
