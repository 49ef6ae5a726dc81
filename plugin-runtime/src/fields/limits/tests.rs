//! A type accepts exactly what its schema publishes.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::fields::{
    CommaList, FieldError, FieldSet, KeyValues, LowerCase, Name, Seconds, Sensitive, parse,
};

/// Returns the reason why a request is refused; `None` if it is accepted.
fn refusal<T: serde::de::DeserializeOwned + JsonSchema>(body: &str) -> Option<String> {
    refusal_at::<T>(&[], body)
}

fn refusal_at<T: serde::de::DeserializeOwned + JsonSchema>(
    captures: &[(&str, Option<&str>)],
    body: &str,
) -> Option<String> {
    let set = FieldSet::of::<T>();
    assert_eq!(set.limits().faults(), []);
    parse::<T>(&set, captures, body.as_bytes()).err().map(|error| match error {
        FieldError::OutOfLimits { field, reason } => format!("{field} {reason}"),
        other => format!("? {other}"),
    })
}

fn check<T: serde::de::DeserializeOwned + JsonSchema>(rows: &[(&str, Option<&str>)]) {
    for (body, expected) in rows {
        assert_eq!(refusal::<T>(body).as_deref(), *expected, "{body}");
    }
}

#[derive(Deserialize, JsonSchema, Default)]
#[serde(default)]
#[allow(dead_code)]
struct Scalars {
    #[schemars(range(min = 1, max = 10))]
    seats: u32,
    #[schemars(range(min = -5, max = 5))]
    offset: Option<i64>,
    #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1.5))]
    ratio: f64,
    #[schemars(extend("multipleOf" = 5))]
    step: i32,
    #[schemars(extend("multipleOf" = 0.1))]
    tenth: f64,
    #[schemars(range(min = 60, max = 3600))]
    ttl: Seconds,
    #[schemars(range(max = 18446744073709551615u64))]
    big: u64,
    #[schemars(length(min = 2, max = 4))]
    code: String,
    #[schemars(regex(pattern = r"^[a-z]+\d*$"))]
    word: Option<String>,
    #[schemars(length(max = 3))]
    secret: Option<Sensitive<String>>,
    #[schemars(regex(pattern = "^[a-z]+$"))]
    lower: Option<LowerCase>,
    #[schemars(length(max = 5))]
    name: Option<Name>,
    #[schemars(extend("enum" = ["red", "green"]))]
    colour: Option<String>,
    #[schemars(extend("const" = 7))]
    seven: Option<u8>,
    #[schemars(extend("enum" = [1, 2]))]
    level: Option<u8>,
}

#[test]
fn scalars_are_held_to_their_limits_once_coerced() {
    check::<Scalars>(&[
        ("{}", None),
        (r#"{"seats":1}"#, None),
        (r#"{"seats":"0xa"}"#, None),
        (r#"{"seats":0}"#, Some("seats must be at least 1")),
        (r#"{"seats":"0"}"#, Some("seats must be at least 1")),
        (r#"{"seats":null}"#, Some("seats must be at least 1")),
        (r#"{"seats":""}"#, Some("seats must be at least 1")),
        (r#"{"seats":11}"#, Some("seats must be at most 10")),
        (r#"{"seats":10.9}"#, None),
        (r#"{"seats":"0b1011"}"#, Some("seats must be at most 10")),
        (r#"{"offset":null}"#, None),
        (r#"{"offset":-6}"#, Some("offset must be at least -5")),
        (r#"{"offset":"6"}"#, Some("offset must be at most 5")),
        (r#"{"ratio":0.5}"#, None),
        (r#"{"ratio":0}"#, Some("ratio must be more than 0")),
        (r#"{"ratio":"1.5"}"#, Some("ratio must be less than 1.5")),
        (r#"{"step":-15}"#, None),
        (r#"{"step":"12"}"#, Some("step must be a multiple of 5")),
        (r#"{"tenth":0.3}"#, None),
        (r#"{"tenth":0.35}"#, Some("tenth must be a multiple of 0.1")),
        (r#"{"ttl":"1h"}"#, None),
        (r#"{"ttl":null}"#, None),
        (r#"{"ttl":59}"#, Some("ttl must be at least 60 seconds")),
        (r#"{"ttl":"2h"}"#, Some("ttl must be at most 3600 seconds")),
        (r#"{"big":18446744073709551615}"#, None),
        (r#"{"code":"äöü"}"#, None),
        (r#"{"code":"a"}"#, Some("code must have at least 2 characters")),
        (r#"{"code":1}"#, Some("code must have at least 2 characters")),
        (r#"{"code":12345}"#, Some("code must have at most 4 characters")),
        (r#"{"word":"abc1"}"#, None),
        (r#"{"word":"Abc"}"#, Some(r"word must match the pattern `^[a-z]+\d*$`")),
        (r#"{"word":"abc\n"}"#, Some(r"word must match the pattern `^[a-z]+\d*$`")),
        (r#"{"word":12}"#, Some(r"word must match the pattern `^[a-z]+\d*$`")),
        (r#"{"secret":"hunter2"}"#, Some("secret must have at most 3 characters")),
        (r#"{"lower":"ABC"}"#, None),
        (r#"{"lower":"AB1"}"#, Some("lower must match the pattern `^[a-z]+$`")),
        (r#"{"name":"abcde"}"#, None),
        (r#"{"name":"abcdef"}"#, Some("name must have at most 5 characters")),
        (r#"{"colour":"red"}"#, None),
        (r#"{"colour":"blue"}"#, Some(r#"colour must be one of "red", "green""#)),
        (r#"{"colour":null}"#, None),
        (r#"{"seven":"7"}"#, None),
        (r#"{"seven":8}"#, Some("seven must be one of 7")),
        (r#"{"level":3}"#, Some("level must be one of 1, 2")),
    ]);
}

#[derive(Deserialize, JsonSchema, Default)]
#[serde(default)]
#[allow(dead_code)]
struct Lists {
    #[schemars(length(min = 1, max = 2))]
    hosts: Option<Vec<String>>,
    #[schemars(inner(range(min = 1, max = 9)))]
    ports: Vec<u16>,
    #[schemars(inner(length(max = 3)), length(max = 3))]
    names: CommaList<String>,
    #[schemars(inner(range(max = 9)))]
    numbers: CommaList<i64>,
    #[schemars(extend("uniqueItems" = true))]
    once: Vec<String>,
    set: BTreeSet<u32>,
    #[schemars(extend("minProperties" = 1, "maxProperties" = 2))]
    labels: Option<KeyValues>,
    limited: BTreeMap<String, Seat>,
    pair: Option<(Seat, u8)>,
}

/// A newtype with its own limit.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(transparent)]
#[allow(dead_code)]
struct Seat(#[schemars(range(min = 1, max = 10))] u32);

#[test]
fn lists_and_maps_are_counted_and_looked_into() {
    check::<Lists>(&[
        ("{}", None),
        (r#"{"hosts":["a"]}"#, None),
        (r#"{"hosts":"a"}"#, None),
        (r#"{"hosts":[]}"#, Some("hosts must have at least 1 element")),
        (r#"{"hosts":""}"#, Some("hosts must have at least 1 element")),
        (r#"{"hosts":["a","b","c"]}"#, Some("hosts must have at most 2 elements")),
        (r#"{"ports":["1",9]}"#, None),
        (r#"{"ports":[1,0]}"#, Some("ports.1 must be at least 1")),
        (r#"{"ports":"10"}"#, Some("ports.0 must be at most 9")),
        (r#"{"names":"abc, def "}"#, None),
        (r#"{"names":"abc,defg"}"#, Some("names.1 must have at most 3 characters")),
        (r#"{"names":["a,b,c"]}"#, Some("names.0 must have at most 3 characters")),
        (r#"{"names":"a,b,c,d"}"#, Some("names must have at most 3 elements")),
        (r#"{"numbers":"1,10"}"#, Some("numbers.1 must be at most 9")),
        (r#"{"once":["a","b"]}"#, None),
        (r#"{"once":["a"," a"]}"#, Some("once must not contain an element twice")),
        (r#"{"once":["1",1]}"#, Some("once must not contain an element twice")),
        (r#"{"labels":{"a":1}}"#, None),
        (r#"{"labels":{}}"#, Some("labels must have at least 1 entry")),
        (r#"{"labels":["a=1","b=2","c=3"]}"#, Some("labels must have at most 2 entries")),
        (r#"{"limited":{"a":1}}"#, None),
        (r#"{"limited":{"a":"11"}}"#, Some("limited.a must be at most 10")),
        (r#"{"pair":[1,0]}"#, None),
        (r#"{"pair":[0,0]}"#, Some("pair.0 must be at least 1")),
    ]);
}

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Outer {
    #[serde(default, alias = "places")]
    #[schemars(range(max = 10))]
    seats: u32,
    #[serde(default, rename = "n", alias = "zz")]
    #[schemars(length(max = 2))]
    note: Option<String>,
    #[serde(default)]
    inner: Option<Inner>,
    #[serde(flatten)]
    flat: Flat,
}

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Inner {
    #[schemars(range(min = 1))]
    uses: u8,
    #[serde(default)]
    more: Vec<Inner>,
}

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Flat {
    #[serde(default, alias = "other")]
    #[schemars(length(max = 3))]
    word: String,
    #[serde(default)]
    #[schemars(range(min = 60))]
    ttl: Option<Seconds>,
}

/// Returns this many fields that no type knows.
fn junk(count: usize) -> String {
    (0..count).map(|number| format!("\"junk{number}\":1,")).collect()
}

#[test]
fn no_number_of_unknown_names_hides_another_name_of_a_field() {
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Seats {
        #[serde(alias = "places")]
        #[schemars(range(max = 10))]
        seats: u32,
    }
    let body = format!("{{{}\"places\":11}}", junk(10_000));
    assert_eq!(refusal::<Seats>(&body).as_deref(), Some("seats must be at most 10"));
}

#[test]
fn limits_hold_in_nested_flattened_and_recursive_types_and_under_other_names() {
    check::<Outer>(&[
        ("{}", None),
        (r#"{"seats":11}"#, Some("seats must be at most 10")),
        (r#"{"places":"11"}"#, Some("seats must be at most 10")),
        (r#"{"places":"10","unknown":1}"#, None),
        (&format!("{{{}\"places\":11}}", junk(20)), Some("seats must be at most 10")),
        (r#"{"zz":"abc"}"#, Some("n must have at most 2 characters")),
        (r#"{"zz":"ab","word":"abc"}"#, None),
        (r#"{"word":"abcd"}"#, Some("word must have at most 3 characters")),
        (r#"{"other":"abcd"}"#, Some("word must have at most 3 characters")),
        (r#"{"ttl":"59s"}"#, Some("ttl must be at least 60 seconds")),
        (r#"{"inner":{"uses":"0"}}"#, Some("inner.uses must be at least 1")),
        (
            r#"{"inner":{"uses":1,"more":[{"uses":2},{"uses":3,"more":{"uses":0}}]}}"#,
            Some("inner.more.1.more.0.uses must be at least 1"),
        ),
    ]);
}

#[test]
fn parts_of_the_path_are_held_to_the_limits_too() {
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Role {
        #[schemars(length(max = 4))]
        name: String,
        #[schemars(range(min = 1))]
        version: Option<u32>,
    }
    let at =
        |captures: &[(&str, Option<&str>)]| refusal_at::<Role>(captures, r#"{"name":"covered"}"#);
    assert_eq!(at(&[("name", Some("dev"))]), None);
    assert_eq!(at(&[("name", Some("prod1"))]).unwrap(), "name must have at most 4 characters");
    assert_eq!(at(&[("name", None), ("version", None)]), None);
    let version = at(&[("name", Some("dev")), ("version", Some("0"))]);
    assert_eq!(version.unwrap(), "version must be at least 1");
}

#[derive(Deserialize, Serialize, JsonSchema, Default)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    /// Writes are refused.
    #[default]
    #[serde(alias = "", alias = "ro")]
    ReadOnly,
    ReadWrite,
}

/// A text whose list is only in its schema.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("enum" = ["low", "high"]))]
#[allow(dead_code)]
struct Speed(String);

#[test]
fn an_enum_keeps_its_other_names_and_a_published_list_is_enforced() {
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Modes {
        #[serde(default)]
        mode: Mode,
        #[serde(default)]
        modes: Vec<Mode>,
        #[serde(default)]
        speed: Option<Speed>,
        #[serde(default)]
        speeds: Vec<Speed>,
    }
    check::<Modes>(&[
        (r#"{"mode":"read-write"}"#, None),
        (r#"{"mode":"ro"}"#, None),
        (r#"{"mode":""}"#, None),
        (r#"{"modes":["ro","read-only",""]}"#, None),
        (r#"{"speed":"low","speeds":["high"]}"#, None),
        (r#"{"speed":"medium"}"#, Some(r#"speed must be one of "low", "high""#)),
        (r#"{"speeds":["low","medium"]}"#, Some(r#"speeds.1 must be one of "low", "high""#)),
        (r#"{"speeds":"medium"}"#, Some(r#"speeds.0 must be one of "low", "high""#)),
    ]);
    let set = FieldSet::of::<Modes>();
    for (body, taken) in [
        (r#"{"mode":"ro","speed":"low"}"#, true),
        (r#"{"mode":"ro","speed":"x"}"#, false),
        (r#"{"mode":"","speed":"low"}"#, true),
        (r#"{"mode":"ro","speed":"y"}"#, false),
    ] {
        assert_eq!(parse::<Modes>(&set, &[], body.as_bytes()).is_ok(), taken, "{body}");
    }
}

#[test]
fn the_variant_that_is_meant_is_held_to_its_limits() {
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code)]
    enum Source {
        None,
        Port(#[schemars(range(min = 1024))] u16),
        Host {
            #[schemars(length(min = 1))]
            name: String,
        },
    }
    #[derive(Deserialize, JsonSchema)]
    #[serde(tag = "kind", rename_all = "lowercase")]
    #[allow(dead_code)]
    enum Tagged {
        Few {
            #[schemars(range(max = 5))]
            count: u8,
        },
        Many {
            #[schemars(range(min = 6))]
            count: u8,
        },
    }
    #[derive(Deserialize, JsonSchema)]
    #[serde(untagged)]
    #[allow(dead_code)]
    enum Either {
        Number(#[schemars(range(max = 5))] u8),
        Text(#[schemars(length(max = 2))] String),
    }
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct All {
        #[serde(default)]
        source: Option<Source>,
        #[serde(default)]
        tagged: Option<Tagged>,
        #[serde(default)]
        either: Option<Either>,
    }
    check::<All>(&[
        (r#"{"source":"None"}"#, None),
        (r#"{"source":{"Port":"2000"}}"#, None),
        (r#"{"source":{"Port":"80"}}"#, Some("source.Port must be at least 1024")),
        (
            r#"{"source":{"Host":{"name":""}}}"#,
            Some("source.Host.name must have at least 1 character"),
        ),
        (r#"{"tagged":{"kind":"few","count":5}}"#, None),
        (r#"{"tagged":{"kind":"few","count":6}}"#, Some("tagged.count must be at most 5")),
        (r#"{"tagged":{"kind":"many","count":5}}"#, Some("tagged.count must be at least 6")),
        (r#"{"either":5}"#, None),
        (r#"{"either":6}"#, Some("either must be at most 5")),
        (r#"{"either":"6"}"#, None),
        (r#"{"either":"abc"}"#, Some("either must have at most 2 characters")),
    ]);
    check::<Tagged>(&[
        (r#"{"kind":"few","count":5}"#, None),
        (r#"{"kind":"few","count":6}"#, Some("count must be at most 5")),
        (r#"{"kind":"many","count":5}"#, Some("count must be at least 6")),
    ]);
}

#[test]
fn a_type_without_limits_has_none() {
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Free {
        name: Name,
        count: u32,
        ttl: Seconds,
        hosts: Vec<String>,
        rest: BTreeMap<String, serde_json::Value>,
    }
    assert!(FieldSet::of::<Free>().limits().nodes.is_empty());
}

#[test]
fn a_pattern_that_does_not_compile_is_found_with_its_field() {
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Wrong {
        inner: Part,
    }
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Part {
        #[schemars(extend("pattern" = "(a"))]
        open: String,
        #[schemars(extend("pattern" = "(?=a)b"))]
        look: String,
        #[schemars(extend("pattern" = "(a{1000}){1000}"))]
        huge: String,
    }
    let set = FieldSet::of::<Wrong>();
    let faults: Vec<_> = set.limits().faults().iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(faults, ["inner.huge", "inner.look", "inner.open"]);
}

#[test]
fn what_is_compared_with_patterns_is_bounded() {
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Words {
        #[schemars(inner(regex(pattern = "^a*$")))]
        words: Vec<String>,
    }
    let body = |length: usize| format!(r#"{{"words":["{0}","{0}"]}}"#, "a".repeat(length));
    let half = super::pattern::MAX_COMPARED / 2;
    assert_eq!(refusal::<Words>(&body(half)), None);
    assert!(refusal::<Words>(&body(half + 1)).unwrap().starts_with("words.1 is too long"));
}

thread_local! {
    static READS: Cell<usize> = const { Cell::new(0) };
}

fn counted<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    READS.set(READS.get() + 1);
    u32::deserialize(deserializer)
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct CountedInside {
    #[serde(flatten)]
    inner: Counted,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Counted {
    #[serde(deserialize_with = "counted")]
    a_counter: u32,
    #[schemars(range(max = 10))]
    #[serde(alias = "first_a")]
    first: u32,
    #[schemars(range(max = 10))]
    second: u32,
    #[schemars(length(max = 10))]
    third: String,
}

#[test]
fn names_that_a_flattened_type_does_not_know_do_not_have_it_read_for_each() {
    let set = FieldSet::of::<CountedInside>();
    let reads = |body: String| {
        READS.set(0);
        let error = parse::<CountedInside>(&set, &[], body.as_bytes()).err();
        (READS.get(), error.map(|error| error.to_string()))
    };
    let unknown = |count: usize, first: usize| -> String {
        (first..first + count).map(|number| format!(",\"x{number}\":1")).collect()
    };
    for (count, first) in [(0, 0), (1, 0), (20, 0), (30, 100), (1000, 0)] {
        let (reads, error) = reads(format!("{{\"a_counter\":1{}}}", unknown(count, first)));
        assert_eq!(error, None);
        assert!(reads <= 2, "{reads} reads for {count} unknown names");
    }
    let (_, error) = reads(format!("{{\"a_counter\":1,\"first_a\":11{}}}", unknown(8, 300)));
    assert!(error.is_some_and(|error| error.contains("first")), "the other name is found");
}

/// A type whose fields have other names on all levels.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(default)]
struct Named {
    #[serde(alias = "PART")]
    part: Option<Part>,
    #[serde(alias = "PARTS")]
    parts: Vec<Part>,
    #[serde(alias = "BY_NAME")]
    by_name: BTreeMap<String, Part>,
}

#[derive(Deserialize, JsonSchema, Default)]
#[serde(default)]
struct Part {
    #[serde(alias = "SEATS")]
    #[schemars(range(max = 10))]
    seats: u32,
    #[serde(alias = "CODE")]
    #[schemars(length(max = 2))]
    code: Option<String>,
    #[serde(alias = "MORE")]
    more: Vec<Part>,
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct NamedInside {
    #[serde(alias = "OWN")]
    #[schemars(range(max = 10))]
    own: u32,
    #[serde(flatten)]
    named: Named,
    #[serde(flatten)]
    part: Part,
}

#[test]
fn limits_hold_under_other_names_on_all_levels() {
    let rows: &[(&str, Option<&str>)] = &[
        (r#"{"PART":{"SEATS":"10","CODE":"ab","UNKNOWN":99}}"#, None),
        (r#"{"PART":{"SEATS":"11"}}"#, Some("part.seats must be at most 10")),
        (r#"{"part":{"CODE":"abc"}}"#, Some("part.code must have at most 2 characters")),
        (r#"{"PART":[{"CODE":"abc"}]}"#, Some("part.code must have at most 2 characters")),
        (r#"{"PARTS":[{},{"SEATS":11}]}"#, Some("parts.1.seats must be at most 10")),
        (r#"{"parts":{"SEATS":11}}"#, Some("parts.0.seats must be at most 10")),
        (
            r#"{"BY_NAME":{"a":{"CODE":123}}}"#,
            Some("by_name.a.code must have at most 2 characters"),
        ),
        (
            r#"{"PART":{"MORE":[{"more":[{"MORE":{"SEATS":11}}]}]}}"#,
            Some("part.more.0.more.0.more.0.seats must be at most 10"),
        ),
    ];
    check::<Named>(rows);
    for (body, expected) in rows {
        let body = format!("{{\"OWN\":\"1\",{}", &body[1..]);
        assert_eq!(refusal::<NamedInside>(&body).as_deref(), *expected, "{body}");
    }
    check::<NamedInside>(&[
        (r#"{"OWN":11}"#, Some("own must be at most 10")),
        (r#"{"OWN":1,"SEATS":11}"#, Some("seats must be at most 10")),
        (r#"{"OWN":1,"SEATS":"10","CODE":null}"#, None),
        (r#"{"OWN":1,"CODE":123}"#, Some("code must have at most 2 characters")),
        (r#"{"own":1,"MORE":{"SEATS":11}}"#, Some("more.0.seats must be at most 10")),
    ]);
}
