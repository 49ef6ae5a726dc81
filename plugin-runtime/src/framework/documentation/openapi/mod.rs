//! The OpenAPI document, version 3.0.2.
//!
//! Servers do more than pass it on: they decode the documents of all mounts into types of their own
//! (`sdk/framework/openapi.go`) and merge them, and one document that does not decode costs the
//! caller all of them. What is written here is therefore limited to what those types take.

mod body;
mod components;
mod field;
mod identifier;
mod markdown;
mod operation;
mod path;
mod query;
mod response;
mod schema;
mod shared_ids;
mod special;

use serde_json::{Map, Value, json};

use self::components::Components;
use self::identifier::OperationIds;
pub(super) use self::path::shown;
pub(super) use self::shared_ids::find as find_shared_id;
use super::{Declaration, DeclaredPath};
use crate::BackendType;

const VERSION: &str = "3.0.2";

/// The document of the declared paths. `prefix` begins the operation ids, `mount_type` names the
/// backend where it is known, and `version` is the server's.
pub(super) fn document(
    declaration: &Declaration<'_>,
    prefix: &str,
    mount_type: &str,
    version: &str,
) -> Value {
    let mut writer =
        Writer { declaration, ids: OperationIds::new(prefix), components: Components::default() };
    let mut paths = Map::new();
    for declared in &declaration.paths {
        writer.write(declared, &mut paths);
    }
    let kind = if declaration.kind == BackendType::Auth { "Auth method" } else { "Secrets engine" };
    let title = if mount_type.is_empty() { kind } else { mount_type };
    let mut document = json!({
        "openapi": VERSION,
        "info": {
            "title": format!("{title} API"),
            "description": declaration.description.trim(),
            "version": version,
        },
        "paths": paths,
        "components": { "schemas": writer.components.into_schemas() },
    });
    markdown::join_descriptions(&mut document);
    document
}

/// What grows while paths are written.
struct Writer<'a> {
    declaration: &'a Declaration<'a>,
    ids: OperationIds<'a>,
    components: Components,
}

impl Writer<'_> {
    /// Adds the paths that a declared one stands for. Where two stand for the same, the first
    /// counts, as it does in routing.
    fn write(&mut self, declared: &DeclaredPath<'_>, paths: &mut Map<String, Value>) {
        let Some(expanded) = declared.pattern.expand() else {
            // It is there, but no path of OpenAPI says what it matches.
            let item = path::item(declared.attributes);
            paths.entry(format!("/{}", declared.pattern)).or_insert(item);
            return;
        };
        for (position, path) in expanded.iter().enumerate() {
            let address = format!("/{}", path.path);
            if !paths.contains_key(&address) {
                paths.insert(address, self.path_item(declared, path, position));
            }
        }
    }
}

/// A schema that refers to no other as OpenAPI has it.
#[cfg(test)]
pub(super) fn schema_for_test(schema: &Value) -> Value {
    Value::Object(schema::Conversion::alone(&mut Components::default()).convert(schema))
}
