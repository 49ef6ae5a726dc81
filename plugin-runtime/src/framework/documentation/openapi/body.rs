//! The body of a write.

use serde_json::{Map, Value, json};

use super::components::reference;
use super::operation::OperationFacts;
use super::path::{PathFacts, describe};
use super::schema::{self, Conversion};
use super::{Writer, field};
use crate::Operation;

/// The content type in which servers accept a patch; they refuse any other.
const MERGE_PATCH: &str = "application/merge-patch+json";

impl Writer<'_> {
    /// Returns the body, with the fields that are not in the path; `None` if nothing is read from
    /// it.
    pub(super) fn request_body(
        &mut self,
        path: &PathFacts<'_>,
        facts: &OperationFacts<'_>,
    ) -> Option<Value> {
        // Fields that a patch omits stay as they are.
        let patch = facts.operation == Operation::Patch;
        let name = self.components.reserve(&format!("{}Request", facts.title));
        let mut body = Map::new();
        let mut properties = Map::new();
        let mut required = Vec::new();
        for input in facts.description.input_types() {
            let root = (input.schema)();
            let mut conversion = Conversion::new(&root, &mut self.components, &name);
            for (name, field) in input.fields.iter() {
                if path.has_in_path(name) || properties.contains_key(name) {
                    continue;
                }
                let mut property = field::property(field, &mut conversion);
                if !property.contains_key("description") {
                    describe(&mut property, path.description(name).unwrap_or_default());
                }
                properties.insert(name.to_owned(), Value::Object(property));
                if field.is_required() && !patch {
                    required.push(name.to_owned());
                }
            }
            if input.fields.is_open() {
                body.insert("additionalProperties".to_owned(), true.into());
            }
            for (keyword, value) in schema::annotations(&root) {
                body.entry(keyword).or_insert(value);
            }
        }
        if properties.is_empty() && !body.contains_key("additionalProperties") {
            self.components.release(&name);
            return None;
        }
        required.sort_unstable();
        let needed = !required.is_empty();
        if needed {
            body.insert("required".to_owned(), json!(required));
        }
        body.insert("type".to_owned(), "object".into());
        body.insert("properties".to_owned(), Value::Object(properties));
        self.components.fill(&name, body);
        let media_type = if patch { MERGE_PATCH } else { "application/json" };
        Some(json!({
            "required": needed,
            "content": { media_type: { "schema": reference(&name) } },
        }))
    }
}
