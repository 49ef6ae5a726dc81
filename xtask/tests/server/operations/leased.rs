//! The example `leased`.

use serde_json::json;

use super::{
    Case, Data, Error, Nothing, Part, UNSUPPORTED_OPERATION, UNSUPPORTED_PATH, ask, ignored, send,
};

pub(super) fn cases() -> Vec<Case> {
    [config(), roles(), credentials()].into_iter().flatten().collect()
}

fn config() -> Vec<Case> {
    let shown = json!({ "url": "u", "lose_answers": true });
    vec![
        ask("GET", "config", 404, Nothing),
        ask("GET", "creds/dev", 400, Error("write config first")),
        send("PUT", "config", json!({}), 400, Error("missing required field: `url`")),
        send(
            "PUT",
            "config",
            json!({ "url": "u", "lose_answers": "x" }),
            400,
            Error("error converting input for field \"lose_answers\": expected a boolean"),
        ),
        send("PUT", "config", json!({ "url": "u", "lose_answers": "true" }), 204, Nothing),
        ask("GET", "config?strange=1", 200, Data(shown, vec![ignored("strange")])),
        send("PATCH", "config", json!({ "url": "v" }), 405, Error(UNSUPPORTED_OPERATION)),
        ask("DELETE", "config", 204, Nothing),
        ask("GET", "config", 404, Nothing),
        // An answer without a body has no room for warnings.
        send("POST", "config", json!({ "url": "u", "strange": 1 }), 204, Nothing),
    ]
}

fn roles() -> Vec<Case> {
    let role = |ttl| json!({ "user": "svc", "ttl": ttl, "max_ttl": 0 });
    let duration = "error converting input for field \"ttl\": not a duration";
    vec![
        ask("LIST", "role", 404, Nothing),
        send("PUT", "role/dev", json!({}), 400, Error("missing required field: `user`")),
        send("PUT", "role/dev", json!({ "user": "svc", "ttl": "x" }), 400, Error(duration)),
        send(
            "PUT",
            "role/dev",
            json!({ "user": "svc", "ttl": "2h", "max_ttl": "1h" }),
            400,
            Error("ttl must not be longer than max_ttl"),
        ),
        send("PUT", "role/dev", json!({ "user": "svc", "ttl": "1h" }), 204, Nothing),
        ask("GET", "role/dev?strange=1", 200, Data(role(3600), vec![ignored("strange")])),
        send("POST", "role/dev", json!({ "user": "svc", "ttl": 60 }), 204, Nothing),
        ask("GET", "role/dev", 200, Data(role(60), vec![])),
        send("PATCH", "role/none", json!({ "ttl": 5 }), 400, Error("there is no role `none`")),
        ask("LIST", "role/", 200, Data(json!({ "keys": ["dev"] }), vec![])),
        ask("GET", "role?list=true", 200, Data(json!({ "keys": ["dev"] }), vec![])),
        ask("DELETE", "role", 405, Error(UNSUPPORTED_OPERATION)),
        ask("GET", "nowhere", 404, Error(UNSUPPORTED_PATH)),
    ]
}

fn credentials() -> Vec<Case> {
    let warned = vec![ignored("strange")];
    vec![
        ask("GET", "creds/none", 400, Error("there is no role `none`")),
        ask("GET", "creds/dev?strange=1", 200, Part("/lease_duration", json!(60), warned)),
        send("PUT", "creds/dev", json!({}), 405, Error(UNSUPPORTED_OPERATION)),
        ask("GET", "service/none", 404, Nothing),
        ask("DELETE", "service/none", 204, Nothing),
        send("PUT", "service/none", json!({}), 405, Error(UNSUPPORTED_OPERATION)),
        ask("DELETE", "role/dev", 204, Nothing),
        ask("GET", "role/dev", 404, Nothing),
        ask("LIST", "role", 404, Nothing),
        send("PUT", "role/dev", json!({ "user": "svc" }), 204, Nothing),
        send("PUT", "config", json!({ "url": "u", "lose_answers": true }), 204, Nothing),
        ask("GET", "creds/dev", 500, Error("the token service did not answer")),
    ]
}
