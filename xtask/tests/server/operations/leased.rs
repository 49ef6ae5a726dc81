//! The example `leased`.

use serde_json::json;

use super::{
    Case, Data, Delete, Error, Leased, List, Nothing, Patch, Read, UNSUPPORTED_OPERATION,
    UNSUPPORTED_PATH, Update, ask, ignored, send,
};

pub(super) fn cases() -> Vec<Case> {
    [config(), roles(), credentials()].into_iter().flatten().collect()
}

fn config() -> Vec<Case> {
    let shown = json!({ "url": "u", "lose_answers": true });
    vec![
        ask(Read, "config", 404, Nothing),
        ask(Read, "creds/dev", 400, Error("write config first")),
        send(Update, "config", json!({}), 400, Error("missing required field: `url`")),
        send(
            Update,
            "config",
            json!({ "url": "u", "lose_answers": "x" }),
            400,
            Error("error converting input for field \"lose_answers\": expected a boolean"),
        ),
        send(Update, "config", json!({ "url": "u", "lose_answers": "true" }), 204, Nothing),
        ask(Read, "config?strange=1", 200, Data(shown, vec![ignored("strange")])),
        send(Patch, "config", json!({ "url": "v" }), 405, Error(UNSUPPORTED_OPERATION)),
        ask(Delete, "config", 204, Nothing),
        ask(Read, "config", 404, Nothing),
        // An answer without a body has no room for warnings.
        send(Update, "config", json!({ "url": "u", "strange": 1 }), 204, Nothing),
    ]
}

fn roles() -> Vec<Case> {
    let role = |ttl| json!({ "user": "svc", "ttl": ttl, "max_ttl": 0 });
    let duration = "error converting input for field \"ttl\": not a duration";
    vec![
        ask(List, "role", 404, Nothing),
        send(Update, "role/dev", json!({}), 400, Error("missing required field: `user`")),
        send(Update, "role/dev", json!({ "user": "svc", "ttl": "x" }), 400, Error(duration)),
        send(
            Update,
            "role/dev",
            json!({ "user": "svc", "ttl": "2h", "max_ttl": "1h" }),
            400,
            Error("ttl must not be longer than max_ttl"),
        ),
        send(Update, "role/dev", json!({ "user": "svc", "ttl": "1h" }), 204, Nothing),
        ask(Read, "role/dev?strange=1", 200, Data(role(3600), vec![ignored("strange")])),
        send(Update, "role/dev", json!({ "user": "svc", "ttl": 60 }), 204, Nothing),
        ask(Read, "role/dev", 200, Data(role(60), vec![])),
        send(Patch, "role/none", json!({ "ttl": 5 }), 400, Error("there is no role `none`")),
        ask(List, "role/", 200, Data(json!({ "keys": ["dev"] }), vec![])),
        ask(Read, "role?list=true", 200, Data(json!({ "keys": ["dev"] }), vec![])),
        ask(Delete, "role", 405, Error(UNSUPPORTED_OPERATION)),
        ask(Read, "nowhere", 404, Error(UNSUPPORTED_PATH)),
    ]
}

fn credentials() -> Vec<Case> {
    let warned = vec![ignored("strange")];
    vec![
        ask(Read, "creds/none", 400, Error("there is no role `none`")),
        ask(Read, "creds/dev?strange=1", 200, Leased(60, warned)),
        send(Update, "creds/dev", json!({}), 405, Error(UNSUPPORTED_OPERATION)),
        ask(Read, "service/none", 404, Nothing),
        ask(Delete, "service/none", 204, Nothing),
        send(Update, "service/none", json!({}), 405, Error(UNSUPPORTED_OPERATION)),
        ask(Delete, "role/dev", 204, Nothing),
        ask(Read, "role/dev", 404, Nothing),
        ask(List, "role", 404, Nothing),
        send(Update, "role/dev", json!({ "user": "svc" }), 204, Nothing),
        send(Update, "config", json!({ "url": "u", "lose_answers": true }), 204, Nothing),
        ask(Read, "creds/dev", 500, Error("the token service did not answer")),
    ]
}
