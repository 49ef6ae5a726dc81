//! The schemas that the document refers to by name.

use serde_json::{Map, Value, json};

/// Named schemas.
#[derive(Default)]
pub(super) struct Components {
    schemas: Map<String, Value>,
}

impl Components {
    /// Reserves a name, or a variant of it with a number if it is taken. Until it is filled, it
    /// stands for any value.
    pub(super) fn reserve(&mut self, wanted: &str) -> String {
        let numbered = (2_u32..).map(|number| format!("{wanted}{number}"));
        let mut choices = std::iter::once(wanted.to_owned()).chain(numbered);
        let name = choices.find(|name| !self.schemas.contains_key(name)).unwrap_or_default();
        self.schemas.insert(name.clone(), json!({}));
        name
    }

    /// Sets the schema that a reserved name stands for.
    pub(super) fn fill(&mut self, name: &str, schema: Map<String, Value>) {
        self.schemas.insert(name.to_owned(), Value::Object(schema));
    }

    /// Releases a reserved name.
    pub(super) fn release(&mut self, name: &str) {
        self.schemas.remove(name);
    }

    pub(super) fn into_schemas(self) -> Map<String, Value> {
        self.schemas
    }
}

/// Returns a reference to a named schema.
///
/// Servers decode an external plugin's document by the names of their types' fields: they look for
/// `ref` and ignore `$ref`. OpenAPI, in turn, ignores all keywords next to `$ref`.
pub(super) fn reference(name: &str) -> Map<String, Value> {
    let target = Value::String(format!("#/components/schemas/{name}"));
    Map::from_iter([("$ref".to_owned(), target.clone()), ("ref".to_owned(), target)])
}
