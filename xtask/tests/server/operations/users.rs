//! The auth mock.

use serde_json::json;

use super::{
    Case, Data, Error, Nothing, Part, UNSUPPORTED_OPERATION, UNSUPPORTED_PATH, ask, ignored, send,
};

pub(super) fn cases() -> Vec<Case> {
    let unnamed = "user name must be provided";
    let bob = json!({ "name": "bob" });
    let login = json!({ "user": "bob", "password": "p", "strange": 1 });
    vec![
        // An answer without a body has no room for warnings.
        send("PUT", "user/bob", json!({ "password": "p", "strange": 1 }), 204, Nothing),
        send("POST", "user/bob", json!({ "password": "p", "name": "alice" }), 204, Nothing),
        ask("GET", "user/alice", 404, Nothing),
        ask("GET", "user/bob?strange=1", 200, Data(bob, vec![ignored("strange")])),
        send(
            "PUT",
            "user/bob",
            json!({ "password": ["p"] }),
            400,
            Error("error converting input for field \"password\": expected a string, got a list"),
        ),
        send("PATCH", "user/bob", json!({ "password": "q" }), 405, Error(UNSUPPORTED_OPERATION)),
        ask("LIST", "users", 200, Data(json!({ "keys": ["bob"] }), vec![])),
        ask("LIST", "users/", 200, Data(json!({ "keys": ["bob"] }), vec![])),
        ask("GET", "users?list=true", 200, Data(json!({ "keys": ["bob"] }), vec![])),
        ask("GET", "users", 405, Error(UNSUPPORTED_OPERATION)),
        ask("GET", "user", 400, Error(unnamed)),
        ask("DELETE", "user", 400, Error(unnamed)),
        ask("LIST", "user", 404, Error(UNSUPPORTED_PATH)),
        send(
            "PUT",
            "login",
            login,
            200,
            Part("/auth/metadata/user", json!("bob"), vec![ignored("strange")]),
        ),
        ask("GET", "login", 405, Error(UNSUPPORTED_OPERATION)),
        ask("DELETE", "login", 405, Error(UNSUPPORTED_OPERATION)),
        send("PUT", "nowhere", json!({}), 404, Error(UNSUPPORTED_PATH)),
        ask("DELETE", "user/bob", 204, Nothing),
        ask("LIST", "users", 404, Nothing),
    ]
}
