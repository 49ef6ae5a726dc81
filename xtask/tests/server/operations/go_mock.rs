//! The example `go_mock`, the same as a secrets engine and as an auth method.

use serde_json::json;

use super::{
    Case, Data, Error, Nothing, Raw, UNSUPPORTED_OPERATION, UNSUPPORTED_PATH, ask, ignored,
    replaced, send,
};

pub(super) fn cases() -> Vec<Case> {
    [errors(), values(), config(), others()].into_iter().flatten().collect()
}

fn errors() -> Vec<Case> {
    let integer = "error converting input for field \"err_type\": expected an integer";
    vec![
        send("PUT", "errors/type", json!({ "err_type": "4" }), 400, Error("test")),
        send("POST", "errors/type", json!({ "err_type": "x" }), 400, Error(integer)),
        send("PUT", "errors/type", json!({ "err_type": 10 }), 204, Nothing),
        ask("GET", "errors/type", 405, Error(UNSUPPORTED_OPERATION)),
    ]
}

fn values() -> Vec<Case> {
    let written = |value| json!({ "value": value });
    let (both, strange) = (
        json!({ "value": "one", "key": "other", "strange": 1 }),
        json!({ "value": "two", "strange": 1, "odd": 2 }),
    );
    let integer = "error converting input for field \"version\": expected an integer";
    let shown = json!({ "value": "two", "version": 3 });
    vec![
        ask("LIST", "kv", 404, Nothing),
        send(
            "PUT",
            "kv/a",
            both,
            200,
            Data(written("one"), vec![ignored("strange"), replaced("key")]),
        ),
        ask("GET", "kv/other", 404, Nothing),
        send("POST", "kv/a", strange, 200, Data(written("two"), vec![ignored("odd strange")])),
        ask("GET", "kv/a?version=3", 200, Data(shown.clone(), vec![])),
        ask("GET", "kv/a?version=3&key=b", 200, Data(shown, vec![replaced("key")])),
        ask("GET", "kv/a?version=x", 400, Error(integer)),
        ask("LIST", "kv/", 200, Data(json!({ "keys": ["a"] }), vec![])),
        ask("GET", "kv?list=true", 200, Data(json!({ "keys": ["a"] }), vec![])),
        send("PATCH", "kv/a", json!({ "value": "x" }), 405, Error(UNSUPPORTED_OPERATION)),
        send("PUT", "kv/a/b", json!({ "value": "x" }), 404, Error(UNSUPPORTED_PATH)),
        ask("DELETE", "kv/a", 204, Nothing),
        ask("DELETE", "kv/a", 204, Nothing),
        ask("GET", "kv/a", 404, Nothing),
    ]
}

fn config() -> Vec<Case> {
    let off = json!({
        "rotation_schedule": "",
        "rotation_window": 0,
        "rotation_period": 0,
        "disable_automated_rotation": true,
    });
    let both = json!({ "rotation_period": "1h", "rotation_schedule": "* * * * *" });
    let period = json!({ "rotation_period": "1h", "rotation_window": "1h" });
    vec![
        ask("GET", "config", 404, Nothing),
        send("PUT", "config", json!({ "disable_automated_rotation": true }), 204, Nothing),
        ask("GET", "config", 200, Data(off.clone(), vec![])),
        send("POST", "config", both, 400, Error("mutually exclusive fields")),
        send("POST", "config", period, 400, Error("rotation_window does not apply to period")),
        send(
            "POST",
            "config",
            json!({ "rotation_window": "1h" }),
            400,
            Error("cannot use rotation_window without rotation_schedule"),
        ),
        ask("GET", "config?strange=1", 200, Data(off, vec![ignored("strange")])),
        ask("DELETE", "config", 405, Error(UNSUPPORTED_OPERATION)),
        ask("LIST", "config", 404, Error(UNSUPPORTED_PATH)),
    ]
}

fn others() -> Vec<Case> {
    let value = |value| json!({ "value": value });
    vec![
        ask("GET", "internal", 200, Data(value("bar"), vec![])),
        send("POST", "internal", json!({ "value": "n", "strange": 1 }), 204, Nothing),
        ask("GET", "internal", 200, Data(value("n"), vec![])),
        ask("DELETE", "internal", 405, Error(UNSUPPORTED_OPERATION)),
        ask("GET", "special", 200, Data(json!({ "data": "foo" }), vec![])),
        send("PUT", "special", json!({}), 405, Error(UNSUPPORTED_OPERATION)),
        ask("GET", "raw", 200, Raw("Response")),
        send("PUT", "raw", json!({}), 405, Error(UNSUPPORTED_OPERATION)),
        ask(
            "GET",
            "env/NOT_THERE?strange=1",
            200,
            Data(json!({ "key": "", "NOT_THERE": "" }), vec![ignored("strange")]),
        ),
        ask("DELETE", "env/NOT_THERE", 405, Error(UNSUPPORTED_OPERATION)),
        ask("DELETE", "init-req", 405, Error(UNSUPPORTED_OPERATION)),
        ask("GET", "nowhere", 404, Error(UNSUPPORTED_PATH)),
    ]
}
