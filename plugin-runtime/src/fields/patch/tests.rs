//! Merges, and the names that types give their fields.

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{Naming, merged, patched};
use crate::fields::aliases::Names;
use crate::fields::input::Input;
use crate::fields::{FieldError, FieldSet};

/// Returns the merge as JSON text, of objects whose names are taken literally.
fn merged_text(stored: &str, patch: &str) -> String {
    fn text(input: &Input<'_>) -> String {
        match input {
            Input::Kept(text) => (*text).to_owned(),
            Input::Number(number) => number.to_string(),
            Input::Text(text) => json!(text).to_string(),
            Input::Object(entries) => {
                let entries: BTreeMap<_, _> = entries.iter().map(|(k, v)| (k, text(v))).collect();
                let entries: Vec<_> = entries
                    .iter()
                    .map(|(name, value)| format!("{}:{value}", json!(name)))
                    .collect();
                format!("{{{}}}", entries.join(","))
            }
            Input::List(elements) => {
                format!("[{}]", elements.iter().map(text).collect::<Vec<_>>().join(","))
            }
            Input::Bool(value) => value.to_string(),
            Input::Null | Input::Marker(_) => "null".to_owned(),
        }
    }
    let set = FieldSet::of::<Json>();
    let names = Names::reading::<Json>(&set);
    let entries = merged(&Naming::of::<Json>(&set), &names, stored, patch).expect("objects");
    text(&Input::Object(entries))
}

/// Runs the test cases of RFC 7396, appendix A, with objects as patches.
#[test]
fn objects_are_merged_as_the_rfc_says() {
    for (target, patch, expected) in [
        (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
        (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
        (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
        (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
        (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
        (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
        (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
        (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
        (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"a":1,"e":null}"#),
        ("[1,2]", r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
        ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        (r#"{"a":5}"#, r#"{"a":{"b":{"c":null,"d":1}}}"#, r#"{"a":{"b":{"d":1}}}"#),
        (
            r#" { "a" : { "b" : [ 1 , {} ] } , "c" : 1 } "#,
            r#"{"a":{"d":1}}"#,
            r#"{"a":{"b":[ 1 , {} ],"d":1},"c":1}"#,
        ),
        (r#"{"a":1,"b":2}"#, "null", r#"{"a":1,"b":2}"#),
        (r#"{"a":1}"#, r#"{"a":2,"a":3}"#, r#"{"a":3}"#),
        (r#"{"\u0061":1}"#, r#"{"a":2}"#, r#"{"a":2}"#),
    ] {
        assert_eq!(merged_text(target, patch), expected, "{target} {patch}");
    }
}

#[test]
fn numbers_keep_their_digits() {
    let big = r#"{"a":123456789012345678901234567890,"b":1.10}"#;
    assert_eq!(
        merged_text(big, r#"{"c":0.30}"#),
        r#"{"a":123456789012345678901234567890,"b":1.10,"c":0.30}"#
    );
}

#[test]
fn nesting_has_an_end() {
    let deep = format!("{}1{}", r#"{"a":"#.repeat(100), "}".repeat(100));
    let set = FieldSet::of::<Json>();
    let (naming, names) = (Naming::of::<Json>(&set), Names::reading::<Json>(&set));
    assert!(merged(&naming, &names, "{}", &deep).is_err());
    assert!(merged(&naming, &names, &deep, r#"{"a":{"b":1}}"#).is_ok());
}

#[derive(Debug, PartialEq, Clone, Serialize, Deserialize, JsonSchema)]
struct Role {
    user: String,
    #[serde(default, alias = "maximum", alias = "max")]
    max_ttl: u32,
    #[serde(default = "seven", rename = "mode", alias = "kind")]
    r#type: u8,
    #[serde(default, skip_serializing_if = "Option::is_none", alias = "remark")]
    note: Option<String>,
    #[serde(default, alias = "bounds")]
    limits: Option<Box<Limits>>,
    #[serde(default)]
    by_name: HashMap<String, Limits>,
    #[serde(default, alias = "up")]
    parent: Option<Box<Role>>,
}

fn seven() -> u8 {
    7
}

#[derive(Debug, PartialEq, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
struct Limits {
    #[serde(alias = "most")]
    max_uses: u32,
    min_uses: u32,
}

fn role() -> Role {
    let limits = Limits { max_uses: 3, min_uses: 1 };
    let parent = Role {
        user: "up".into(),
        max_ttl: 9,
        r#type: 9,
        note: None,
        limits: Some(Box::new(limits.clone())),
        by_name: HashMap::new(),
        parent: None,
    };
    Role {
        user: "svc".into(),
        max_ttl: 60,
        r#type: 1,
        note: Some("n".into()),
        limits: Some(Box::new(limits.clone())),
        by_name: [("a".to_owned(), limits)].into(),
        parent: Some(Box::new(parent)),
    }
}

fn patch<T>(stored: &T, body: &str) -> Result<T, FieldError>
where
    T: Serialize + DeserializeOwned + JsonSchema,
{
    let set = FieldSet::of::<T>();
    let stored = serde_json::to_string(stored).expect("JSON");
    patched(&set, &Naming::of::<T>(&set), &[], &stored, body)
}

#[test]
fn every_name_of_a_field_changes_it_and_null_takes_it_away() {
    for (body, change) in [
        (r#"{"max_ttl":"1"}"#, (|role| role.max_ttl = 1) as fn(&mut Role)),
        (r#"{"maximum":"1"}"#, |role| role.max_ttl = 1),
        (r#"{"max":1}"#, |role| role.max_ttl = 1),
        (r#"{"maximum":null}"#, |role| role.max_ttl = 0),
        (r#"{"mode":2}"#, |role| role.r#type = 2),
        (r#"{"kind":"2"}"#, |role| role.r#type = 2),
        (r#"{"kind":null}"#, |role| role.r#type = 7),
        (r#"{"type":5}"#, |_| {}),
        (r#"{"remark":"x"}"#, |role| role.note = Some("x".into())),
        (r#"{"remark":null}"#, |role| role.note = None),
        (r#"{"bounds":{"most":5}}"#, |role| role.limits.as_mut().unwrap().max_uses = 5),
        (r#"{"bounds":{"maxUses":5}}"#, |role| role.limits.as_mut().unwrap().max_uses = 5),
        (r#"{"limits":{"most":null}}"#, |role| role.limits.as_mut().unwrap().max_uses = 0),
        (r#"{"bounds":null}"#, |role| role.limits = None),
        (r#"{"by_name":{"a":{"most":5},"b":{"most":6}}}"#, |role| {
            role.by_name.get_mut("a").unwrap().max_uses = 5;
            role.by_name.insert("b".into(), Limits { max_uses: 6, min_uses: 0 });
        }),
        (r#"{"by_name":{"a":{"most":null}}}"#, |role| {
            role.by_name.get_mut("a").unwrap().max_uses = 0;
        }),
        (r#"{"up":{"max":null,"bounds":{"most":8}}}"#, |role| {
            let parent = role.parent.as_mut().unwrap();
            parent.max_ttl = 0;
            parent.limits.as_mut().unwrap().max_uses = 8;
        }),
        (r#"{"up":{"up":{"user":"x","max":4}}}"#, |role| {
            let above = Role {
                user: "x".into(),
                max_ttl: 4,
                r#type: 7,
                note: None,
                limits: None,
                by_name: HashMap::new(),
                parent: None,
            };
            role.parent.as_mut().unwrap().parent = Some(Box::new(above));
        }),
    ] {
        let mut expected = role();
        change(&mut expected);
        assert_eq!(patch(&role(), body), Ok(expected), "{body}");
    }
}

#[test]
fn two_names_of_a_field_are_refused() {
    for (body, field) in [
        (r#"{"max":1,"maximum":2}"#, "maximum"),
        (r#"{"max_ttl":1,"maximum":null}"#, "maximum"),
        (r#"{"kind":1,"mode":1}"#, "mode"),
        (r#"{"limits":{"most":1,"maxUses":1}}"#, "limits.most"),
        (r#"{"by_name":{"b":{"most":1,"maxUses":1}}}"#, "by_name.b.most"),
    ] {
        let error = patch(&role(), body).expect_err(body).to_string();
        assert!(error.contains(&format!("{field:?}: given twice")), "{body}: {error}");
    }
}

#[derive(Debug, PartialEq, Clone, Serialize, Deserialize, JsonSchema)]
struct Flat {
    #[serde(alias = "who")]
    user: String,
    #[serde(flatten)]
    token: Token,
    #[serde(flatten)]
    other: Other,
}

#[derive(Debug, PartialEq, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Token {
    #[serde(alias = "ttl", alias = "period")]
    token_ttl: u32,
    #[serde(alias = "uses")]
    token_uses: u32,
}

#[derive(Debug, PartialEq, Clone, Serialize, Deserialize, JsonSchema)]
struct Other {
    #[serde(alias = "addr")]
    address: std::net::IpAddr,
    #[serde(default, alias = "bounds")]
    limits: Limits,
}

#[test]
fn flattened_fields_go_by_all_their_names() {
    let stored = Flat {
        user: "u".into(),
        token: Token { token_ttl: 60, token_uses: 5 },
        other: Other { address: [127, 0, 0, 1].into(), limits: Limits::default() },
    };
    for (body, change) in [
        (r#"{"who":"x"}"#, (|flat| flat.user = "x".into()) as fn(&mut Flat)),
        (r#"{"token_ttl":"1"}"#, |flat| flat.token.token_ttl = 1),
        (r#"{"ttl":1,"uses":2,"addr":"::1"}"#, |flat| {
            flat.token = Token { token_ttl: 1, token_uses: 2 };
            flat.other.address = "::1".parse().unwrap();
        }),
        (r#"{"ttl":null,"uses":null}"#, |flat| flat.token = Token::default()),
        (r#"{"ttl":null,"uses":3,"nothing":null}"#, |flat| {
            flat.token = Token { token_ttl: 0, token_uses: 3 };
        }),
        (r#"{"nothing":null,"nought":null}"#, |_| {}),
        (r#"{"limits":{"maxUses":4}}"#, |flat| flat.other.limits.max_uses = 4),
    ] {
        let mut expected = stored.clone();
        change(&mut expected);
        assert_eq!(patch(&stored, body), Ok(expected), "{body}");
    }
    for (body, reason) in [
        (r#"{"ttl":1,"token_ttl":2}"#, "given twice"),
        (r#"{"ttl":1,"period":2}"#, "given twice"),
        (r#"{"who":"x","user":"y"}"#, "given twice"),
        (r#"{"who":null}"#, "missing required field: `user`"),
        (r#"{"addr":null}"#, "missing required field: `address`"),
        (r#"{"addr":"nowhere"}"#, "addr"),
    ] {
        let error = patch(&stored, body).expect_err(body).to_string();
        assert!(error.contains(reason), "{body}: {error}");
    }
}

#[test]
fn what_a_patch_does_not_name_stays_as_its_type_wrote_it() {
    use std::time::{Duration, SystemTime};
    #[derive(Debug, PartialEq, Clone, Serialize, Deserialize, JsonSchema)]
    struct Kept {
        length: Duration,
        instant: SystemTime,
        texts: Vec<String>,
        inner: Inner,
        count: u8,
    }
    #[derive(Debug, PartialEq, Clone, Serialize, Deserialize, JsonSchema)]
    struct Inner {
        length: Duration,
        lengths: Vec<Duration>,
        big: u64,
        count: u8,
    }
    let inner = Inner {
        length: Duration::from_millis(1500),
        lengths: vec![Duration::from_nanos(1)],
        big: u64::MAX,
        count: 1,
    };
    let stored = Kept {
        length: Duration::from_millis(2500),
        instant: SystemTime::UNIX_EPOCH + Duration::from_nanos(7),
        texts: vec![" kept ".into(), String::new()],
        inner,
        count: 1,
    };
    assert_eq!(patch(&stored, "null"), Ok(stored.clone()));
    let changed = patch(&stored, r#"{"count":"2","inner":{"count":"0x3"}}"#);
    let expected = Kept { count: 2, inner: Inner { count: 3, ..stored.inner.clone() }, ..stored };
    assert_eq!(changed, Ok(expected.clone()));
    let changed = patch(&expected, r#"{"length":"1h","inner":{"length":5}}"#);
    let length = Duration::from_secs(3600);
    let inner = Inner { length: Duration::from_secs(5), ..expected.inner.clone() };
    assert_eq!(changed, Ok(Kept { length, inner, ..expected }));
}

#[test]
fn types_that_tell_their_names_apart_by_themselves_are_merged_by_them() {
    assert_eq!(
        patch(&json!({ "a": 1, "b": { "c": 1 } }), r#"{"a":null,"b":{"d":2}}"#),
        Ok(json!({ "b": { "c": 1, "d": 2 } }))
    );
    let numbers: BTreeMap<u16, u8> = [(1, 1), (2, 2)].into();
    assert_eq!(patch(&numbers, r#"{"1":null,"3":"3"}"#), Ok([(2, 2), (3, 3)].into()));

    /// A map of itself has no last level.
    #[derive(Debug, PartialEq, Clone, Default, Serialize, Deserialize)]
    struct Tree(BTreeMap<String, Tree>);
    impl JsonSchema for Tree {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "Tree".into()
        }
        fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
            schemars::json_schema!({ "type": "object" })
        }
    }
    let leaf = |name: &str| Tree([(name.to_owned(), Tree::default())].into());
    assert_eq!(patch(&leaf("a"), r#"{"a":{"b":{}}}"#), Ok(Tree([("a".into(), leaf("b"))].into())));
}
