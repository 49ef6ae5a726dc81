//! Schemas that combine other schemas.

use serde_json::{Map, Value, json};

use super::Conversion;
use crate::fields::DISPLAY_KEYWORD;

impl Conversion<'_> {
    /// Adds the choices of `allOf`, `anyOf` or `oneOf`.
    pub(super) fn add_choices(
        &mut self,
        converted: &mut Map<String, Value>,
        keyword: &str,
        choices: &[Value],
    ) {
        let is_null = |choice: &&Value| choice.get("type").is_some_and(|kind| kind == "null");
        let (nulls, others): (Vec<_>, Vec<_>) = choices.iter().partition(is_null);
        if !nulls.is_empty() && keyword != "allOf" {
            converted.insert("nullable".to_owned(), true.into());
        }
        if keyword != "allOf"
            && let Some(texts) = texts(&others)
        {
            // The variants of an enum, each with its description.
            converted.insert("type".to_owned(), "string".into());
            converted.insert("enum".to_owned(), Value::Array(texts));
            return;
        }
        let mut parts: Vec<_> = others.into_iter().map(|choice| self.convert(choice)).collect();
        let alone = parts.len() == 1 && !parts[0].contains_key("$ref");
        if let Some(only) = parts.pop_if(|_| alone) {
            for (keyword, value) in only {
                add(converted, keyword, value);
            }
        } else if !parts.is_empty() {
            converted.insert(keyword.to_owned(), json!(parts));
        }
    }
}

/// Adds what the only choice says, unless the outer schema already says something else.
fn add(converted: &mut Map<String, Value>, keyword: String, value: Value) {
    match (converted.get_mut(&keyword), value) {
        // Both may describe how the value is shown.
        (Some(Value::Object(outer)), Value::Object(inner)) if keyword == DISPLAY_KEYWORD => {
            for (attribute, value) in inner {
                outer.entry(attribute).or_insert(value);
            }
        }
        (Some(_), _) => {}
        (None, value) => drop(converted.insert(keyword, value)),
    }
}

/// Returns the strings that the choices consist of, if they are all strings.
fn texts(choices: &[&Value]) -> Option<Vec<Value>> {
    let mut texts = Vec::new();
    for choice in choices {
        let values = match (choice.get("const"), choice.get("enum")) {
            (Some(only), _) => std::slice::from_ref(only),
            (None, Some(Value::Array(values))) => values.as_slice(),
            _ => return None,
        };
        if !values.iter().all(Value::is_string) {
            return None;
        }
        texts.extend_from_slice(values);
    }
    Some(texts).filter(|texts| !texts.is_empty())
}
