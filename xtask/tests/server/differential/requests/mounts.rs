//! Mounting: enable, tune, move, reload, disable.

use plugin_runtime::Operation;
use serde_json::{Value, json};

use super::super::step::{Step, delete, list, read, write};
use super::paths::ODD;

pub(super) fn all() -> Vec<Step> {
    let mut steps = Vec::new();
    for path in ODD {
        let path = format!("odd{path}");
        steps.push(write(format!("sys/mounts/{path}"), json!({ "type": "wire" })));
        steps.push(read(format!("sys/mounts/{path}")));
        steps.push(read(format!("{path}/echo")));
        steps.push(delete(format!("sys/mounts/{path}")));
    }
    for path in [
        "sys",
        "sys/x",
        "auth",
        "auth/x",
        "identity",
        "identity/x",
        "cubbyhole",
        "cubbyhole/x",
        "audit",
        "audit/x",
        "token",
        "",
        "/",
        ".",
        "..",
        "wire",
        "wire/x",
        "wir",
        "wire/../x",
        "root",
        "root/x",
        "secret",
        "x.",
        "Wire",
    ] {
        for topic in ["sys/mounts", "sys/auth"] {
            let options = json!({ "kind": if topic == "sys/auth" { "auth" } else { "secrets" } });
            let wanted = json!({ "type": "wire", "options": options });
            steps.push(write(format!("{topic}/{path}"), wanted));
            steps.push(read(format!("{topic}/{path}")));
            steps.push(read(format!("{topic}/{path}/tune")));
            if !path.is_empty() && path != "wire" {
                steps.push(delete(format!("{topic}/{path}")));
            }
        }
    }
    for wanted in enables() {
        steps.push(write("sys/mounts/m", wanted.clone()));
        steps.push(read("sys/mounts/m"));
        steps.push(read("m/mount"));
        steps.push(delete("sys/mounts/m"));
        let options = wanted.get("options").unwrap_or(&json!({})).clone();
        if !wanted["type"].is_string() || !options.is_object() {
            continue;
        }
        let mut wanted = wanted;
        wanted["options"]["kind"] = json!("auth");
        steps.push(write("sys/auth/m", wanted));
        steps.push(read("sys/auth/m"));
        steps.push(delete("sys/auth/m"));
    }
    steps.push(write("sys/mounts/t", json!({ "type": "wire" })));
    let auth = json!({ "type": "wire", "options": { "kind": "auth" } });
    steps.push(write("sys/auth/t", auth));
    for tuning in tunings() {
        for topic in ["sys/mounts", "sys/auth"] {
            steps.push(write(format!("{topic}/t/tune"), tuning.clone()));
            steps.push(read(format!("{topic}/t/tune")));
        }
    }
    for topic in ["sys/mounts", "sys/auth"] {
        for operation in super::OPERATIONS {
            steps.push(Step::new(operation, format!("{topic}/t/tune")));
            steps.push(Step::new(operation, topic));
            if operation != Operation::Delete {
                steps.push(Step::new(operation, format!("{topic}/t")));
            }
        }
    }
    steps.extend(moves());
    for wanted in [
        json!(null),
        json!({}),
        json!({ "plugin": "wire" }),
        json!({ "plugin": "none" }),
        json!({ "plugin": 1 }),
        json!({ "mounts": "wire/" }),
        json!({ "mounts": ["wire", "auth/wire/"] }),
        json!({ "mounts": ["none/"] }),
        json!({ "mounts": [] }),
        json!({ "mounts": [""] }),
        json!({ "plugin": "wire", "mounts": ["wire/"] }),
        json!({ "plugin": "wire", "scope": "global" }),
        json!({ "plugin": "wire", "scope": "wrong" }),
    ] {
        steps.push(write("sys/plugins/reload/backend", wanted));
        steps.push(read("wire/echo/reloaded"));
    }
    steps.push(read("sys/plugins/reload/backend"));
    steps.push(read("sys/seal-status"));
    steps.push(read("sys/health"));
    steps
}

fn enables() -> Vec<Value> {
    vec![
        json!(null),
        json!({}),
        json!({ "type": "" }),
        json!({ "type": "none" }),
        json!({ "type": 1 }),
        json!({ "type": ["wire"] }),
        json!({ "type": "wire", "description": "d" }),
        json!({ "type": "wire", "description": 1 }),
        json!({ "type": "wire", "description": ["a"] }),
        json!({ "type": "wire", "options": { "a": "b", "c": "" } }),
        json!({ "type": "wire", "options": { "a": 1, "b": true, "c": null } }),
        json!({ "type": "wire", "options": { "a": { "b": "c" } } }),
        json!({ "type": "wire", "options": ["a=b"] }),
        json!({ "type": "wire", "options": "a=b" }),
        json!({ "type": "wire", "options": 1 }),
        json!({ "type": "wire", "options": null }),
        json!({ "type": "wire", "options": { "version": "1" } }),
        json!({ "type": "wire", "options": { "version": "" } }),
        json!({ "type": "wire", "options": { "version": "2", "x": "y" } }),
        json!({ "type": "wire", "options": { "kind": "auth" } }),
        json!({ "type": "wire", "options": { "factory": "fail" } }),
        json!({ "type": "wire", "options": { "factory": "panic" } }),
        json!({ "type": "wire", "options": { "initialize": "fail" } }),
        json!({ "type": "wire", "options": { "initialize": "put" } }),
        json!({ "type": "wire", "options": { "special_paths": "illegal" } }),
        json!({ "type": "wire", "local": true }),
        json!({ "type": "wire", "local": "yes" }),
        json!({ "type": "wire", "seal_wrap": true }),
        json!({ "type": "wire", "external_entropy_access": true }),
        json!({ "type": "wire", "plugin_name": "other" }),
        json!({ "type": "plugin", "plugin_name": "wire" }),
        json!({ "type": "plugin" }),
        json!({ "type": "wire", "plugin_version": "v1.2.3" }),
        json!({ "type": "wire", "plugin_version": "1.2.3" }),
        json!({ "type": "wire", "plugin_version": "v9.9.9" }),
        json!({ "type": "wire", "plugin_version": "wrong" }),
        json!({ "type": "wire", "config": {} }),
        json!({ "type": "wire", "config": null }),
        json!({ "type": "wire", "config": "x" }),
        json!({ "type": "wire", "config": [1] }),
        json!({ "type": "wire", "config": { "default_lease_ttl": "1h", "max_lease_ttl": "2h" } }),
        json!({ "type": "wire", "config": { "default_lease_ttl": "2h", "max_lease_ttl": "1h" } }),
        json!({ "type": "wire", "config": { "default_lease_ttl": 60 } }),
        json!({ "type": "wire", "config": { "default_lease_ttl": "60" } }),
        json!({ "type": "wire", "config": { "default_lease_ttl": "1.5h" } }),
        json!({ "type": "wire", "config": { "default_lease_ttl": "1d" } }),
        json!({ "type": "wire", "config": { "default_lease_ttl": "wrong" } }),
        json!({ "type": "wire", "config": { "default_lease_ttl": true } }),
        json!({ "type": "wire", "config": { "default_lease_ttl": "" } }),
        json!({ "type": "wire", "config": { "default_lease_ttl": "system" } }),
        json!({ "type": "wire", "config": { "max_lease_ttl": "100000h" } }),
        json!({ "type": "wire", "config": { "default_lease_ttl": "100000h" } }),
        json!({ "type": "wire", "config": { "force_no_cache": true } }),
        json!({ "type": "wire", "config": { "token_type": "batch" } }),
        json!({ "type": "wire", "config": { "token_type": "default-batch" } }),
        json!({ "type": "wire", "config": { "token_type": "wrong" } }),
        json!({ "type": "wire", "config": { "listing_visibility": "unauth" } }),
        json!({ "type": "wire", "config": { "listing_visibility": "wrong" } }),
        json!({ "type": "wire", "config": { "passthrough_request_headers": "A,B" } }),
        json!({ "type": "wire", "config": { "passthrough_request_headers": ["A"] } }),
        json!({ "type": "wire", "config": { "passthrough_request_headers": [] } }),
        json!({ "type": "wire", "config": { "allowed_response_headers": 1 } }),
        json!({ "type": "wire", "config": { "audit_non_hmac_request_keys": ["a"] } }),
        json!({ "type": "wire", "unknown": 1 }),
    ]
}

fn tunings() -> Vec<Value> {
    vec![
        json!(null),
        json!({}),
        json!({ "default_lease_ttl": "1h" }),
        json!({ "default_lease_ttl": 3600, "max_lease_ttl": 7200 }),
        json!({ "default_lease_ttl": "3h" }),
        json!({ "max_lease_ttl": "30m" }),
        json!({ "default_lease_ttl": "wrong" }),
        json!({ "default_lease_ttl": "-1" }),
        json!({ "default_lease_ttl": "" }),
        json!({ "default_lease_ttl": "system", "max_lease_ttl": "system" }),
        json!({ "default_lease_ttl": 0, "max_lease_ttl": 0 }),
        json!({ "max_lease_ttl": "100000h" }),
        json!({ "max_lease_ttl": "system" }),
        json!({ "description": "d" }),
        json!({ "description": 1 }),
        json!({ "description": null }),
        json!({ "description": "" }),
        json!({ "options": { "a": "b" } }),
        json!({ "options": { "a": 1 } }),
        json!({ "options": { "a": "" } }),
        json!({ "options": { "version": "1" } }),
        json!({ "options": { "version": "2" } }),
        json!({ "options": "a=b" }),
        json!({ "options": 1 }),
        json!({ "options": {} }),
        json!({ "passthrough_request_headers": "A,B" }),
        json!({ "passthrough_request_headers": [] }),
        json!({ "allowed_response_headers": ["A"] }),
        json!({ "allowed_response_headers": "" }),
        json!({ "token_type": "batch" }),
        json!({ "token_type": "service" }),
        json!({ "token_type": "default-service" }),
        json!({ "token_type": "wrong" }),
        json!({ "token_type": "" }),
        json!({ "listing_visibility": "unauth" }),
        json!({ "listing_visibility": "hidden" }),
        json!({ "listing_visibility": "" }),
        json!({ "listing_visibility": "wrong" }),
        json!({ "audit_non_hmac_request_keys": "a" }),
        json!({ "plugin_version": "v1.2.3" }),
        json!({ "plugin_version": "1.2.3" }),
        json!({ "plugin_version": "v9.9.9" }),
        json!({ "plugin_version": "wrong" }),
        json!({ "unknown": 1 }),
    ]
}

fn moves() -> Vec<Step> {
    let mut steps = vec![write("sys/mounts/from", json!({ "type": "wire" })), list("sys/mounts")];
    for (from, to) in [
        (json!("from"), json!("from")),
        (json!("from"), json!("wire")),
        (json!("from"), json!("wire/x")),
        (json!("from"), json!("sys/x")),
        (json!("from"), json!("auth/x")),
        (json!("from"), json!("identity/x")),
        (json!("from"), json!("")),
        (json!(""), json!("x")),
        (json!("from"), json!(1)),
        (json!("none"), json!("x")),
        (json!("sys"), json!("x")),
        (json!("auth/token"), json!("auth/x")),
        (json!("auth/t"), json!("x")),
        (json!("from"), json!("a b")),
        (json!("a b"), json!(" from ")),
        (json!("from"), json!("a//b")),
        (json!("from"), json!("../x")),
        (json!("from"), json!("x\ty")),
    ] {
        steps.push(write("sys/remount", json!({ "from": from, "to": to })));
    }
    steps.push(read("sys/remount"));
    steps
}
