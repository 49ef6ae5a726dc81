//! The schemas that the document refers to by name.

use serde_json::{Map, Value, json};

/// Named schemas.
#[derive(Default)]
pub(super) struct Components {
    schemas: Map<String, Value>,
}

impl Components {
    /// Takes a name, or the like of it with a number when it is taken. Until it is filled, it
    /// stands for any value.
    pub(super) fn reserve(&mut self, wanted: &str) -> String {
        let numbered = (2_u32..).map(|number| format!("{wanted}{number}"));
        let mut choices = std::iter::once(wanted.to_owned()).chain(numbered);
        let name = choices.find(|name| !self.schemas.contains_key(name)).unwrap_or_default();
        self.schemas.insert(name.clone(), json!({}));
        name
    }

    /// Says what a reserved name stands for.
    pub(super) fn fill(&mut self, name: &str, schema: Map<String, Value>) {
        self.schemas.insert(name.to_owned(), Value::Object(schema));
    }

    /// Gives a reserved name back.
    pub(super) fn release(&mut self, name: &str) {
        self.schemas.remove(name);
    }

    pub(super) fn into_schemas(self) -> Map<String, Value> {
        self.schemas
    }
}

/// A reference to a named schema.
///
/// Servers decode an external plugin's document by the names of their types' fields, where they
/// look for `ref` and overlook `$ref`. OpenAPI in turn ignores whatever stands beside `$ref`.
pub(super) fn reference(name: &str) -> Map<String, Value> {
    let target = Value::String(format!("#/components/schemas/{name}"));
    Map::from_iter([("$ref".to_owned(), target.clone()), ("ref".to_owned(), target)])
}
