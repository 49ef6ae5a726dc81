//! The query of an operation without a body.

use serde_json::{Map, Value, json};

use super::operation::OperationFacts;
use super::path::{PathFacts, describe};
use super::schema::Conversion;
use super::{Writer, field};
use crate::Operation;

impl Writer<'_> {
    /// Returns the fields that are not in the path, and the parameter that turns a read into a
    /// list.
    pub(super) fn query_parameters(
        &mut self,
        path: &PathFacts<'_>,
        facts: &OperationFacts<'_>,
    ) -> Vec<Value> {
        let mut query = Map::new();
        // A read also shows the lists of its path, whose fields are optional.
        let mut shown = vec![facts.operation];
        if facts.operation != Operation::Delete {
            let lists = [Operation::List, Operation::Scan];
            let others = lists.into_iter().filter(|list| *list != facts.operation);
            shown.extend(others.filter(|list| path.declared.operation(*list).is_some()));
            for list in shown.iter().filter(|operation| lists.contains(operation)) {
                query.insert(list.name().to_owned(), switch(*list, shown.len() == 1));
            }
        }
        for operation in shown {
            let Some(description) = path.declared.operation(operation) else { continue };
            for input in description.input_types() {
                let root = (input.schema)();
                let mut conversion = Conversion::new(&root, &mut self.components, &facts.title);
                for (name, field) in input.fields.iter() {
                    if path.has_in_path(name) || query.contains_key(name) {
                        continue;
                    }
                    let schema = field::property(field, &mut conversion);
                    let needed = field.is_required() && operation == facts.operation;
                    query.insert(name.to_owned(), parameter(path, name, schema, needed));
                }
            }
        }
        query.into_iter().map(|(_, parameter)| parameter).collect()
    }
}

/// Returns the parameter that turns a GET into a list.
fn switch(list: Operation, needed: bool) -> Value {
    let what = match list {
        Operation::Scan => "the names at any depth",
        _ => "the names directly below",
    };
    json!({
        "name": list.name(),
        "in": "query",
        "required": needed,
        "description": format!("`true` answers with {what}."),
        "schema": { "type": "string", "enum": ["true"] },
    })
}

fn parameter(
    path: &PathFacts<'_>,
    name: &str,
    mut schema: Map<String, Value>,
    needed: bool,
) -> Value {
    let mut parameter = Map::new();
    parameter.insert("name".to_owned(), name.into());
    parameter.insert("in".to_owned(), "query".into());
    parameter.insert("required".to_owned(), needed.into());
    match schema.remove("description") {
        Some(text) => drop(parameter.insert("description".to_owned(), text)),
        None => describe(&mut parameter, path.description(name).unwrap_or_default()),
    }
    if let Some(mark) = schema.remove("deprecated") {
        parameter.insert("deprecated".to_owned(), mark);
    }
    parameter.insert("schema".to_owned(), Value::Object(schema));
    Value::Object(parameter)
}
