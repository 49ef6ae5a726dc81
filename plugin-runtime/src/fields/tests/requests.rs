//! Path and body together, and what clients are told.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Flat, One, parse, request};
use crate::fields::{FieldError, FieldSet, Seconds, Sensitive};

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
struct Role {
    name: String,
    ttl: Seconds,
    #[serde(default = "hour", alias = "maximum")]
    max_ttl: Seconds,
    #[serde(rename = "mode", default)]
    kind: Kind,
    note: Option<String>,
    limits: Option<Limits>,
}

#[derive(Debug, Deserialize, JsonSchema, PartialEq, Default)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    #[default]
    ReadOnly,
    ReadWrite,
}

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
struct Limits {
    uses: u8,
    hosts: Vec<u16>,
}

fn hour() -> Seconds {
    Seconds::new(3600)
}

fn refusal(body: &str) -> String {
    request::<Role>(&[("name", Some("r"))], body).expect_err("a refusal").to_string()
}

#[test]
fn a_request_of_strings_becomes_a_struct() {
    let body =
        r#"{"ttl":"1h","mode":"read-write","note":null,"limits":{"uses":"3","hosts":["0x50"]}}"#;
    let parsed = request::<Role>(&[("name", Some("dev"))], body).expect("a role");
    let limits = Some(Limits { uses: 3, hosts: vec![80] });
    let role = Role {
        name: "dev".into(),
        ttl: hour(),
        max_ttl: hour(),
        kind: Kind::ReadWrite,
        note: None,
        limits,
    };
    assert_eq!(parsed.value, role);
    assert!(parsed.ignored.is_empty() && parsed.replaced.is_empty());
}

#[test]
fn the_path_covers_the_body_and_unknown_keys_are_reported_in_order() {
    let body = r#"{"z":1,"name":"x","ttl":5,"a":[{}],"maximum":"7","note":null}"#;
    let captures = [("note", Some("n")), ("name", Some("dev")), ("other", None)];
    let parsed = request::<Role>(&captures, body).expect("a role");
    assert_eq!(parsed.value.name, "dev");
    assert_eq!(parsed.value.max_ttl.get(), 7);
    assert_eq!(parsed.ignored, ["a", "z"]);
    assert_eq!(parsed.replaced, ["name"]);
}

#[test]
fn a_part_that_did_not_match_is_empty_and_covers_the_body() {
    let body = r#"{"ttl":0,"name":"x","note":"y"}"#;
    let parsed = request::<Role>(&[("name", None), ("note", None)], body).expect("a role");
    assert_eq!(parsed.value.name, "");
    assert_eq!(parsed.value.note, None);
    assert_eq!(parsed.replaced, ["name", "note"]);
}

#[test]
fn null_leaves_a_duration_to_its_default() {
    let parsed = request::<Role>(&[("name", Some("r"))], r#"{"ttl":1,"max_ttl":null}"#);
    assert_eq!(parsed.expect("a role").value.max_ttl, hour());
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    let prefix = "Field validation failed: error converting input for field";
    assert_eq!(refusal("{}"), "missing required field: `ttl`");
    assert_eq!(refusal(r#"{"ttl":null}"#), "missing required field: `ttl`");
    assert_eq!(
        refusal(r#"{"ttl":1,"limits":{"uses":1}}"#),
        "missing required field: `limits.hosts`"
    );
    assert_eq!(
        refusal(r#"{"ttl":-1}"#),
        format!("{prefix} \"ttl\": cannot provide negative value")
    );
    let nested = refusal(r#"{"ttl":1,"limits":{"uses":1,"hosts":[1,"x"]}}"#);
    assert_eq!(nested, format!("{prefix} \"limits.hosts.1\": expected an integer"));
    let variant = refusal(r#"{"ttl":1,"mode":"hunter2"}"#);
    assert_eq!(
        variant,
        format!("{prefix} \"mode\": expected one of \"read-only\", \"read-write\"")
    );
}

#[test]
fn no_refusal_quotes_the_value() {
    #[derive(Debug, Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct All {
        #[serde(default)]
        name: u32,
        #[serde(default)]
        flag: bool,
        #[serde(default)]
        kind: Kind,
        #[serde(default)]
        letter: Option<char>,
        #[serde(default)]
        ttl: Seconds,
        #[serde(default)]
        address: Option<IpAddr>,
        #[serde(default)]
        pairs: BTreeMap<String, String>,
        #[serde(default)]
        secret: Option<Sensitive<Vec<u8>>>,
    }
    for field in ["name", "flag", "kind", "letter", "ttl", "address", "pairs", "secret"] {
        for sent in [r#""hunter2""#, r#"["hunter2"]"#, r#"[["hunter2"]]"#] {
            let error = request::<All>(&[], &format!("{{\"{field}\":{sent}}}")).expect_err(field);
            assert!(error.to_string().contains(field), "{error}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
    }
}

#[test]
fn data_that_are_no_object_are_refused() {
    for body in ["[]", "1", "{", r#""x""#, r#"{"a":1}x"#, "\u{0}"] {
        assert_eq!(request::<Role>(&[], body), Err(FieldError::NotAnObject), "{body}");
    }
    let bytes =
        parse::<()>(&FieldSet::of::<()>(), &[], b"{\"a\":\"\xff\"}").expect_err("not UTF-8");
    assert_eq!(bytes, FieldError::NotAnObject);
    for body in ["", "null", " null ", "{}"] {
        assert!(request::<()>(&[], body).is_ok(), "{body:?}");
    }
}

#[test]
fn the_last_of_equal_keys_wins() {
    let parsed = request::<One<u8>>(&[], r#"{"f":1,"f":2}"#).expect("a number");
    assert_eq!(parsed.value.f, 2);
}

#[test]
fn a_map_takes_every_key_as_it_is() {
    let body = r#"{"a":"1","b":{"c":[1.5]}}"#;
    let parsed = request::<BTreeMap<String, Json>>(&[("path", Some("x"))], body).expect("a map");
    assert_eq!(json!(parsed.value), json!({ "a": "1", "b": { "c": [1.5] }, "path": "x" }));
    assert!(parsed.ignored.is_empty());
    assert_eq!(request::<Json>(&[], body).expect("any value").ignored, Vec::<String>::new());
    assert_eq!(request::<()>(&[], body).expect("nothing").ignored, ["a", "b"]);
}

#[test]
fn flattened_types_are_coerced_named_and_known() {
    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    struct Outer {
        first: u8,
        #[serde(flatten)]
        inner: Inner,
    }
    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    struct Inner {
        count: NonZeroU32,
        address: Option<IpAddr>,
        mode: Kind,
        limits: Option<Limits>,
    }
    let body = r#"{"first":"1","count":"2","mode":"read-only","extra":1,
                   "limits":{"uses":"3","hosts":"7"}}"#;
    let parsed = request::<Outer>(&[("address", Some("::1"))], body).expect("an outer");
    assert_eq!(parsed.value.inner.count.get(), 2);
    assert_eq!(parsed.value.inner.address, Some(IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])));
    assert_eq!(parsed.value.inner.limits, Some(Limits { uses: 3, hosts: vec![7] }));
    assert_eq!(parsed.ignored, ["extra"]);
    let unmatched = request::<Outer>(&[("address", None)], body).expect("an outer");
    assert_eq!(unmatched.value.inner.address, None);
    let rows = [
        (r#"{"first":1,"count":0,"mode":"read-only"}"#, "count"),
        (r#"{"first":1,"count":1,"mode":"x"}"#, "mode"),
        (r#"{"first":1,"count":1,"mode":"read-only","address":"x"}"#, "address"),
        (r#"{"first":1,"count":"x","mode":"read-only"}"#, "count"),
        (r#"{"first":300,"count":1,"mode":"read-only"}"#, "first"),
        (r#"{"first":1,"mode":"read-only"}"#, "count"),
    ];
    for (body, field) in rows {
        super::assert_names(&request::<Outer>(&[], body).expect_err(field), field);
    }
    // A flattened map takes what is left over.
    let rest = request::<Flat<BTreeMap<String, Json>>>(&[], r#"{"f":{"a":1}}"#).expect("a map");
    assert!(rest.ignored.is_empty());
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    for depth in [200, 100_000] {
        let body = format!("{{\"f\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        super::assert_names(&request::<One<Json>>(&[], &body).expect_err("a refusal"), "f");
    }
}

#[test]
fn sensitive_values_are_hidden_and_still_serialised() {
    let parsed = request::<One<Sensitive<String>>>(&[], r#"{"f":"hunter2"}"#).expect("a secret");
    assert_eq!(parsed.value.f.expose(), "hunter2");
    assert!(!format!("{parsed:?}").contains("hunter2"));
    assert_eq!(serde_json::to_string(&parsed.value.f).expect("JSON"), r#""hunter2""#);
}

#[test]
fn enums_with_data_are_objects_with_one_key() {
    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    enum Source {
        None,
        Port(u16),
        Host { name: String, port: u16 },
    }
    let rows = [
        (r#""None""#, Some(Source::None)),
        (r#"{"Port":"80"}"#, Some(Source::Port(80))),
        (
            r#"{"Host":{"name":"a","port":"0x50"}}"#,
            Some(Source::Host { name: "a".into(), port: 80 }),
        ),
        (r#""Port""#, None),
        (r#"{"None":1}"#, None),
        (r#"{"Port":1,"None":null}"#, None),
        ("{}", None),
    ];
    for (sent, expected) in rows {
        let parsed = request::<One<Source>>(&[], &format!("{{\"f\":{sent}}}"));
        assert_eq!(parsed.ok().map(|parsed| parsed.value.f), expected, "{sent}");
    }
}
