//! The auth mock.

use serde_json::json;

use super::{
    Case, Data, Delete, Error, List, LoggedIn, Nothing, Patch, Read, UNSUPPORTED_OPERATION,
    UNSUPPORTED_PATH, Update, ask, ignored, send,
};

pub(super) fn cases() -> Vec<Case> {
    let unnamed = "user name must be provided";
    let bob = json!({ "name": "bob" });
    let login = json!({ "user": "bob", "password": "p", "strange": 1 });
    vec![
        // An answer without a body has no room for warnings.
        send(Update, "user/bob", json!({ "password": "p", "strange": 1 }), 204, Nothing),
        send(Update, "user/bob", json!({ "password": "p", "name": "alice" }), 204, Nothing),
        ask(Read, "user/alice", 404, Nothing),
        ask(Read, "user/bob?strange=1", 200, Data(bob, vec![ignored("strange")])),
        send(
            Update,
            "user/bob",
            json!({ "password": ["p"] }),
            400,
            Error("error converting input for field \"password\": expected a string, got a list"),
        ),
        send(Patch, "user/bob", json!({ "password": "q" }), 405, Error(UNSUPPORTED_OPERATION)),
        ask(List, "users", 200, Data(json!({ "keys": ["bob"] }), vec![])),
        ask(List, "users/", 200, Data(json!({ "keys": ["bob"] }), vec![])),
        ask(Read, "users?list=true", 200, Data(json!({ "keys": ["bob"] }), vec![])),
        ask(Read, "users", 405, Error(UNSUPPORTED_OPERATION)),
        ask(Read, "user", 400, Error(unnamed)),
        ask(Delete, "user", 400, Error(unnamed)),
        ask(List, "user", 404, Error(UNSUPPORTED_PATH)),
        send(Update, "login", login, 200, LoggedIn("bob", vec![ignored("strange")])),
        ask(Read, "login", 405, Error(UNSUPPORTED_OPERATION)),
        ask(Delete, "login", 405, Error(UNSUPPORTED_OPERATION)),
        send(Update, "nowhere", json!({}), 404, Error(UNSUPPORTED_PATH)),
        ask(Delete, "user/bob", 204, Nothing),
        ask(List, "users", 404, Nothing),
    ]
}
