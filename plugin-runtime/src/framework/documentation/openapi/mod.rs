//! The OpenAPI document, version 3.0.2.
//!
//! Servers do more than pass it on: they decode the documents of all mounts into their own types
//! (`sdk/framework/openapi.go`) and merge them, and if one document does not decode, the caller
//! gets none. The output is therefore limited to what those types accept.

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

/// Returns the document of the declared paths. `prefix` begins the operation ids, `mount_type`
/// names the backend if it is known, and `version` is the server's.
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

/// The parts that grow while paths are written.
struct Writer<'a> {
    declaration: &'a Declaration<'a>,
    ids: OperationIds<'a>,
    components: Components,
}

impl Writer<'_> {
    /// Adds the paths that a declared path stands for. If two declarations stand for the same path,
    /// the first one counts, as in routing.
    fn write(&mut self, declared: &DeclaredPath<'_>, paths: &mut Map<String, Value>) {
        let Some(expanded) = declared.pattern.expand() else {
            // The path exists, but no path of OpenAPI expresses what it matches.
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

/// Returns the OpenAPI form of a schema that refers to no other.
#[cfg(test)]
pub(super) fn schema_for_test(schema: &Value) -> Value {
    Value::Object(schema::Conversion::alone(&mut Components::default()).convert(schema))
}
