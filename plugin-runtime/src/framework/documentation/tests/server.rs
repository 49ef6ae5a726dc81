//! The requirements of servers on a document: the types of `sdk/framework/openapi.go`. A value of
//! another type breaks the merged document of all mounts.

use serde_json::Value;

use super::document;
use super::sample::sample;

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Truth,
    Texts,
    List,
    Any,
    /// An object with these fields.
    Of(&'static [(&'static str, Kind)]),
    /// A map to objects of a type.
    MapOf(fn() -> Kind),
    /// A list of objects of a type.
    ListOf(fn() -> Kind),
    Type(fn() -> Kind),
    /// The same, by HTTP status.
    ByStatus(fn() -> Kind),
}

fn attributes() -> Kind {
    Kind::Of(&[
        ("name", Kind::Text),
        ("description", Kind::Text),
        ("value", Kind::Any),
        ("sensitive", Kind::Truth),
        ("navigation", Kind::Truth),
        ("itemType", Kind::Text),
        ("group", Kind::Text),
        ("action", Kind::Text),
        ("operationPrefix", Kind::Text),
        ("operationVerb", Kind::Text),
        ("operationSuffix", Kind::Text),
        ("editType", Kind::Text),
    ])
}

fn schema() -> Kind {
    Kind::Of(&[
        ("ref", Kind::Text),
        ("type", Kind::Text),
        ("description", Kind::Text),
        ("properties", Kind::MapOf(schema)),
        ("required", Kind::Texts),
        ("items", Kind::Type(schema)),
        ("format", Kind::Text),
        ("pattern", Kind::Text),
        ("enum", Kind::List),
        ("deprecated", Kind::Truth),
        ("x-vault-displayAttrs", Kind::Type(attributes)),
    ])
}

fn media() -> Kind {
    Kind::Of(&[("schema", Kind::Type(schema))])
}

fn parameter() -> Kind {
    Kind::Of(&[
        ("name", Kind::Text),
        ("description", Kind::Text),
        ("in", Kind::Text),
        ("schema", Kind::Type(schema)),
        ("required", Kind::Truth),
        ("deprecated", Kind::Truth),
    ])
}

fn response() -> Kind {
    Kind::Of(&[("description", Kind::Text), ("content", Kind::MapOf(media))])
}

fn body() -> Kind {
    Kind::Of(&[("required", Kind::Truth), ("content", Kind::MapOf(media))])
}

fn operation() -> Kind {
    Kind::Of(&[
        ("summary", Kind::Text),
        ("description", Kind::Text),
        ("operationId", Kind::Text),
        ("tags", Kind::Texts),
        ("parameters", Kind::ListOf(parameter)),
        ("requestBody", Kind::Type(body)),
        ("responses", Kind::ByStatus(response)),
        ("deprecated", Kind::Truth),
    ])
}

fn item() -> Kind {
    Kind::Of(&[
        ("description", Kind::Text),
        ("parameters", Kind::ListOf(parameter)),
        ("x-vault-sudo", Kind::Truth),
        ("x-vault-unauthenticated", Kind::Truth),
        ("x-vault-createSupported", Kind::Truth),
        ("x-vault-displayAttrs", Kind::Type(attributes)),
        ("get", Kind::Type(operation)),
        ("post", Kind::Type(operation)),
        ("patch", Kind::Type(operation)),
        ("delete", Kind::Type(operation)),
    ])
}

fn components() -> Kind {
    Kind::Of(&[("schemas", Kind::MapOf(schema))])
}

fn whole() -> Kind {
    Kind::Of(&[
        ("openapi", Kind::Text),
        ("info", Kind::Of(&[("title", Kind::Text), ("version", Kind::Text)])),
        ("paths", Kind::MapOf(item)),
        ("components", Kind::Type(components)),
    ])
}

/// Finds the first place where a value has the wrong type.
fn fault(value: &Value, kind: Kind, place: &str) -> Option<String> {
    let wrong = |holds: bool| (!holds).then(|| format!("{place}: {value}"));
    let inside = |kind: Kind| {
        let Some(entries) = value.as_object() else { return wrong(false) };
        entries.iter().find_map(|(key, value)| fault(value, kind, &format!("{place}/{key}")))
    };
    match kind {
        Kind::Any => None,
        Kind::Text => wrong(value.is_string()),
        Kind::Truth => wrong(value.is_boolean()),
        Kind::List => wrong(value.is_array()),
        Kind::Texts => wrong(value.as_array().is_some_and(|l| l.iter().all(Value::is_string))),
        Kind::Type(kind) => fault(value, kind(), place),
        Kind::MapOf(kind) => inside(kind()),
        Kind::ByStatus(kind) => {
            let legal = |code: &String| code.parse().is_ok_and(|code| (100..600).contains(&code));
            wrong(value.as_object().is_some_and(|codes| codes.keys().all(legal)))
                .or_else(|| inside(kind()))
        }
        Kind::ListOf(kind) => match value.as_array() {
            Some(list) => list.iter().find_map(|value| fault(value, kind(), place)),
            None => wrong(false),
        },
        Kind::Of(fields) => {
            let Some(object) = value.as_object() else { return wrong(false) };
            // Keys are compared case-insensitively.
            object.iter().find_map(|(key, value)| {
                let field = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
                field.and_then(|(_, kind)| fault(value, *kind, &format!("{place}/{key}")))
            })
        }
    }
}

#[tokio::test]
async fn servers_can_decode_the_document() {
    assert_eq!(fault(&document(sample()).await, whole(), ""), None);
}

#[tokio::test]
async fn the_check_finds_what_servers_can_not_decode() {
    for (pointer, value) in [
        ("/paths/~1role/get/responses", serde_json::json!({ "default": {} })),
        ("/paths/~1role/get/parameters/0/schema/type", serde_json::json!(["string", "null"])),
        ("/components/schemas/SampleWriteTreeNameRequest/properties", serde_json::json!([])),
        ("/paths/~1role/x-vault-displayAttrs/navigation", serde_json::json!("yes")),
    ] {
        let mut document = document(sample()).await;
        *document.pointer_mut(pointer).unwrap() = value;
        assert!(fault(&document, whole(), "").is_some(), "{pointer}");
    }
}
