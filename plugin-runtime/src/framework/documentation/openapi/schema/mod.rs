//! Converts JSON schemas (draft 2020-12) to the schemas of OpenAPI 3.0, which has fewer keywords
//! and gives some another meaning. If 3.0 cannot express a schema, the converted one accepts more.

mod choice;
mod keyword;
mod types;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::components::{Components, reference};
pub(super) use keyword::is_annotation;
pub(super) use types::keep_fitting_default;

/// Schemas that are nested deeper than this are not converted.
const MAX_DEPTH: usize = 32;

/// Converts the schemas of one type.
pub(super) struct Conversion<'a> {
    /// The type's whole schema, which references point into.
    root: &'a Value,
    components: &'a mut Components,
    /// The prefix of the names of referenced schemas.
    owner: &'a str,
    /// Their names, by the reference.
    named: BTreeMap<String, String>,
    depth: usize,
}

impl<'a> Conversion<'a> {
    pub(super) fn new(root: &'a Value, components: &'a mut Components, owner: &'a str) -> Self {
        Self { root, components, owner, named: BTreeMap::new(), depth: 0 }
    }

    /// Creates a conversion for a schema that refers to no other.
    pub(super) fn alone(components: &'a mut Components) -> Self {
        Self::new(&Value::Null, components, "")
    }

    /// Returns the schema in OpenAPI's form.
    pub(super) fn convert(&mut self, schema: &Value) -> Map<String, Value> {
        self.depth += 1;
        let converted = match schema {
            Value::Bool(false) => Map::from_iter([("not".to_owned(), json!({}))]),
            Value::Object(schema) if self.depth <= MAX_DEPTH => self.object(schema),
            _ => Map::new(),
        };
        self.depth -= 1;
        converted
    }

    fn object(&mut self, schema: &Map<String, Value>) -> Map<String, Value> {
        let mut converted = keyword::plain(schema);
        types::add(&mut converted, schema);
        self.add_parts(&mut converted, schema);
        for keyword in ["allOf", "anyOf", "oneOf"] {
            if let Some(Value::Array(choices)) = schema.get(keyword) {
                self.add_choices(&mut converted, keyword, choices);
            }
        }
        if let Some(Value::String(target)) = schema.get("$ref") {
            self.add_reference(&mut converted, target);
        }
        types::complete(&mut converted);
        converted
    }

    /// Adds the schemas of the parts of an object or a list.
    fn add_parts(&mut self, converted: &mut Map<String, Value>, schema: &Map<String, Value>) {
        if let Some(Value::Object(properties)) = schema.get("properties") {
            let properties = properties
                .iter()
                .map(|(name, property)| (name.clone(), Value::Object(self.convert(property))));
            let properties: Map<_, _> = properties.collect();
            converted.insert("properties".to_owned(), Value::Object(properties));
        }
        let others = match (schema.get("patternProperties"), schema.get("additionalProperties")) {
            // Maps whose keys are not arbitrary strings, such as numbers.
            (Some(Value::Object(patterns)), _) => match patterns.values().next() {
                Some(only) if patterns.len() == 1 => Some(Value::Object(self.convert(only))),
                _ => None,
            },
            (_, Some(Value::Bool(allowed))) => Some(Value::Bool(*allowed)),
            (_, Some(others)) => Some(Value::Object(self.convert(others))),
            _ => None,
        };
        if let Some(others) = others {
            converted.insert("additionalProperties".to_owned(), others);
        }
        if let Some(Value::Array(first)) = schema.get("prefixItems") {
            let mut kinds: Vec<Value> = Vec::new();
            for item in first.iter().chain(schema.get("items").filter(|items| items.is_object())) {
                let item = Value::Object(self.convert(item));
                if !kinds.contains(&item) {
                    kinds.push(item);
                }
            }
            let items = if kinds.len() == 1 { kinds.remove(0) } else { json!({ "anyOf": kinds }) };
            converted.insert("items".to_owned(), items);
        } else if let Some(items) = schema.get("items") {
            converted.insert("items".to_owned(), Value::Object(self.convert(items)));
        }
        if let Some(not) = schema.get("not") {
            converted.insert("not".to_owned(), Value::Object(self.convert(not)));
        }
    }

    /// Adds a reference. Keywords next to a reference are ignored, so it becomes a part of `allOf`
    /// if there are any.
    fn add_reference(&mut self, converted: &mut Map<String, Value>, target: &str) {
        let Some(name) = self.component(target) else { return };
        if converted.is_empty() {
            *converted = reference(&name);
            return;
        }
        let reference = Value::Object(reference(&name));
        match converted.get_mut("allOf") {
            Some(Value::Array(all)) => all.push(reference),
            _ => drop(converted.insert("allOf".to_owned(), json!([reference]))),
        }
    }

    /// Returns the name of the component that a reference within the type's schema points to. Only
    /// types that contain themselves have such references.
    fn component(&mut self, target: &str) -> Option<String> {
        if let Some(name) = self.named.get(target) {
            return Some(name.clone());
        }
        let schema = self.root.pointer(target.strip_prefix('#')?)?;
        let last = match target.rsplit_once('/') {
            Some((_, last)) => last,
            None => schema.get("title").and_then(Value::as_str).unwrap_or_default(),
        };
        let legal = last.chars().filter(|one| one.is_ascii_alphanumeric() || *one == '_');
        let wanted: String = self.owner.chars().chain(legal).collect();
        let name = self.components.reserve(&wanted);
        self.named.insert(target.to_owned(), name.clone());
        let mut converted = self.convert(schema);
        converted.remove("title");
        self.components.fill(&name, converted);
        Some(name)
    }
}

/// Returns the annotations in the schema of a whole type.
pub(super) fn annotations(root: &Value) -> Map<String, Value> {
    let mut annotations = root.as_object().map(keyword::plain).unwrap_or_default();
    annotations.retain(|keyword, _| matches!(keyword.as_str(), "description" | "example"));
    annotations
}
