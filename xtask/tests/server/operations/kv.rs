//! The secrets mock. It takes any fields, so that none is ignored or replaced.

use serde_json::json;

use super::{
    Case, Data, Delete, Error, List, Nothing, Patch, Read, UNSUPPORTED_OPERATION, Update, ask, send,
};

pub(super) fn cases() -> Vec<Case> {
    let slash = "a path must be given, without a slash at its end";
    vec![
        send(Update, "b", json!({ "path": "z", "x": 1 }), 204, Nothing),
        ask(Read, "b", 200, Data(json!({ "path": "z", "x": 1 }), vec![])),
        ask(Read, "b?strange=1", 200, Data(json!({ "path": "z", "x": 1 }), vec![])),
        ask(List, "?strange=1", 200, Data(json!({ "keys": ["b"] }), vec![])),
        send(Patch, "b", json!({ "x": 2 }), 405, Error(UNSUPPORTED_OPERATION)),
        ask(Read, "f/", 400, Error(slash)),
        ask(Delete, "f/", 400, Error(slash)),
        ask(Delete, "b", 204, Nothing),
        ask(List, "", 404, Nothing),
    ]
}
