//! The example `go_mock`, the same as a secrets engine and as an auth method.

use serde_json::json;

use super::{
    Case, Data, Delete, Error, List, Nothing, Patch, Raw, Read, UNSUPPORTED_OPERATION,
    UNSUPPORTED_PATH, Update, ask, ignored, replaced, send,
};

pub(super) fn cases() -> Vec<Case> {
    [errors(), values(), config(), others()].into_iter().flatten().collect()
}

fn errors() -> Vec<Case> {
    let integer = "error converting input for field \"err_type\": expected an integer";
    vec![
        send(Update, "errors/type", json!({ "err_type": "4" }), 400, Error("test")),
        send(Update, "errors/type", json!({ "err_type": "x" }), 400, Error(integer)),
        send(Update, "errors/type", json!({ "err_type": 10 }), 204, Nothing),
        ask(Read, "errors/type", 405, Error(UNSUPPORTED_OPERATION)),
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
        ask(List, "kv", 404, Nothing),
        send(
            Update,
            "kv/a",
            both,
            200,
            Data(written("one"), vec![ignored("strange"), replaced("key")]),
        ),
        ask(Read, "kv/other", 404, Nothing),
        send(Update, "kv/a", strange, 200, Data(written("two"), vec![ignored("odd strange")])),
        ask(Read, "kv/a?version=3", 200, Data(shown.clone(), vec![])),
        ask(Read, "kv/a?version=3&key=b", 200, Data(shown, vec![replaced("key")])),
        ask(Read, "kv/a?version=x", 400, Error(integer)),
        ask(List, "kv/", 200, Data(json!({ "keys": ["a"] }), vec![])),
        ask(Read, "kv?list=true", 200, Data(json!({ "keys": ["a"] }), vec![])),
        send(Patch, "kv/a", json!({ "value": "x" }), 405, Error(UNSUPPORTED_OPERATION)),
        send(Update, "kv/a/b", json!({ "value": "x" }), 404, Error(UNSUPPORTED_PATH)),
        ask(Delete, "kv/a", 204, Nothing),
        ask(Delete, "kv/a", 204, Nothing),
        ask(Read, "kv/a", 404, Nothing),
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
        ask(Read, "config", 404, Nothing),
        send(Update, "config", json!({ "disable_automated_rotation": true }), 204, Nothing),
        ask(Read, "config", 200, Data(off.clone(), vec![])),
        send(Update, "config", both, 400, Error("mutually exclusive fields")),
        send(Update, "config", period, 400, Error("rotation_window does not apply to period")),
        send(
            Update,
            "config",
            json!({ "rotation_window": "1h" }),
            400,
            Error("cannot use rotation_window without rotation_schedule"),
        ),
        ask(Read, "config?strange=1", 200, Data(off, vec![ignored("strange")])),
        ask(Delete, "config", 405, Error(UNSUPPORTED_OPERATION)),
        ask(List, "config", 404, Error(UNSUPPORTED_PATH)),
    ]
}

fn others() -> Vec<Case> {
    let value = |value| json!({ "value": value });
    vec![
        ask(Read, "internal", 200, Data(value("bar"), vec![])),
        send(Update, "internal", json!({ "value": "n", "strange": 1 }), 204, Nothing),
        ask(Read, "internal", 200, Data(value("n"), vec![])),
        ask(Delete, "internal", 405, Error(UNSUPPORTED_OPERATION)),
        ask(Read, "special", 200, Data(json!({ "data": "foo" }), vec![])),
        send(Update, "special", json!({}), 405, Error(UNSUPPORTED_OPERATION)),
        ask(Read, "raw", 200, Raw("Response")),
        send(Update, "raw", json!({}), 405, Error(UNSUPPORTED_OPERATION)),
        ask(
            Read,
            "env/NOT_THERE?strange=1",
            200,
            Data(json!({ "key": "", "NOT_THERE": "" }), vec![ignored("strange")]),
        ),
        ask(Delete, "env/NOT_THERE", 405, Error(UNSUPPORTED_OPERATION)),
        ask(Delete, "init-req", 405, Error(UNSUPPORTED_OPERATION)),
        ask(Read, "nowhere", 404, Error(UNSUPPORTED_PATH)),
    ]
}
