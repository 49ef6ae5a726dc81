//! Path and body together, and the errors that clients get.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
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
        format!("{prefix} \"ttl\": cannot provide negative value '-1'")
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
    // A flattened map takes all other fields.
    let rest = request::<Flat<BTreeMap<String, Json>>>(&[], r#"{"f":{"a":1}}"#).expect("a map");
    assert!(rest.ignored.is_empty());
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    for depth in [65, 200, 100_000] {
        let body = format!("{{\"f\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        super::assert_names(&request::<One<Json>>(&[], &body).expect_err("a refusal"), "f");
    }
    let body = format!("{{\"f\":{}{}}}", "[".repeat(64), "]".repeat(64));
    assert!(request::<One<Json>>(&[], &body).is_ok());
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

#[test]
fn an_adjacently_tagged_enum_is_coerced_wherever_its_tag_stands() {
    #[derive(Debug, Deserialize, Serialize, JsonSchema, PartialEq)]
    #[serde(tag = "tag", content = "value")]
    enum TagFirst {
        Port(u16),
        Names(Vec<String>),
        Host { name: String, ttl: Seconds },
        Nothing,
    }
    #[derive(Debug, Deserialize, Serialize, JsonSchema, PartialEq)]
    #[serde(tag = "value", content = "content")]
    enum ContentFirst {
        Port(u16),
        Names(Vec<String>),
        Host { name: String, ttl: Seconds },
        Nothing,
    }
    let rows = [
        ("Port", r#""0x50""#, Some(json!(80))),
        ("Port", "80", Some(json!(80))),
        ("Port", r#""x""#, None),
        ("Names", r#"" a ""#, Some(json!(["a"]))),
        ("Host", r#"{"name":5,"ttl":"1h"}"#, Some(json!({ "name": "5", "ttl": 3600 }))),
        ("Nowhere", "1", None),
    ];
    for (variant, sent, expected) in rows {
        let body = format!(r#"{{"tag":"{variant}","value":{sent}}}"#);
        let content = |content| json!({ "tag": variant, "value": content });
        assert_eq!(super::coerced::<TagFirst>(&body).ok(), expected.clone().map(content), "{body}");
        let whole = request::<TagFirst>(&[], &body).map(|parsed| json!(parsed.value));
        assert_eq!(whole.ok(), expected.clone().map(content), "{body}");

        let body = format!(r#"{{"value":"{variant}","content":{sent}}}"#);
        let content = |content| json!({ "value": variant, "content": content });
        assert_eq!(
            super::coerced::<ContentFirst>(&body).ok(),
            expected.clone().map(content),
            "{body}"
        );
        let whole = request::<ContentFirst>(&[], &body).map(|parsed| json!(parsed.value));
        assert_eq!(whole.ok(), expected.map(content), "{body}");
    }
    let nothing = super::coerced::<ContentFirst>(r#"{"value":"Nothing"}"#);
    assert_eq!(nothing, Ok(json!({ "value": "Nothing" })));
    let list = super::coerced::<Vec<ContentFirst>>(r#"[{"content":"1","value":"Port"}]"#);
    assert_eq!(list, Ok(json!([{ "value": "Port", "content": 1 }])));
}

#[test]
fn the_order_of_an_enums_fields_means_nothing() {
    #[derive(Debug, Deserialize, Serialize, JsonSchema, PartialEq)]
    #[serde(tag = "kind")]
    enum Internal {
        Number { aim: u8, zeal: Option<u8> },
        Text { aim: String },
    }
    #[derive(Debug, Deserialize, Serialize, JsonSchema, PartialEq)]
    #[serde(untagged)]
    enum Untagged {
        Number { zeal: u8, aim: u8 },
        Text { aim: String },
    }
    #[derive(Debug, Deserialize, Serialize, JsonSchema, PartialEq)]
    struct Holder {
        #[serde(flatten)]
        internal: Internal,
    }
    for (body, expected) in [
        (r#"{"kind":"Number","aim":1}"#, Internal::Number { aim: 1, zeal: None }),
        (r#"{"aim":1,"kind":"Number","zeal":2}"#, Internal::Number { aim: 1, zeal: Some(2) }),
        (r#"{"aim":"a","kind":"Text"}"#, Internal::Text { aim: "a".into() }),
    ] {
        // Each variant has a type of its own for `aim`.
        let flattened = request::<Holder>(&[], body).expect(body).value;
        assert_eq!(flattened.internal, expected, "{body}");
        assert_eq!(request::<Internal>(&[], body).expect(body).value, expected, "{body}");
        let field = request::<One<Internal>>(&[], &format!(r#"{{"f":{body}}}"#)).expect(body);
        assert_eq!(field.value.f, expected, "{body}");
    }
    for body in [r#"{"zeal":1,"aim":2}"#, r#"{"aim":2,"zeal":1}"#] {
        let value = request::<Untagged>(&[], body).expect(body).value;
        assert_eq!(value, Untagged::Number { zeal: 1, aim: 2 });
    }
}

#[test]
fn a_type_that_refuses_unknown_fields_is_not_given_those_of_the_path() {
    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        #[serde(alias = "owner")]
        user: String,
    }
    let parsed = request::<Strict>(&[("name", Some("dev"))], r#"{"user":"u"}"#);
    assert_eq!(parsed.expect("a user").value.user, "u");
    let by_alias = request::<Strict>(&[("owner", Some("dev"))], "{}");
    assert_eq!(by_alias.expect("a user").value.user, "dev");
    let unknown = request::<Strict>(&[("name", Some("dev"))], r#"{"user":"u","name":"x"}"#);
    assert!(unknown.is_ok(), "the path covers what the body says: {unknown:?}");
    let unknown = request::<Strict>(&[("name", Some("dev"))], r#"{"user":"u","other":"x"}"#);
    super::assert_names(&unknown.expect_err("a refusal"), "other");
    let twice = request::<Strict>(&[("name", Some("dev"))], r#"{"user":"u","owner":"x"}"#);
    let twice = twice.expect_err("a refusal");
    super::assert_names(&twice, "user");
    assert!(twice.to_string().contains("given twice"), "{twice}");
}

#[test]
fn a_million_unknown_fields_make_no_warning_of_megabytes() {
    let fields: Vec<String> = (0..100_000).map(|number| format!(r#""k{number}":1"#)).collect();
    let parsed = request::<()>(&[], &format!("{{{}}}", fields.join(","))).expect("nothing");
    let text = parsed.ignored.to_string();
    assert!(text.starts_with("k0 k1 k10 ") && text.ends_with(" more"), "{text}");
    assert!(text.len() < 1000, "{text}");
}

#[test]
fn a_field_of_a_flattened_type_is_named_in_long_requests_too() {
    #[derive(Debug, Deserialize, JsonSchema)]
    struct Outer {
        #[serde(flatten)]
        #[allow(dead_code)]
        inner: Inner,
    }
    #[derive(Debug, Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Inner {
        address: IpAddr,
        note: String,
    }
    let note = "n".repeat(1 << 20);
    let error = request::<Outer>(&[], &format!(r#"{{"address":"nowhere","note":"{note}"}}"#));
    super::assert_names(&error.expect_err("a refusal"), "address");
}
