//! One operation of a path.

use serde_json::{Map, Value, json};

use super::Writer;
use super::path::PathFacts;
use crate::framework::OperationDescription;
use crate::{BackendType, Operation};

/// The facts that the parts of an operation are made from.
pub(super) struct OperationFacts<'a> {
    pub(super) operation: Operation,
    pub(super) description: &'a OperationDescription,
    /// The prefix of the names of its schemas.
    pub(super) title: String,
}

impl Writer<'_> {
    pub(super) fn operation(&mut self, path: &PathFacts<'_>, operation: Operation) -> Value {
        let id = self.ids.of(path, operation);
        let unknown = OperationDescription::default();
        let facts = OperationFacts {
            operation,
            description: path.declared.operation(operation).unwrap_or(&unknown),
            title: title_of(&id),
        };

        let mut object = Map::new();
        object.insert("operationId".to_owned(), Value::String(id));
        let synopsis = path.declared.attributes.synopsis.trim();
        if !synopsis.is_empty() {
            object.insert("summary".to_owned(), json!(synopsis));
        }
        super::path::describe(&mut object, &path.declared.attributes.description);
        if path.declared.attributes.deprecated {
            object.insert("deprecated".to_owned(), true.into());
        }
        let tag = match self.declaration.kind {
            BackendType::Secrets => "secrets",
            BackendType::Auth => "auth",
        };
        object.insert("tags".to_owned(), json!([tag]));
        if matches!(operation, Operation::Create | Operation::Update | Operation::Patch) {
            if let Some(body) = self.request_body(path, &facts) {
                object.insert("requestBody".to_owned(), body);
            }
        } else {
            let query = self.query_parameters(path, &facts);
            if !query.is_empty() {
                object.insert("parameters".to_owned(), Value::Array(query));
            }
        }
        object.insert("responses".to_owned(), self.responses(&facts));
        Value::Object(object)
    }
}

/// Returns an operation id in the form of a type's name: `kv-write-role` becomes `KvWriteRole`.
/// Characters that the name of a schema cannot contain are left out.
fn title_of(id: &str) -> String {
    let words = id.split('-').map(|word| {
        let legal = |one: &char| one.is_ascii_alphanumeric() || matches!(one, '_' | '.');
        let mut letters = word.chars().filter(legal);
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_legal_names_of_schemas() {
        for (id, title) in [
            ("kv-write-role-name", "KvWriteRoleName"),
            ("read", "Read"),
            ("my.engine_2-list", "My.engine_2List"),
            ("a/b c-read-ä", "AbcRead"),
        ] {
            assert_eq!(title_of(id), title, "{id}");
        }
    }
}
