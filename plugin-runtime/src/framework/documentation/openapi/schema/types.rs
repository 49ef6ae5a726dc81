//! Types: one for each schema, with null as a separate flag.

use serde_json::{Map, Value, json};

/// Adds a schema's type or types.
pub(super) fn add(converted: &mut Map<String, Value>, schema: &Map<String, Value>) {
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let nulls = schema.get("enum").and_then(Value::as_array);
    if types.contains(&"null")
        || nulls.is_some_and(|values| values.contains(&Value::Null))
        || schema.get("const").is_some_and(Value::is_null)
    {
        converted.insert("nullable".to_owned(), true.into());
    }
    let others: Vec<&str> = types.iter().copied().filter(|one| *one != "null").collect();
    match others.as_slice() {
        [] if types.is_empty() => {}
        [] => drop(converted.insert("enum".to_owned(), json!([null]))),
        [one] => drop(converted.insert("type".to_owned(), json!(one))),
        several => {
            let choices = several.iter().map(|one| match *one {
                "array" => json!({ "type": one, "items": {} }),
                _ => json!({ "type": one }),
            });
            converted.insert("anyOf".to_owned(), choices.collect());
        }
    }
}

/// Adds what OpenAPI requires of a schema with a type.
pub(super) fn complete(converted: &mut Map<String, Value>) {
    if converted.get("type").is_some_and(|kind| kind == "array") {
        converted.entry("items").or_insert_with(|| json!({}));
    }
    keep_fitting_default(converted);
}

/// Drops a default that is not of the schema's type: that of a type whose serialized form differs
/// from its input.
pub(in super::super) fn keep_fitting_default(converted: &mut Map<String, Value>) {
    let kind = converted.get("type").and_then(Value::as_str);
    let fits = converted.get("default").is_none_or(|default| match kind {
        Some("string") => default.is_string(),
        Some("integer") => default.is_i64() || default.is_u64(),
        Some("number") => default.is_number(),
        Some("boolean") => default.is_boolean(),
        Some("array") => default.is_array(),
        Some("object") => default.is_object(),
        _ => true,
    });
    if !fits {
        converted.remove("default");
    }
}
