//! Other names of fields (`serde(alias)`), which no schema has.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::fields::patch::Naming;
use crate::fields::{
    AnyMap, CommaList, FieldError, FieldSet, KeyValues, LowerCase, Name, Seconds, Time, parse,
    patched,
};

/// A field of most kinds, each with a second name in capitals.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Part {
    #[serde(alias = "TEXT")]
    text: String,
    #[serde(alias = "MAYBE")]
    maybe: Option<String>,
    #[serde(alias = "COUNT")]
    count: u32,
    #[serde(alias = "RATIO")]
    ratio: f32,
    #[serde(alias = "FORCE")]
    force: bool,
    #[serde(alias = "SPAN")]
    span: Duration,
    #[serde(alias = "MAYBE_SPAN")]
    maybe_span: Option<Duration>,
    #[serde(alias = "INSTANT")]
    instant: SystemTime,
    #[serde(alias = "TTL")]
    ttl: Seconds,
    #[serde(alias = "TIME")]
    time: Time,
    #[serde(alias = "CALLED")]
    called: Name,
    #[serde(alias = "LOWER")]
    lower: LowerCase,
    #[serde(alias = "LIST")]
    list: Vec<String>,
    #[serde(alias = "COMMAS")]
    commas: CommaList<i64>,
    #[serde(alias = "PAIRS")]
    pairs: KeyValues,
    #[serde(alias = "ANY_MAP")]
    any_map: AnyMap,
    #[serde(alias = "ANY")]
    any: Json,
    #[serde(alias = "ADDRESS")]
    address: IpAddr,
    #[serde(alias = "COLOR")]
    color: Color,
    #[serde(alias = "LETTER")]
    letter: char,
    #[serde(alias = "TUPLE")]
    tuple: (u8, String),
    #[serde(alias = "CHOICE")]
    choice: Choice,
    #[serde(alias = "NESTED")]
    nested: Nested,
    #[serde(alias = "MAYBE_NESTED")]
    maybe_nested: Option<Nested>,
    #[serde(alias = "NESTED_LIST")]
    nested_list: Vec<Nested>,
    #[serde(alias = "NESTED_MAP")]
    nested_map: BTreeMap<String, Nested>,
}

impl Default for Part {
    fn default() -> Self {
        Self {
            text: "t".into(),
            maybe: Some("m".into()),
            count: 7,
            ratio: 0.5,
            force: true,
            span: Duration::from_secs(7),
            maybe_span: None,
            instant: SystemTime::UNIX_EPOCH + Duration::from_secs(7),
            ttl: Seconds::from(Duration::from_secs(7)),
            time: SystemTime::UNIX_EPOCH.into(),
            called: Name::new("name").expect("a name"),
            lower: LowerCase::default(),
            list: vec!["l".into()],
            commas: CommaList::default(),
            pairs: KeyValues::default(),
            any_map: AnyMap::default(),
            any: json!(7),
            address: [127, 0, 0, 1].into(),
            color: Color::Green,
            letter: 'x',
            tuple: (7, "t".into()),
            choice: Choice::A(7),
            nested: Nested::default(),
            maybe_nested: None,
            nested_list: Vec::new(),
            nested_map: BTreeMap::new(),
        }
    }
}

#[derive(Debug, PartialEq, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Color {
    #[serde(alias = "ROUGE")]
    Red,
    Green,
}

#[derive(Debug, PartialEq, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "b")]
enum Choice {
    A(u8),
    B(Nested),
}

#[derive(Debug, PartialEq, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Nested {
    #[serde(alias = "USES")]
    uses: u32,
    #[serde(alias = "HOSTS")]
    hosts: Vec<String>,
    #[serde(alias = "INNER")]
    inner: Option<Inner>,
}

#[derive(Debug, PartialEq, Clone, Serialize, Deserialize, JsonSchema)]
struct Inner {
    #[serde(alias = "SPAN")]
    span: Duration,
}

/// The part behind required fields and another part that requires some.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Outer {
    #[serde(alias = "USER")]
    user: String,
    #[serde(default = "epoch", alias = "SINCE")]
    since: SystemTime,
    #[serde(flatten)]
    first: First,
    #[serde(flatten)]
    part: Part,
}

fn epoch() -> SystemTime {
    SystemTime::UNIX_EPOCH
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct First {
    #[serde(alias = "GATE")]
    gate: IpAddr,
}

/// The part alone.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Alone {
    #[serde(flatten)]
    part: Part,
}

/// The part, if its fields are valid: serde takes what is wrong for absent.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Perhaps {
    #[serde(flatten)]
    part: Option<Part>,
}

/// The part in a part.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Deep {
    #[serde(flatten)]
    alone: Alone,
}

/// Returns what is sent, in every form that some field has a rule for.
fn sent() -> Vec<Json> {
    vec![
        json!(null),
        json!(true),
        json!("true"),
        json!(5),
        json!("5"),
        json!(-1.5),
        json!(""),
        json!("x"),
        json!("RED"),
        json!("red"),
        json!("ROUGE"),
        json!("1h"),
        json!("::1"),
        json!("2024-02-29T23:59:59Z"),
        json!([]),
        json!([" a ", 1]),
        json!(["a=b"]),
        json!("a=b"),
        json!({}),
        json!({ "secs": 1, "nanos": 2 }),
        json!({ "uses": "5" }),
        json!({ "USES": "5" }),
        json!({ "USES": null, "HOSTS": "one" }),
        json!({ "uses": 1, "USES": 2 }),
        json!({ "INNER": { "SPAN": "1h" }, "unknown": 1 }),
        json!({ "INNER": { "SPAN": "nonsense" } }),
        json!([{ "USES": "5" }, { "HOSTS": "one" }]),
        json!({ "a": { "USES": "5", "INNER": { "SPAN": 1 } } }),
        json!({ "t": "A", "b": "5" }),
        json!({ "t": "B", "b": { "USES": "5" } }),
    ]
}

/// Returns a request with a field under one of its names.
fn body(own: &str, name: &str, value: &Json, rest: &Json) -> String {
    let mut body = rest.clone();
    body.as_object_mut().expect("an object").remove(own);
    body[name] = value.clone();
    body.to_string()
}

/// Returns the text of a refusal, with the field's own name for the one that was sent.
fn named(error: &FieldError, sent: &str, own: &str) -> String {
    let text = error.to_string();
    text.replace(&format!("\"{sent}"), &format!("\"{own}"))
        .replace(&format!("`{sent}"), &format!("`{own}"))
}

/// Returns a field is the same under both of its names, in a new set and in one that knows the name.
fn is_one<T: DeserializeOwned + JsonSchema + Serialize + PartialEq + std::fmt::Debug>(
    rest: &Json,
    only: impl Fn(&str) -> bool,
) {
    let set = FieldSet::of::<T>();
    let naming = Naming::of::<T>(&set);
    let kind = std::any::type_name::<T>();
    let stored: T = parse(&set, &[], rest.to_string().as_bytes()).expect("a type").value;
    let stored = serde_json::to_string(&stored).expect("JSON");
    let names: Vec<String> =
        set.iter().map(|(name, _)| name.to_owned()).filter(|name| only(name)).collect();
    for (position, own) in names.iter().enumerate() {
        let other = own.to_uppercase();
        // Each has the other name learned from another value, in a request or in a patch.
        let [fresh, new] = [FieldSet::of::<T>(), FieldSet::of::<T>()];
        let [fresh_naming, new_naming] = [Naming::of::<T>(&fresh), Naming::of::<T>(&new)];
        let mut values = sent();
        let first = position % values.len();
        values.rotate_left(first);
        for value in values {
            let [by_own, by_other] = [own, &other].map(|name| body(own, name, &value, rest));
            let expected = parse::<T>(&set, &[], by_own.as_bytes());
            for set in [&fresh, &set] {
                let parsed = parse::<T>(set, &[], by_other.as_bytes());
                match (&parsed, &expected) {
                    (Ok(parsed), Ok(expected)) => {
                        assert_eq!(parsed, expected, "{kind}: {by_other}");
                    }
                    (Err(parsed), Err(expected)) => {
                        assert_eq!(
                            named(parsed, &other, own),
                            named(expected, own, own),
                            "{kind}: {by_other}"
                        );
                    }
                    _ => panic!("{kind}: {by_other} is {parsed:?}, {by_own} is {expected:?}"),
                }
            }
            let [by_own, by_other] = [own, &other].map(|name| json!({ name: value }).to_string());
            let expected = patched::<T>(&set, &naming, &[], &stored, &by_own);
            for (set, naming) in [(&fresh, &fresh_naming), (&new, &new_naming), (&set, &naming)] {
                let patched = patched::<T>(set, naming, &[], &stored, &by_other);
                match (&patched, &expected) {
                    (Ok(patched), Ok(expected)) => {
                        assert_eq!(patched, expected, "{kind} patched: {by_other}");
                    }
                    (Err(patched), Err(expected)) => {
                        assert_eq!(
                            named(patched, &other, own),
                            named(expected, own, own),
                            "{kind} patched: {by_other}"
                        );
                    }
                    _ => panic!(
                        "{kind} patched: {by_other} is {patched:?}, {by_own} is {expected:?}"
                    ),
                }
            }
        }
    }
}

#[test]
fn a_field_is_the_same_under_each_of_its_names() {
    is_one::<Part>(&json!({}), |_| true);
}

#[test]
fn a_flattened_field_is_the_same_under_each_of_its_names() {
    is_one::<Alone>(&json!({}), |_| true);
    is_one::<Deep>(&json!({ "unknown": 1, "UNKNOWN": null }), |_| true);
    is_one::<Outer>(&json!({ "user": "u", "gate": "::1" }), |_| true);
}

#[test]
fn a_flattened_option_does_not_lose_its_other_names() {
    is_one::<Perhaps>(&json!({}), |_| true);
}
