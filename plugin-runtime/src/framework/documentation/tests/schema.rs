use serde_json::{Value, json};

use super::super::openapi::schema_for_test as convert;
use super::document;
use super::sample::sample;

#[tokio::test]
async fn fields_are_described_in_vaults_words() {
    let document = document(sample()).await;
    let role = &document["components"]["schemas"]["SampleWriteRoleNameRequest"]["properties"];
    let mode = json!({
        "type": "string", "enum": ["lax", "strict"], "default": "lax",
        "description": "How strict it is.",
    });
    for (field, expected) in [
        (
            "password",
            json!({
                "type": "string", "description": "What unlocks it.",
                "x-vault-displayAttrs": { "name": "Word", "group": "Access", "sensitive": true },
            }),
        ),
        (
            "ttl",
            json!({
                "type": "integer", "format": "seconds", "minimum": 0, "default": 3600,
                "description": "How long it holds.",
            }),
        ),
        (
            "wait",
            json!({
                "type": "integer", "format": "seconds", "default": 0,
                "description": "How long to wait.",
            }),
        ),
        (
            "since",
            json!({
                "type": "string", "format": "date-time", "description": "Not before this.",
            }),
        ),
        (
            "until",
            json!({
                "type": "string", "format": "date-time", "nullable": true,
                "description": "Not after this.",
            }),
        ),
        (
            "label",
            json!({
                "type": "string", "format": "lowercase", "default": "", "example": "short",
                "description": "In one word.",
            }),
        ),
        (
            "seats",
            json!({
                "type": "integer", "minimum": 0, "default": 0, "deprecated": true,
                "description": "How many.",
            }),
        ),
        (
            "level",
            json!({
                "type": "integer", "format": "int64", "minimum": 1, "maximum": 9,
                "nullable": true,
            }),
        ),
        ("share", json!({ "type": "number", "format": "float", "default": 0.0 })),
        ("active", json!({ "type": "boolean", "default": false })),
        ("mode", mode),
        ("fallback", json!({ "type": "string", "enum": ["lax", "strict"], "nullable": true })),
        ("policies", json!({ "type": "array", "items": { "type": "string" }, "default": [] })),
        (
            "tags",
            json!({
                "type": "object", "format": "kvpairs", "default": {},
                "additionalProperties": { "type": "string" },
            }),
        ),
        ("headers", json!({ "type": "string" })),
        (
            "options",
            json!({
                "type": "object", "format": "map", "default": {}, "additionalProperties": true,
            }),
        ),
        ("rest", json!({ "type": "array", "items": {}, "default": [] })),
        ("anything", json!({})),
    ] {
        assert_eq!(role[field], expected, "{field}");
    }
    assert_eq!(role["rules"]["items"]["properties"]["weight"]["exclusiveMinimum"], true);
    assert_eq!(role["by_number"]["additionalProperties"]["type"], "object");
}

#[tokio::test]
async fn types_that_contain_themselves_are_components() {
    let document = document(sample()).await;
    let schemas = &document["components"]["schemas"];
    for (owner, name) in [
        ("SampleWriteTreeNameRequest", "SampleWriteTreeNameRequestTree"),
        ("SampleWriteTreeNameResponse", "SampleWriteTreeNameResponseTree"),
    ] {
        let reference = format!("#/components/schemas/{name}");
        for schema in [owner, name] {
            let items = &schemas[schema]["properties"]["branches"]["items"];
            assert_eq!(items["$ref"], json!(reference), "{schema}");
            assert_eq!(items["ref"], json!(reference), "servers overlook the other");
        }
    }
    let below = &schemas["SampleWriteRoleNameRequest"]["properties"]["below"];
    let branches = &below["properties"]["branches"]["items"];
    assert_eq!(branches["$ref"], "#/components/schemas/SampleWriteRoleNameRequestTree");
}

#[test]
fn keywords_that_openapi_lacks_are_converted() {
    for (schema, expected) in [
        (json!(true), json!({})),
        (json!(false), json!({ "not": {} })),
        (json!({ "const": "a" }), json!({ "enum": ["a"] })),
        (json!({ "const": null }), json!({ "enum": [null], "nullable": true })),
        (json!({ "type": "null" }), json!({ "enum": [null], "nullable": true })),
        (json!({ "type": ["string", "null"] }), json!({ "type": "string", "nullable": true })),
        (
            json!({ "type": ["array", "integer", "null"] }),
            json!({
                "anyOf": [{ "type": "array", "items": {} }, { "type": "integer" }],
                "nullable": true,
            }),
        ),
        (
            json!({ "type": ["string", "null"], "enum": ["a", null] }),
            json!({ "type": "string", "enum": ["a", null], "nullable": true }),
        ),
        (json!({ "type": "array" }), json!({ "type": "array", "items": {} })),
        (
            json!({ "type": "array", "items": false, "prefixItems": [true, { "type": "string" }] }),
            json!({ "type": "array", "items": { "anyOf": [{}, { "type": "string" }] } }),
        ),
        (
            json!({ "type": "array", "prefixItems": [{ "type": "string" }, { "type": "string" }] }),
            json!({ "type": "array", "items": { "type": "string" } }),
        ),
        (
            json!({ "exclusiveMinimum": 1, "minimum": 0, "exclusiveMaximum": true }),
            json!({ "exclusiveMinimum": true, "minimum": 1, "exclusiveMaximum": true }),
        ),
        (json!({ "examples": ["a", "b"] }), json!({ "example": "a" })),
        (json!({ "examples": [], "example": 1 }), json!({ "example": 1 })),
        (
            json!({
                "patternProperties": { "^\\d+$": { "type": "string" } },
                "additionalProperties": false,
            }),
            json!({ "additionalProperties": { "type": "string" } }),
        ),
        (
            json!({
                "patternProperties": { "^a": true, "^b": true }, "additionalProperties": false,
            }),
            json!({}),
        ),
        (
            json!({ "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "null" }] }),
            json!({ "type": "integer", "minimum": 0, "nullable": true }),
        ),
        (
            json!({
                "oneOf": [{ "const": "a", "description": "A." }, { "enum": ["b", "c"] }],
            }),
            json!({ "type": "string", "enum": ["a", "b", "c"] }),
        ),
        (
            json!({ "oneOf": [{ "const": "a" }, { "type": "integer" }] }),
            json!({ "oneOf": [{ "enum": ["a"] }, { "type": "integer" }] }),
        ),
        (json!({ "not": { "const": 1 } }), json!({ "not": { "enum": [1] } })),
        (json!({ "$ref": "#/$defs/Nowhere", "title": "t" }), json!({ "title": "t" })),
        (json!({ "$ref": "https://example.com/" }), json!({})),
        (
            json!({
                "$comment": "c", "$id": "i", "$defs": {}, "if": true, "then": true,
                "contains": {}, "propertyNames": {}, "unevaluatedProperties": false,
                "dependentRequired": {}, "contentEncoding": "base64", "x-vault-type": "int",
                "x-own": [1],
            }),
            json!({ "x-own": [1] }),
        ),
    ] {
        assert_eq!(convert(&schema), expected, "{schema}");
    }
}

#[test]
fn values_that_servers_could_not_decode_are_left_out() {
    for schema in [
        json!({ "description": ["not a text"] }),
        json!({ "deprecated": "yes" }),
        json!({ "required": true }),
        json!({ "required": [] }),
        json!({ "required": [1] }),
        json!({ "enum": [] }),
        json!({ "enum": "a" }),
        json!({ "format": 1 }),
        json!({ "pattern": {} }),
        json!({ "type": 1 }),
        json!({ "items": 1, "properties": [], "additionalProperties": null }),
        json!({ "default": null }),
        json!({ "x-vault-displayAttrs": { "sensitive": "yes" } }),
        json!({ "x-vault-displayAttrs": true }),
        json!({ "x-vault-displaySensitive": 1 }),
    ] {
        let converted = convert(&schema);
        let lenient = json!({ "items": {}, "additionalProperties": {} });
        assert!(converted == json!({}) || converted == lenient, "{schema}: {converted}");
    }
    let attributes =
        json!({ "x-vault-displayAttrs": { "name": "N", "sensitive": true, "value": 1 } });
    assert_eq!(convert(&attributes), attributes);
}

#[test]
fn a_default_of_another_type_is_left_out() {
    for (kind, fitting, other) in [
        ("string", json!("a"), json!(1)),
        ("integer", json!(1), json!(1.5)),
        ("number", json!(1.5), json!("1")),
        ("boolean", json!(true), json!("true")),
        ("array", json!([]), json!({})),
        ("object", json!({}), json!([])),
    ] {
        let with = |default: &Value| convert(&json!({ "type": kind, "default": default }));
        assert_eq!(with(&fitting)["default"], fitting, "{kind}");
        assert_eq!(with(&other).get("default"), None, "{kind}");
    }
}

#[test]
fn schemas_without_end_are_cut_off() {
    let mut schema = json!({ "type": "string" });
    for _ in 0..1000 {
        schema = json!({ "type": "array", "items": schema });
    }
    let mut levels = 0;
    let mut rest = &convert(&schema);
    while let Some(items) = rest.get("items") {
        rest = items;
        levels += 1;
    }
    assert!((10..100).contains(&levels), "{levels}");
}
