//! Fields, bodies and headers, and what of them reaches a plugin; and the forms of its answers.

use std::time::Duration;

use plugin_runtime::Operation;
use serde_json::{Value, json};

use super::super::step::{Step, list, read, write};

fn bodies() -> Vec<Value> {
    let mut deep = json!("end");
    for _ in 0..60 {
        deep = json!([deep]);
    }
    let many: serde_json::Map<_, _> = (0..400).map(|n| (format!("k{n}"), json!("v"))).collect();
    let too_many: serde_json::Map<_, _> = (0..600).map(|n| (format!("k{n}"), json!("v"))).collect();
    vec![
        json!(null),
        json!({}),
        json!([]),
        json!([1, 2]),
        json!([{ "a": 1 }]),
        json!("text"),
        json!(""),
        json!("null"),
        json!(1),
        json!(1.5),
        json!(true),
        json!(false),
        json!({ "a": null }),
        json!({ "a": 1, "b": 1.5, "c": -0.0, "d": 1e300, "e": 1e-7 }),
        json!({ "a": u64::MAX, "b": i64::MIN, "c": 9_007_199_254_740_993_u64 }),
        json!({ "a": true, "b": false, "c": "true", "d": "", "e": " " }),
        json!({ "a": [], "b": {}, "c": [null], "d": { "e": { "f": [1, "x", null] } } }),
        json!({ "": 1 }),
        json!({ " ": 1, "a b": 2, "a&b=c": 3, "ü": 4, "\0": 5 }),
        json!({ "a": "\0", "b": "\u{7f}\u{1b}", "c": "\u{2028}<>&", "d": "😀", "e": "\"\\/" }),
        json!({ "error": "x" }),
        json!({ "data": { "a": 1 } }),
        json!({ "http_status_code": 418, "http_content_type": "text/plain" }),
        json!({ "keys": ["a", "b"] }),
        json!({ "list": "true" }),
        json!({ "list": true, "a": "b" }),
        json!({ "list": "maybe" }),
        json!({ "scan": "true" }),
        json!({ "list": "false", "scan": "0" }),
        json!({ "list": "1", "scan": "1" }),
        json!({ "list": "" }),
        json!({ "help": "1" }),
        json!({ "help": "" }),
        json!({ "a": [1, 2, 3], "b": ["x"], "c": ["x", "y"] }),
        json!({ "path": "other", "operation": "delete", "token": "x", "lease_id": "y" }),
        json!({ "a": deep }),
        Value::Object(many),
        Value::Object(too_many),
        json!({ "a": "x".repeat(100_000) }),
    ]
}

pub(super) fn all() -> Vec<Step> {
    let mut steps = Vec::new();
    for body in bodies() {
        // An address has less room than a body.
        let short = body.to_string().len() < 10_000;
        for operation in [
            Operation::Update,
            Operation::Patch,
            Operation::Create,
            Operation::Read,
            Operation::Delete,
            Operation::List,
        ] {
            let is_query =
                matches!(operation, Operation::Read | Operation::Delete | Operation::List);
            if short || !is_query {
                steps.push(Step::new(operation, "wire/echo/body").data(body.clone()));
            }
        }
        steps.push(write("wire/bytes", body.clone()));
        steps.push(write("auth/wire/open/login/here", body.clone()).anonymous());
        steps.push(write("sys/wrapping/wrap", body).wrapped(Duration::from_secs(60)));
    }
    // Larger than a server takes.
    steps.push(write("wire/echo/large", json!({ "a": "x".repeat(32 << 20) })));
    steps.extend(headers());
    steps.extend(answers());
    steps
}

fn headers() -> Vec<Step> {
    let tuning = json!({
        "passthrough_request_headers": ["X-Passed", "X-Vault-Token", "Authorization"],
        "allowed_response_headers": ["X-One"],
    });
    let mut steps = vec![write("sys/mounts/wire/tune", tuning)];
    for (name, value) in [
        ("X-Passed", "1"),
        ("x-passed", "2"),
        ("X-Other", "3"),
        ("X-Vault-Policy-Override", "true"),
        ("X-Vault-Namespace", "none"),
        ("X-Vault-Namespace", "root"),
        ("X-Vault-Namespace", "/"),
        ("X-Http-Method-Override", "DELETE"),
        ("X-Vault-No-Request-Forwarding", "true"),
        ("X-Vault-Forward", "active-node"),
        ("X-Vault-Wrap-TTL", "60"),
        ("X-Vault-Wrap-TTL", "1m"),
        ("X-Vault-Wrap-TTL", "-1"),
        ("X-Vault-Wrap-TTL", "wrong"),
        ("X-Vault-Wrap-Format", "jwt"),
        ("X-Vault-MFA", "wrong"),
        ("X-Forwarded-For", "192.0.2.1"),
        ("Authorization", "Bearer wrong"),
        ("Authorization", "Basic YTpi"),
    ] {
        steps.push(read("wire/echo/header").header(name, value));
        steps.push(write("wire/echo/header", json!({ "a": 1 })).header(name, value));
    }
    steps.push(read("wire/echo/header").anonymous().header("Authorization", "Bearer {root-token}"));
    steps
}

fn answers() -> Vec<Step> {
    let mut steps = Vec::new();
    for form in [
        "empty", "keys", "no-keys", "warnings", "headers", "wrapped", "redirect", "role", "error",
        "raw", "lease", "auth", "misread", "none",
    ] {
        let path = format!("wire/response/{form}");
        for operation in super::OPERATIONS {
            steps.push(Step::new(operation, &path));
        }
        steps.push(read(&path).wrapped(Duration::from_secs(60)));
        steps.push(list(&path).wrapped(Duration::from_secs(60)));
        steps.push(write(format!("auth/wire/response/{form}"), json!({})));
    }
    for kind in [
        "unknown",
        "user",
        "internal",
        "coded",
        "bad-request",
        "unsupported-operation",
        "unsupported-path",
        "invalid-request",
        "permission-denied",
        "multi-authz-pending",
        "unrecoverable",
        "empty",
    ] {
        let path = format!("wire/error/{kind}");
        steps.push(read(&path));
        steps.push(list(&path));
        steps.push(write(&path, json!({ "explained": "in words" })));
        steps.push(read(&path).wrapped(Duration::from_secs(60)));
    }
    for ttl in [0, 1, 59, 60, 100_000_000] {
        let ttl = Duration::from_secs(ttl);
        steps.push(read("wire/echo/wrap").wrapped(ttl));
        steps.push(read("wire/nothing").wrapped(ttl));
        steps.push(write("wire/nothing", json!({})).wrapped(ttl));
        steps.push(read("sys/mounts/none").wrapped(ttl));
    }
    for key in [
        "", "a", "a/b", "a//b", "/a", "a/", "../a", "a/../b", "a..b", "\0", "a\tb", "ü", "\u{7f}",
        "\u{202e}", "a b", "\u{a0}",
    ] {
        for op in ["put", "get", "delete"] {
            let data = json!({ "op": op, "key": key, "value": "v" });
            steps.push(read("wire/storage").data(data.clone()));
            steps.push(write("wire/storage", data));
        }
        let data = json!({ "op": "list", "prefix": key });
        steps.push(read("wire/storage").data(data));
    }
    steps
}
