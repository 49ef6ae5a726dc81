//! What holds for any input.

use std::collections::BTreeMap;
use std::fmt::Debug;
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

/// Any JSON, with many of the texts that some rule has a use for.
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

/// Refusals name the field, and what was accepted reads back as itself.
fn holds<T: DeserializeOwned + JsonSchema + Serialize + Debug>(sent: &Json) {
    match coerced::<T>(&sent.to_string()) {
        Ok(value) if value != Json::Null => {
            assert_eq!(coerced::<T>(&value.to_string()).as_ref(), Ok(&value), "from {sent}");
        }
        Ok(_) => {}
        Err(error) => super::assert_names(&error, "f"),
    }
}

/// What a write accepts reads back from storage as it was, an update by nothing changes none of
/// it, and a patch of the field makes of it what a write makes.
fn is_kept<T: DeserializeOwned + JsonSchema + Serialize>(sent: &Json) {
    let kind = std::any::type_name::<T>();
    let body = format!("{{\"f\":{sent}}}");
    let set = FieldSet::of::<Kept<T>>();
    let Ok(written) = parse::<Kept<T>>(&set, &[], body.as_bytes()) else { return };
    let entry = StorageEntry::json("entry", &written.value).expect("a form in JSON");
    let read: Kept<T> = entry.parse().unwrap_or_else(|error| panic!("{kind} of {sent}: {error}"));
    let again = StorageEntry::json("entry", &read).expect("a form in JSON");
    assert_eq!(again, entry, "{kind} of {sent}");

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
    // An object is merged into what is there, and null takes the field away.
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
#[serde(untagged)]
enum Untagged {
    Number(u16),
    Texts(Vec<String>),
    Pairs(BTreeMap<String, i64>),
    Any(Json),
}

proptest! {
    // Each case makes the schemas of all the types.
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_accepted_is_kept(sent in any_json()) {
        is_kept::<String>(&sent);
        is_kept::<Sensitive<String>>(&sent);
        is_kept::<LowerCase>(&sent);
        is_kept::<Name>(&sent);
        is_kept::<char>(&sent);
        is_kept::<i8>(&sent);
        is_kept::<u64>(&sent);
        is_kept::<f32>(&sent);
        is_kept::<f64>(&sent);
        is_kept::<bool>(&sent);
        is_kept::<Seconds>(&sent);
        is_kept::<SignedSeconds>(&sent);
        is_kept::<Time>(&sent);
        is_kept::<Duration>(&sent);
        is_kept::<SystemTime>(&sent);
        is_kept::<Vec<String>>(&sent);
        is_kept::<Vec<Vec<f32>>>(&sent);
        is_kept::<Vec<Duration>>(&sent);
        is_kept::<CommaList<String>>(&sent);
        is_kept::<CommaList<i64>>(&sent);
        is_kept::<CommaList<f64>>(&sent);
        is_kept::<AnyList>(&sent);
        is_kept::<AnyMap>(&sent);
        is_kept::<KeyValues>(&sent);
        is_kept::<BTreeMap<String, f64>>(&sent);
        is_kept::<BTreeMap<String, Json>>(&sent);
        is_kept::<HeaderFields>(&sent);
        is_kept::<Json>(&sent);
        is_kept::<Adjacent>(&sent);
        is_kept::<Untagged>(&sent);
        is_kept::<(u8, String)>(&sent);
        is_kept::<Option<Duration>>(&sent);
        is_kept::<Option<Vec<f32>>>(&sent);
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
