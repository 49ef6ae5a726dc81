//! Values that a schema seems to allow.

use serde_json::{Map, Value as Json, json};

/// How many values are tried for a field.
const MAX_SAMPLES: usize = 24;

/// Schemas nested deeper than this have no samples.
const MAX_DEPTH: usize = 6;

/// Texts that some type without a list of its values takes.
const TEXTS: &[&str] = &[
    "",
    "a",
    "0",
    "0s",
    "127.0.0.1",
    "::1",
    "127.0.0.1:80",
    "10.0.0.0/8",
    "http://a.b/",
    "a@b.c",
    "00000000-0000-0000-0000-000000000000",
    "1970-01-01T00:00:00Z",
    "1970-01-01",
    "00:00:00",
    "0.0.0",
    "a/b",
    "a:b",
    "AAAA",
    "00",
];

/// Returns values for a field, the likeliest first.
pub(super) fn samples(schema: &Json) -> Vec<Json> {
    let mut samples = of(schema, 0);
    samples.truncate(MAX_SAMPLES);
    samples
}

fn of(schema: &Json, depth: usize) -> Vec<Json> {
    if depth > MAX_DEPTH {
        return Vec::new();
    }
    let mut found = Vec::new();
    found.extend(schema.get("const").cloned());
    for keyword in ["enum", "examples"] {
        found.extend(
            schema.get(keyword).and_then(Json::as_array).into_iter().flatten().take(4).cloned(),
        );
    }
    found.extend(schema.get("default").cloned());
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let choices = schema.get(keyword).and_then(Json::as_array);
        found.extend(choices.into_iter().flatten().flat_map(|choice| of(choice, depth + 1)));
    }
    let kinds = match schema.get("type") {
        Some(Json::Array(kinds)) => kinds.clone(),
        Some(kind) => vec![kind.clone()],
        None if found.is_empty() => {
            ["null", "string", "integer", "boolean", "array", "object"].map(Json::from).into()
        }
        None => Vec::new(),
    };
    for kind in kinds.iter().filter_map(Json::as_str) {
        match kind {
            "null" => found.push(Json::Null),
            "boolean" => found.push(Json::Bool(false)),
            "integer" | "number" => {
                let bounds =
                    ["minimum", "maximum"].iter().filter_map(|bound| schema.get(bound).cloned());
                found.extend(bounds);
                found.extend([json!(0), json!(1), json!(-1)]);
            }
            "string" => found.extend(TEXTS.iter().copied().map(Json::from)),
            "array" => {
                found.push(json!([]));
                let first = |schema: &Json| of(schema, depth + 1).into_iter().next();
                let items = schema.get("prefixItems").and_then(Json::as_array);
                if let Some(items) = items {
                    let items: Vec<Json> = items.iter().filter_map(first).collect();
                    found.push(items.into());
                }
                if let Some(item) = schema.get("items").and_then(first) {
                    let least = schema.get("minItems").and_then(Json::as_u64).unwrap_or(1).min(64);
                    found.push((0..least).map(|_| item.clone()).collect());
                }
            }
            "object" => found.push(object(schema, depth)),
            _ => {}
        }
    }
    found
}

/// Returns an object with the fields that it must have.
fn object(schema: &Json, depth: usize) -> Json {
    let required = schema.get("required").and_then(Json::as_array).into_iter().flatten();
    let fields = required.filter_map(|name| {
        let name = name.as_str()?;
        let value = of(schema.get("properties")?.get(name)?, depth + 1).into_iter().next()?;
        Some((name.to_owned(), value))
    });
    Json::Object(fields.collect::<Map<_, _>>())
}
