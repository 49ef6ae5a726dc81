//! The keywords that need no conversion, with the values that they must have.

use serde_json::{Map, Value};

use crate::fields::DISPLAY_KEYWORD;

/// What a keyword's value must be, here and in the types that servers decode it into.
#[derive(Clone, Copy)]
enum Expected {
    Any,
    Text,
    Truth,
    Number,
    Count,
    /// A non-empty list.
    List,
    /// A non-empty list of strings.
    Texts,
    /// How user interfaces show it.
    Display,
}

const PLAIN: &[(&str, Expected)] = &[
    ("default", Expected::Any),
    ("deprecated", Expected::Truth),
    ("description", Expected::Text),
    ("enum", Expected::List),
    ("example", Expected::Any),
    ("format", Expected::Text),
    ("maxItems", Expected::Count),
    ("maxLength", Expected::Count),
    ("maxProperties", Expected::Count),
    ("maximum", Expected::Number),
    ("minItems", Expected::Count),
    ("minLength", Expected::Count),
    ("minProperties", Expected::Count),
    ("minimum", Expected::Number),
    ("multipleOf", Expected::Number),
    ("nullable", Expected::Truth),
    ("pattern", Expected::Text),
    ("readOnly", Expected::Truth),
    ("required", Expected::Texts),
    ("title", Expected::Text),
    ("uniqueItems", Expected::Truth),
    ("writeOnly", Expected::Truth),
    (DISPLAY_KEYWORD, Expected::Display),
    ("x-vault-displayGroup", Expected::Text),
    ("x-vault-displaySensitive", Expected::Truth),
    ("x-vault-displayValue", Expected::Any),
];

impl Expected {
    fn is(self, value: &Value) -> bool {
        match self {
            Self::Any => !value.is_null(),
            Self::Text => value.is_string(),
            Self::Truth => value.is_boolean(),
            Self::Number => value.is_number(),
            Self::Count => value.is_u64(),
            Self::List => value.as_array().is_some_and(|list| !list.is_empty()),
            Self::Texts => {
                let texts = |list: &Vec<Value>| list.iter().all(Value::is_string);
                Self::List.is(value) && value.as_array().is_some_and(texts)
            }
            Self::Display => {
                let fits = |(name, value): (&String, &Value)| match name.as_str() {
                    "sensitive" | "navigation" => value.is_boolean(),
                    "value" => true,
                    _ => value.is_string(),
                };
                value.as_object().is_some_and(|attributes| attributes.iter().all(fits))
            }
        }
    }
}

/// Returns whether a keyword describes a field rather than the form of its values.
pub(in super::super) fn is_annotation(keyword: &str) -> bool {
    matches!(
        keyword,
        "deprecated" | "description" | "example" | "nullable" | "readOnly" | "title" | "writeOnly"
    ) || keyword.starts_with("x-")
}

/// Returns the keywords of a schema that stay as they are.
pub(super) fn plain(schema: &Map<String, Value>) -> Map<String, Value> {
    let mut kept = Map::new();
    for (keyword, value) in schema {
        let known = PLAIN.iter().find(|(known, _)| known == keyword);
        let keep = match known {
            Some((_, expected)) => expected.is(value),
            // Extensions from other crates may be anything; the type is only for this crate.
            None => keyword.starts_with("x-") && keyword != crate::fields::TYPE_KEYWORD,
        };
        if keep {
            kept.insert(keyword.clone(), value.clone());
        }
    }
    if let Some(first) = schema.get("examples").and_then(|examples| examples.get(0)) {
        kept.entry("example").or_insert_with(|| first.clone());
    }
    if let Some(only) = schema.get("const") {
        kept.insert("enum".to_owned(), Value::Array(vec![only.clone()]));
    }
    // These are separate numbers since draft 6, but flags on the bound in OpenAPI.
    for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        match schema.get(exclusive) {
            Some(Value::Number(number)) => {
                kept.insert(bound.to_owned(), Value::Number(number.clone()));
                kept.insert(exclusive.to_owned(), true.into());
            }
            Some(Value::Bool(mark)) => drop(kept.insert(exclusive.to_owned(), (*mark).into())),
            _ => {}
        }
    }
    kept
}
