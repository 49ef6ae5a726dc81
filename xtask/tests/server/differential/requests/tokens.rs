//! Tokens and wrapping.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::step::{Step, delete, list, read, write};

pub(super) fn all() -> Vec<Step> {
    let mut steps = Vec::new();
    for wanted in wanted() {
        for path in ["create", "create-orphan"] {
            steps.push(write(format!("auth/token/{path}"), wanted.clone()).kept("made"));
        }
        steps.push(write("auth/token/lookup", json!({ "token": "{made-token}" })));
        steps.push(read("auth/token/lookup-self").by("{made-token}"));
        steps.push(write("auth/token/lookup-accessor", json!({ "accessor": "{made-accessor}" })));
    }
    steps.push(write("auth/token/create", json!({ "policies": ["root"] })).kept("root2"));
    for path in [
        "lookup",
        "lookup-self",
        "lookup-accessor",
        "renew",
        "renew-self",
        "renew-accessor",
        "revoke",
        "revoke-accessor",
        "revoke-orphan",
        "roles",
        "roles/x",
        "create/x",
        "tidy",
        "accessors",
        "none",
        "",
    ] {
        for data in [
            json!(null),
            json!({ "token": "none" }),
            json!({ "token": "" }),
            json!({ "token": 1 }),
            json!({ "accessor": "none" }),
            json!({ "increment": "wrong" }),
        ] {
            let step = write(format!("auth/token/{path}"), data);
            steps.push(step.clone().by("{root2-token}"));
            if !path.starts_with("revoke") {
                steps.push(step.anonymous());
            }
        }
        steps.push(read(format!("auth/token/{path}")).by("{root2-token}"));
        steps.push(delete(format!("auth/token/{path}")).by("{root2-token}"));
        if path != "accessors" {
            steps.push(list(format!("auth/token/{path}")).by("{root2-token}"));
        }
    }
    steps.extend(lives());
    steps.extend(wrappings());
    steps
}

fn wanted() -> Vec<Value> {
    vec![
        json!(null),
        json!({}),
        json!({ "policies": ["root"] }),
        json!({ "policies": "default" }),
        json!({ "policies": "a,b", "no_default_policy": true }),
        json!({ "policies": ["root", "a"], "ttl": "1h" }),
        json!({ "policies": ["A ", "", "b", "b"], "ttl": "1h" }),
        json!({ "policies": ["response-wrapping"] }),
        json!({ "policies": 1 }),
        json!({ "policies": [], "ttl": "1h" }),
        json!({ "ttl": "1h", "policies": ["default"] }),
        json!({ "ttl": 60, "policies": ["default"] }),
        json!({ "ttl": "wrong" }),
        json!({ "ttl": "-1s" }),
        json!({ "ttl": "100000h", "policies": ["default"] }),
        json!({ "lease": "1h", "policies": ["default"] }),
        json!({ "period": "1h", "policies": ["default"] }),
        json!({ "explicit_max_ttl": "1h", "policies": ["default"] }),
        json!({ "explicit_max_ttl": "1h", "ttl": "2h", "policies": ["default"] }),
        json!({ "num_uses": 5, "policies": ["default"] }),
        json!({ "num_uses": -1 }),
        json!({ "num_uses": "3", "policies": ["default"] }),
        json!({ "num_uses": "wrong" }),
        json!({ "renewable": false, "ttl": "1h", "policies": ["default"] }),
        json!({ "renewable": "wrong" }),
        json!({ "no_parent": true, "policies": ["default"] }),
        json!({ "display_name": "d", "policies": ["default"] }),
        json!({ "display_name": "a b/c!", "policies": ["default"] }),
        json!({ "display_name": 1, "policies": ["default"] }),
        json!({ "meta": { "a": "b" }, "policies": ["default"] }),
        json!({ "meta": { "a": 1 }, "policies": ["default"] }),
        json!({ "meta": "a" }),
        json!({ "meta": ["a=b"] }),
        json!({ "type": "batch", "policies": ["default"], "ttl": "1h" }),
        json!({ "type": "service", "policies": ["default"] }),
        json!({ "type": "wrong" }),
        json!({ "type": "batch", "policies": ["root"] }),
        json!({ "id": "chosen", "policies": ["default"] }),
        json!({ "id": "s.chosen" }),
        json!({ "id": "with.dot" }),
        json!({ "entity_alias": "a", "policies": ["default"] }),
        json!({ "unknown": 1, "policies": ["default"] }),
    ]
}

fn lives() -> Vec<Step> {
    let of = |data: Value| write("auth/token/create", data);
    let mut steps = vec![
        of(json!({ "policies": ["root"], "ttl": "1h", "num_uses": 2 })).kept("twice"),
        read("wire/echo/1").by("{twice-token}"),
        read("no-mount/2").by("{twice-token}"),
        read("wire/echo/3").by("{twice-token}"),
        of(json!({ "policies": ["root"], "ttl": "1h" })).kept("root3"),
    ];
    for increment in [json!(null), json!(60), json!("2h"), json!("wrong"), json!(-1)] {
        let data = json!({ "token": "{root3-token}", "increment": increment });
        steps.push(write("auth/token/renew", data));
        let data = json!({ "accessor": "{root3-accessor}", "increment": increment });
        steps.push(write("auth/token/renew-accessor", data));
        let data = json!({ "increment": increment });
        steps.push(write("auth/token/renew-self", data).by("{root3-token}"));
    }
    steps.extend([
        write("auth/token/renew/{root3-token}", json!({})),
        write("auth/token/lookup/{root3-token}", json!({})),
        of(json!({ "policies": ["root"], "ttl": "1h" })).by("{root3-token}").kept("child"),
        write("auth/token/revoke-self", json!(null)).by("{root3-token}"),
        read("auth/token/lookup-self").by("{root3-token}"),
        read("auth/token/lookup-self").by("{child-token}"),
        write("auth/token/revoke", json!({ "token": "{root3-token}" })),
        read("wire/echo/x").by("none"),
        read("wire/echo/x").by("s.none"),
        read("wire/echo/x").by(" "),
        read("wire/echo/x").by("ü"),
        read("sys/mounts").by("none"),
        read("sys/none").by("none"),
        read("no-mount").by("none"),
        read("no-mount").anonymous(),
    ]);
    steps
}

fn wrappings() -> Vec<Step> {
    let minute = Duration::from_secs(60);
    let token = |name: &str| json!({ "token": format!("{{{name}-wrap}}") });
    let mut steps = vec![
        read("wire/echo/w").wrapped(minute).kept("first"),
        write("sys/wrapping/lookup", token("first")),
        write("sys/wrapping/lookup", token("first")).anonymous(),
        read("sys/wrapping/lookup").by("{first-wrap}"),
        read("wire/echo/by-wrap").by("{first-wrap}"),
        read("auth/token/lookup-self").by("{first-wrap}"),
        write("auth/token/lookup-accessor", json!({ "accessor": "{first-wrap-accessor}" })),
        write("sys/wrapping/rewrap", token("first")).kept("second"),
        write("sys/wrapping/unwrap", token("first")),
        write("sys/wrapping/unwrap", token("second")),
        write("sys/wrapping/unwrap", token("second")),
        write("sys/wrapping/lookup", token("second")),
        read("l/lease/plain").wrapped(minute).kept("third"),
        write("sys/wrapping/unwrap", json!(null)).by("{third-wrap}"),
        write("auth/token/create", json!({ "policies": ["default"] })).wrapped(minute).kept("made"),
        write("sys/wrapping/unwrap", token("made")),
        read("wire/response/warnings").wrapped(minute).kept("warned"),
        write("sys/wrapping/unwrap", token("warned")),
        read("wire/response/raw").wrapped(minute).kept("raw"),
        write("sys/wrapping/unwrap", token("raw")),
        read("wire/echo/revoked").wrapped(minute).kept("fourth"),
        write("auth/token/revoke-accessor", json!({ "accessor": "{fourth-wrap-accessor}" })),
        write("sys/wrapping/unwrap", token("fourth")),
        write("sys/wrapping/wrap", json!({ "a": 1 })),
        write("sys/wrapping/wrap", json!({ "a": 1 })).wrapped(minute).anonymous(),
        write("sys/wrapping/wrap", json!({ "a": 1 })).wrapped(Duration::ZERO),
    ];
    for what in ["lookup", "unwrap", "rewrap", "wrap", "none"] {
        let path = format!("sys/wrapping/{what}");
        for data in
            [json!(null), json!({ "token": "none" }), json!({ "token": "" }), json!({ "token": 1 })]
        {
            steps.push(write(&path, data.clone()));
            steps.push(write(&path, data).anonymous());
        }
        steps.push(read(&path));
        steps.push(delete(&path));
        steps.push(list(&path));
    }
    steps
}
