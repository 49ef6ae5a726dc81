//! What holds for any input.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::{FieldSet, coerced, parse};
use crate::fields::{
    AnyList, AnyMap, CommaList, HeaderFields, KeyValues, LowerCase, Name, Seconds, SignedSeconds,
    Time,
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
