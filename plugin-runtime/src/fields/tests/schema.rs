//! What help and OpenAPI show of a type.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::One;
use crate::fields::{
    AnyList, AnyMap, CommaList, FieldKind, FieldSet, HeaderFields, KeyValues, LowerCase, Name,
    Seconds, Sensitive, SignedSeconds, Time,
};

fn kind<T: JsonSchema>() -> Option<FieldKind> {
    FieldSet::of::<One<T>>().iter().next().and_then(|(_, field)| field.kind())
}

#[test]
fn every_type_has_the_openapi_type_of_its_kind() {
    let rows = [
        (kind::<String>(), json!({ "type": "string" }), "string"),
        (kind::<HeaderFields>(), json!({ "type": "string" }), "header"),
        (kind::<Sensitive<String>>(), json!({ "type": "string" }), "string"),
        (
            kind::<Name>(),
            json!({ "type": "string", "pattern": r"^\w(([\w.-]+)?\w)?$" }),
            "name string",
        ),
        (
            kind::<LowerCase>(),
            json!({ "type": "string", "format": "lowercase" }),
            "lowercase string",
        ),
        (kind::<u32>(), json!({ "type": "integer" }), "int"),
        (kind::<Option<i64>>(), json!({ "type": "integer", "format": "int64" }), "int64"),
        (kind::<Seconds>(), json!({ "type": "integer", "format": "seconds" }), "duration (sec)"),
        (kind::<Duration>(), json!({ "type": "integer", "format": "seconds" }), "duration (sec)"),
        (
            kind::<Option<Seconds>>(),
            json!({ "type": "integer", "format": "seconds" }),
            "duration (sec)",
        ),
        (
            kind::<SignedSeconds>(),
            json!({ "type": "integer", "format": "seconds" }),
            "duration (sec)",
        ),
        (kind::<bool>(), json!({ "type": "boolean" }), "bool"),
        (kind::<AnyMap>(), json!({ "type": "object", "format": "map" }), "map"),
        (kind::<BTreeMap<String, Json>>(), json!({ "type": "object", "format": "map" }), "map"),
        (kind::<KeyValues>(), json!({ "type": "object", "format": "kvpairs" }), "keypair"),
        (
            kind::<BTreeMap<String, String>>(),
            json!({ "type": "object", "format": "kvpairs" }),
            "keypair",
        ),
        (kind::<AnyList>(), json!({ "type": "array", "items": { "type": "object" } }), "slice"),
        (kind::<Vec<String>>(), json!({ "type": "array", "items": { "type": "string" } }), "slice"),
        (
            kind::<CommaList<String>>(),
            json!({ "type": "array", "items": { "type": "string" } }),
            "slice",
        ),
        (
            kind::<CommaList<i64>>(),
            json!({ "type": "array", "items": { "type": "integer" } }),
            "slice",
        ),
        (kind::<Time>(), json!({ "type": "string", "format": "date-time" }), "time"),
        (kind::<SystemTime>(), json!({ "type": "string", "format": "date-time" }), "time"),
        (kind::<f32>(), json!({ "type": "number", "format": "float" }), "float"),
    ];
    for (kind, openapi, label) in rows {
        let kind = kind.unwrap_or_else(|| panic!("no kind for {openapi}"));
        assert_eq!((kind.openapi(), kind.label()), (openapi, label));
    }
    assert_eq!(kind::<Json>(), None);
}

#[test]
fn fields_tell_what_their_declaration_says() {
    /// A part of its own.
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Part {
        inner: String,
    }
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Whole {
        /// How long it lasts.
        ttl: Seconds,
        #[serde(default)]
        #[deprecated]
        force: bool,
        note: Option<String>,
        password: Sensitive<String>,
        #[serde(flatten)]
        part: Part,
    }
    let set = FieldSet::of::<Whole>();
    let required: Vec<_> =
        set.iter().filter(|(_, f)| f.is_required()).map(|(name, _)| name).collect();
    let all: Vec<_> = set.iter().map(|(name, _)| name).collect();
    assert_eq!(all, ["force", "inner", "note", "password", "ttl"]);
    assert_eq!(required, ["inner", "password", "ttl"]);
    let of = |wanted: &str| set.iter().find(|(name, _)| *name == wanted).map(|(_, field)| field);
    assert_eq!(of("ttl").and_then(|field| field.description()), Some("How long it lasts."));
    let schema = |name| of(name).map(|field| field.schema().clone()).unwrap_or_default();
    assert_eq!(schema("password")["x-vault-displayAttrs"], json!({ "sensitive": true }));
    assert_eq!(schema("force")["default"], json!(false));
    assert_eq!(schema("force")["deprecated"], json!(true));
    assert!(!set.is_open());
}

#[test]
fn maps_are_open_and_structs_are_not() {
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Rest {
        name: String,
        #[serde(flatten)]
        rest: BTreeMap<String, Json>,
    }
    assert!(FieldSet::of::<BTreeMap<String, Json>>().is_open());
    assert!(FieldSet::of::<Json>().is_open());
    assert!(FieldSet::of::<Rest>().is_open());
    assert!(!FieldSet::of::<()>().is_open());
    assert!(!FieldSet::of::<One<u8>>().is_open());
}
