//! The catalog of plugins.

use serde_json::json;

use super::super::step::{Step, delete, list, read, write};

pub(super) fn all(sha256: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let good = json!({ "command": "wire_backend", "sha256": sha256 });
    for name in [
        "named",
        "with space",
        "a.b",
        "a..b",
        "..",
        ".",
        "a/b",
        "",
        "/",
        "ü",
        "a\tb",
        "a%2Fb",
        "NAMED",
        "a,b",
    ] {
        let path = format!("sys/plugins/catalog/secret/{name}");
        steps.push(write(&path, good.clone()));
        steps.push(read(&path));
        steps.push(read(&path).data(json!({ "version": "v1.2.3" })));
        steps.push(delete(&path).data(json!({ "version": "v1.2.3" })));
        steps.push(read(&path).data(json!({ "version": "v1.2.3" })));
    }
    for kind in ["secret", "auth", "database", "unknown", "wrong", "", "Secret", "secrets"] {
        let path = format!("sys/plugins/catalog/{kind}/typed");
        steps.push(write(&path, good.clone()));
        steps.push(read(&path).data(json!({ "version": "1.2.3" })));
        steps.push(delete(&path).data(json!({ "version": "1.2.3" })));
        if !matches!(kind, "secret" | "auth" | "database" | "") {
            steps.push(list(format!("sys/plugins/catalog/{kind}")));
        }
    }
    for wanted in [
        json!(null),
        json!({}),
        json!({ "command": "wire_backend" }),
        json!({ "sha256": sha256 }),
        json!({ "command": "wire_backend", "sha256": "" }),
        json!({ "command": "wire_backend", "sha256": "zz" }),
        json!({ "command": "wire_backend", "sha256": "00" }),
        json!({ "command": "wire_backend", "sha256": "00".repeat(32) }),
        json!({ "command": "wire_backend", "sha_256": sha256 }),
        json!({ "command": "wire_backend", "sha256": sha256.to_uppercase() }),
        json!({ "command": "missing", "sha256": sha256 }),
        json!({ "command": "../wire_backend", "sha256": sha256 }),
        json!({ "command": "/bin/true", "sha256": sha256 }),
        json!({ "command": "", "sha256": sha256 }),
        json!({ "command": " ", "sha256": sha256 }),
        json!({ "command": "wire_backend --flag", "sha256": sha256 }),
        json!({ "command": "wire_backend --flag", "sha256": sha256, "args": ["x"] }),
        json!({ "command": "wire_backend", "sha256": sha256, "args": ["x", "y"] }),
        json!({ "command": "wire_backend", "sha256": sha256, "args": "x,y" }),
        json!({ "command": "wire_backend", "sha256": sha256, "env": ["A=1"] }),
        json!({ "command": "wire_backend", "sha256": sha256, "env": ["A"] }),
        json!({ "command": "wire_backend", "sha256": sha256, "env": 1 }),
        json!({ "command": "wire_backend", "sha256": sha256, "version": "v1.2.3" }),
        json!({ "command": "wire_backend", "sha256": sha256, "version": "1.2.3" }),
        json!({ "command": "wire_backend", "sha256": sha256, "version": "v9.9.9" }),
        json!({ "command": "wire_backend", "sha256": sha256, "version": "wrong" }),
        json!({ "command": "wire_backend", "sha256": sha256, "version": "v1" }),
        json!({ "command": "wire_backend", "sha256": sha256, "version": 1 }),
        json!({ "command": "wire_backend", "sha256": sha256, "version": "v1.2.3+builtin" }),
        json!({ "command": "wire_backend", "sha256": sha256, "oci_image": "x" }),
    ] {
        let path = "sys/plugins/catalog/secret/wanted";
        steps.push(write(path, wanted));
        steps.push(read(path));
        steps.push(read(path).data(json!({ "version": "v1.2.3" })));
        steps.push(delete(path));
        steps.push(delete(path).data(json!({ "version": "v1.2.3" })));
    }
    for version in ["", "wrong", "v1", "v9.9.9", "9.9.9"] {
        let version = json!({ "version": version });
        steps.push(read("sys/plugins/catalog/secret/wire").data(version.clone()));
        steps.push(delete("sys/plugins/catalog/secret/none").data(version));
    }
    steps.push(write("sys/plugins/catalog", json!({})));
    steps.push(delete("sys/plugins/catalog"));
    steps.push(write("sys/plugins/catalog/secret", json!({})));
    steps
}
