//! What an operation answers with when it succeeds.

use serde_json::{Value, json};

use super::Writer;
use super::components::reference;
use super::operation::OperationFacts;
use super::schema::Conversion;
use crate::Operation;
use crate::framework::description::Output;

impl Writer<'_> {
    /// The one response of an operation. As in the documents of servers' own backends, its schema
    /// is that of the answer's `data`, which HTTP wraps into an envelope.
    pub(super) fn responses(&mut self, facts: &OperationFacts<'_>) -> Value {
        let reads = matches!(facts.operation, Operation::Read | Operation::List | Operation::Scan);
        match facts.description.output() {
            Output::Fields(schema) => {
                let name = self.components.reserve(&format!("{}Response", facts.title));
                let root = schema();
                let mut schema = Conversion::new(&root, &mut self.components, &name).convert(&root);
                // That of a root is the name of the Rust type.
                schema.remove("title");
                self.components.fill(&name, schema);
                json!({ "200": {
                    "description": "OK",
                    "content": { "application/json": { "schema": reference(&name) } },
                }})
            }
            Output::Unknown if facts.operation != Operation::Delete => ok(),
            Output::Nothing if reads => ok(),
            Output::Unknown | Output::Nothing => {
                json!({ "204": { "description": "No content" } })
            }
        }
    }
}

fn ok() -> Value {
    json!({ "200": { "description": "OK" } })
}
