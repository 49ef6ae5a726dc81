//! The sequence of requests, the same in each run.

mod bodies;
mod catalog;
mod leases;
mod logins;
mod mounts;
mod paths;
mod random;
mod tokens;

use plugin_runtime::Operation;
use serde_json::json;

use super::step::{Step, read, write};

/// Every request, in order. `sha256` is that of the plugin `wire_backend`, `auth_method` that of
/// the other one.
pub(crate) fn all(sha256: &str, auth_method: &str) -> Vec<Step> {
    let shared = json!({ "command": "auth_method", "sha256": auth_method });
    let command = json!({ "command": "wire_backend", "sha256": sha256 });
    let mut steps = vec![
        write("sys/plugins/catalog/secret/wire", command.clone()),
        write("sys/plugins/catalog/auth/wire", command),
        write("sys/plugins/catalog/auth/auth_method", shared),
        write("sys/mounts/wire", json!({ "type": "wire" })),
        write("sys/auth/wire", json!({ "type": "wire", "options": { "kind": "auth" } })),
        read("sys/mounts/wire"),
        read("sys/auth/wire"),
        read("wire/mount"),
    ];
    for part in [
        paths::all(),
        bodies::all(),
        mounts::all(),
        leases::all(),
        tokens::all(),
        logins::all(),
        catalog::all(sha256),
        random::all(),
    ] {
        steps.extend(part);
    }
    steps
}

/// The operations that a client can ask for.
const OPERATIONS: [Operation; 8] = [
    Operation::Read,
    Operation::Update,
    Operation::Delete,
    Operation::List,
    Operation::Patch,
    Operation::Scan,
    Operation::Header,
    Operation::Help,
];
