//! The secrets mock. It takes any fields, so that none is ignored or replaced.

use serde_json::json;

use super::{Case, Data, Error, Nothing, UNSUPPORTED_OPERATION, ask, send};

pub(super) fn cases() -> Vec<Case> {
    let slash = "a path must be given, without a slash at its end";
    vec![
        send("PUT", "b", json!({ "path": "z", "x": 1 }), 204, Nothing),
        ask("GET", "b", 200, Data(json!({ "path": "z", "x": 1 }), vec![])),
        ask("GET", "b?strange=1", 200, Data(json!({ "path": "z", "x": 1 }), vec![])),
        ask("LIST", "?strange=1", 200, Data(json!({ "keys": ["b"] }), vec![])),
        send("PATCH", "b", json!({ "x": 2 }), 405, Error(UNSUPPORTED_OPERATION)),
        ask("GET", "f/", 400, Error(slash)),
        ask("DELETE", "f/", 400, Error(slash)),
        ask("DELETE", "b", 204, Nothing),
        ask("LIST", "", 404, Nothing),
    ]
}
