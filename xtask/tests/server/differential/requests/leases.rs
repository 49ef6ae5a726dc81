//! Leases: looked up, renewed, revoked, and revocations that fail.

use serde_json::{Value, json};

use super::super::step::{Step, delete, list, read, write};

pub(super) fn all() -> Vec<Step> {
    let mut steps = vec![write("sys/mounts/l", json!({ "type": "wire" }))];
    for how in ["plain", "fixed", "unrenewed", "refused", "final", "worded"] {
        steps.push(read(format!("l/lease/{how}")).kept("made"));
        let of = |id: &str| json!({ "lease_id": id });
        steps.push(write("sys/leases/lookup", of("{made-lease}")));
        steps.push(list(format!("sys/leases/lookup/l/lease/{how}")));
        for renewal in [
            of("{made-lease}"),
            json!({ "lease_id": "{made-lease}", "increment": 60 }),
            json!({ "lease_id": "{made-lease}", "increment": "1h" }),
            json!({ "lease_id": "{made-lease}", "increment": "wrong" }),
            json!({ "lease_id": "{made-lease}", "increment": -5 }),
            json!({ "lease_id": "{made-lease}", "increment": 1_000_000_000 }),
        ] {
            steps.push(write("sys/leases/renew", renewal));
        }
        steps.push(write("sys/leases/renew/{made-lease}", json!({})));
        steps.push(write("sys/renew", of("{made-lease}")));
        steps.push(write("sys/leases/revoke", json!({ "lease_id": "{made-lease}", "sync": true })));
        steps.push(write("sys/leases/lookup", of("{made-lease}")));
        steps.push(write("sys/leases/revoke", json!({ "lease_id": "{made-lease}", "sync": "1" })));
        let prefix = format!("sys/leases/revoke-prefix/l/lease/{how}");
        steps.push(write(&prefix, json!({ "sync": true })));
        steps.push(list(format!("sys/leases/lookup/l/lease/{how}")));
        steps.push(write(format!("sys/leases/revoke-force/l/lease/{how}"), json!({})));
        steps.push(list(format!("sys/leases/lookup/l/lease/{how}")));
        steps.push(write("sys/leases/lookup", of("{made-lease}")));
    }
    for data in [
        json!(null),
        json!({}),
        json!({ "lease_id": "" }),
        json!({ "lease_id": "none" }),
        json!({ "lease_id": 1 }),
        json!({ "lease_id": null }),
        json!({ "lease_id": ["none"] }),
        json!({ "lease_id": "l/lease/plain" }),
        json!({ "lease_id": "none", "sync": true }),
        json!({ "lease_id": "none", "sync": "wrong" }),
        json!({ "lease_id": "none", "increment": "wrong" }),
        json!({ "url_lease_id": "none" }),
    ] {
        for what in ["lookup", "renew", "revoke"] {
            steps.push(write(format!("sys/leases/{what}"), data.clone()));
        }
    }
    for path in [
        "lookup/none",
        "lookup/none/",
        "renew/none",
        "revoke/none",
        "revoke-prefix/none",
        "revoke-prefix/none/",
        "revoke-force/none",
        "revoke-prefix",
        "revoke-force",
        "lookup",
        "lookup/l",
        "lookup/l/",
        "lookup/l/lease/",
        "count",
        "x",
        "",
    ] {
        for operation in super::OPERATIONS {
            steps.push(Step::new(operation, format!("sys/leases/{path}")));
        }
    }
    steps.extend(mounts_that_stay());
    steps.extend(tokens_and_leases());
    steps
}

/// A mount with a lease whose revocation fails can't be disabled, nor moved.
fn mounts_that_stay() -> Vec<Step> {
    let mut steps = Vec::new();
    for how in ["refused", "final", "worded"] {
        let sync = |id: &str| json!({ "lease_id": id });
        steps.extend([
            write("sys/mounts/stays", json!({ "type": "wire" })),
            read(format!("stays/lease/{how}")).kept("bad"),
            delete("sys/mounts/stays"),
            read("sys/mounts/stays"),
            read("stays/echo/x"),
            write("stays/echo/x", json!({})),
            read("sys/mounts/stays/tune"),
            write("sys/mounts/stays/tune", json!({ "description": "tainted" })),
            write("sys/mounts/stays", json!({ "type": "wire" })),
            write("sys/leases/lookup", sync("{bad-lease}")),
            list(format!("sys/leases/lookup/stays/lease/{how}")),
            write("sys/leases/renew", sync("{bad-lease}")),
            delete("sys/mounts/stays"),
            write("sys/remount", json!({ "from": "stays", "to": "moved" })),
            write("sys/plugins/reload/backend", json!({ "mounts": ["stays/"] })),
            write("sys/leases/revoke-force/stays", json!({})),
            delete("sys/mounts/stays"),
            read("sys/mounts/stays"),
            write("sys/leases/lookup", sync("{bad-lease}")),
        ]);
    }
    steps
}

/// A lease ends with the token that asked for it.
fn tokens_and_leases() -> Vec<Step> {
    let lookup = |id: &str| -> Value { json!({ "lease_id": id }) };
    vec![
        write("auth/token/create", json!({ "policies": ["root"], "ttl": "1h" })).kept("holder"),
        read("l/lease/plain").by("{holder-token}").kept("held"),
        write("sys/leases/lookup", lookup("{held-lease}")),
        write("auth/token/revoke", json!({ "token": "{holder-token}" })),
        write("sys/leases/revoke", json!({ "lease_id": "{held-lease}", "sync": true })),
        write("sys/leases/lookup", lookup("{held-lease}")),
        read("l/lease/plain").anonymous(),
        read("l/open/login/here").anonymous(),
        write("l/open/login/here", json!({ "alias": "a" })).anonymous(),
        write("l/open/login/here", json!({ "alias": "a" })),
    ]
}
