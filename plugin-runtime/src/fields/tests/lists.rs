//! The table of Vault's field types that hold several values.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value as Json, json};

use super::check;
use crate::fields::{AnyList, AnyMap, CommaList, HeaderFields, KeyValues};

/// What is accepted.
macro_rules! ok {
    ($value:tt) => {
        Some(json!($value))
    };
}

#[test]
fn maps_are_objects_or_lists_of_them() {
    let rows = [
        (r#"{"a":{"b":[1,null]}}"#, ok!({ "a": { "b": [1, null] } })),
        ("{}", ok!({})),
        ("[]", ok!({})),
        ("null", ok!({})),
        (r#"[{"a":1},{"b":2},{"a":3}]"#, ok!({ "a": 3, "b": 2 })),
        (r#"[{"a":1},null]"#, ok!({ "a": 1 })),
        (r#""{\"a\":1}""#, None),
        (r#""a=b""#, None),
        (r#"["a=b"]"#, None),
        (r#"[{"a":1},"b=2"]"#, None),
        (r#""""#, None),
        ("1", None),
    ];
    check::<AnyMap>(&rows);
    check::<BTreeMap<String, Json>>(&rows);
    check::<Map<String, Json>>(&rows);
}

#[test]
fn key_values_are_objects_or_pairs() {
    let rows = [
        (r#"{"a":"b","c":1,"d":true,"e":null}"#, ok!({ "a": "b", "c": "1", "d": "1", "e": "" })),
        (r#"[{"a":"b"},{"c":"d"}]"#, ok!({ "a": "b", "c": "d" })),
        (r#"["a=b","c=d=e"," f = g "]"#, ok!({ "a": "b", "c": "d=e", " f ": " g " })),
        (r#""a=b""#, ok!({ "a": "b" })),
        (r#""a=b,c=d""#, ok!({ "a": "b,c=d" })),
        (r#""a=""#, ok!({ "a": "" })),
        ("[]", ok!({})),
        ("{}", ok!({})),
        ("null", ok!({})),
        (r#""a""#, None),
        (r#""=b""#, None),
        (r#"["a=b","c"]"#, None),
        (r#""""#, None),
        (r#"{"a":[]}"#, None),
        (r#"{"a":{}}"#, None),
        ("1", None),
        ("true", None),
    ];
    check::<KeyValues>(&rows);
    check::<BTreeMap<String, String>>(&rows);
    check::<HashMap<String, String>>(&rows);
    check::<BTreeMap<String, u8>>(&[(r#"["a=0x10"]"#, ok!({ "a": 16 })), (r#"["a=b"]"#, None)]);
}

#[test]
fn slices_keep_their_elements_as_they_are() {
    let rows = [
        (r#"["a",1,null,{"b":[]}]"#, ok!(["a", 1, null, { "b": [] }])),
        (r#""a,b""#, ok!(["a,b"])),
        ("5", ok!([5])),
        ("true", ok!([true])),
        (r#"{"a":1}"#, ok!([{ "a": 1 }])),
        ("{}", ok!([])),
        ("[]", ok!([])),
        ("null", ok!([])),
    ];
    check::<AnyList>(&rows);
    check::<Vec<Json>>(&rows);
    check::<AnyList>(&[(r#""""#, ok!([""]))]);
    check::<Vec<Json>>(&[(r#""""#, ok!([]))]);
}

#[test]
fn string_lists_are_trimmed_and_not_split() {
    check::<Vec<String>>(&[
        (r#"[" a ","b,c",1,true,null]"#, ok!(["a", "b,c", "1", "1", ""])),
        (r#"" a , b ""#, ok!(["a , b"])),
        (r#""""#, ok!([])),
        ("5", ok!(["5"])),
        ("null", ok!([])),
        ("{}", ok!([])),
        (r#"{"a":1}"#, None),
        (r#"[["a"]]"#, None),
        (r#"[{}]"#, None),
    ]);
}

#[test]
fn comma_lists_split_a_string_and_keep_empty_parts() {
    check::<CommaList<String>>(&[
        (r#"" a , b ""#, ok!(["a", "b"])),
        (r#""a,,b""#, ok!(["a", "", "b"])),
        (r#"",""#, ok!(["", ""])),
        (r#""""#, ok!([])),
        (r#"["a,b"," c "]"#, ok!(["a,b", "c"])),
        ("5", ok!(["5"])),
        ("true", ok!(["1"])),
        ("null", ok!([])),
        ("{}", ok!([])),
        (r#"{"a":1}"#, None),
        (r#"[["a"]]"#, None),
    ]);
}

#[test]
fn comma_lists_of_integers_read_each_part_as_one() {
    check::<CommaList<i64>>(&[
        (r#""1,0x10,010""#, ok!([1, 16, 8])),
        (r#""1,,2""#, ok!([1, 0, 2])),
        (r#""""#, ok!([])),
        (r#"[1.9,"2",true,null]"#, ok!([1, 2, 1, 0])),
        ("7", ok!([7])),
        ("null", ok!([])),
        (r#""1, 2""#, None),
        (r#""1,x""#, None),
        (r#"["1,2"]"#, None),
        (r#"{"a":1}"#, None),
    ]);
    check::<CommaList<u8>>(&[(r#""1,255""#, ok!([1, 255])), (r#""256""#, None)]);
    check::<Vec<i64>>(&[(r#"["1",2]"#, ok!([1, 2])), (r#""1""#, ok!([1])), (r#""1,2""#, None)]);
}

#[test]
fn headers_come_in_three_forms() {
    check::<HeaderFields>(&[
        (r#"{"content-type":"x","a":["1","2"]}"#, ok!({ "Content-Type": ["x"], "A": ["1", "2"] })),
        (r#"{"x_y-z":"q"}"#, ok!({ "X_y-Z": ["q"] })),
        (r#"{"not allowed":"q"}"#, ok!({ "not allowed": ["q"] })),
        (r#"[{"a":"1"},{"b":"2"}]"#, ok!({ "A": ["1"], "B": ["2"] })),
        (r#""{\"a\":[\"1\",2]}""#, ok!({ "A": ["1", "2"] })),
        (r#""eyJjb250ZW50LXR5cGUiOiJ4In0=""#, ok!({ "Content-Type": ["x"] })),
        (r#"["a:1","a: 2"]"#, ok!({ "A": ["1", " 2"] })),
        (r#"{"a":[]}"#, ok!({})),
        ("{}", ok!({})),
        ("[]", ok!({})),
        ("null", ok!({})),
        (r#"{"a":1}"#, None),
        (r#"{"a":[1]}"#, None),
        (r#"{"a":true}"#, None),
        (r#"{"a":null}"#, None),
        (r#"["a"]"#, None),
        (r#"[":1"]"#, None),
        (r#"[1]"#, None),
        (r#""""#, None),
        (r#""a:1""#, None),
        ("1", None),
    ]);
}
