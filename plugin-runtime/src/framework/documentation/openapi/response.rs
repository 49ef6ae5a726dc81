//! The answer of an operation that succeeds.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::Writer;
use super::components::reference;
use super::operation::OperationFacts;
use super::schema::Conversion;
use crate::Operation;
use crate::framework::description::Output;

impl Writer<'_> {
    /// Returns the only response of an operation. As in the documents of servers' own backends, its
    /// schema describes the answer's `data`, which HTTP wraps in an envelope.
    pub(super) fn responses(&mut self, facts: &OperationFacts<'_>) -> Value {
        let reads = matches!(facts.operation, Operation::Read | Operation::List | Operation::Scan);
        let mut code = facts.description.success().unwrap_or(StatusCode::OK);
        let mut response = Map::new();
        match facts.description.output() {
            Output::Fields { schema, .. } => {
                let name = self.components.reserve(&format!("{}Response", facts.title));
                let root = schema();
                let mut schema = Conversion::new(&root, &mut self.components, &name).convert(&root);
                // The title of a root schema is the name of the Rust type.
                schema.remove("title");
                self.components.fill(&name, schema);
                let content = json!({ "application/json": { "schema": reference(&name) } });
                response.insert("content".to_owned(), content);
            }
            Output::Unknown if facts.operation != Operation::Delete => {}
            Output::Nothing if reads => {}
            Output::Unknown | Output::Nothing => {
                code = facts.description.success().unwrap_or(StatusCode::NO_CONTENT);
            }
        }
        let description = match code {
            StatusCode::NO_CONTENT => "No content",
            code => code.canonical_reason().unwrap_or("OK"),
        };
        response.insert("description".to_owned(), description.into());
        json!({ code.as_str(): response })
    }
}
