//! Logins, and the tokens that they give.

use std::time::Duration;

use serde_json::json;

use super::super::step::{Step, delete, list, read, write};

pub(super) fn all() -> Vec<Step> {
    let mut steps = Vec::new();
    for wish in [
        json!(null),
        json!({ "alias": "a" }),
        json!({ "alias": "a", "policies": ["p", "Q"], "metadata": { "k": "v" } }),
        json!({ "alias": "" }),
        json!({ "alias": "a", "groups": ["g"] }),
        json!({ "alias": "a", "groups": [""] }),
        json!({ "groups": [""] }),
        json!({ "groups": ["g", ""] }),
        json!({ "policies": ["root"] }),
        json!({ "alias": "a", "policies": ["root"] }),
        json!({ "alias": "a", "policies": ["response-wrapping"] }),
        json!({ "alias": "a", "ttl": 60 }),
        json!({ "alias": "a", "ttl": 60, "renewable": true }),
        json!({ "alias": "a", "ttl": 60, "max_ttl": 120, "renewable": true }),
        json!({ "alias": "a", "ttl": 600, "max_ttl": 120, "renewable": true }),
        json!({ "alias": "a", "ttl": 100_000_000 }),
        json!({ "alias": "a", "period": 600, "renewable": true }),
        json!({ "alias": "a", "period": 100_000_000, "renewable": true }),
        json!({ "alias": "a", "explicit_max_ttl": 600, "renewable": true }),
        json!({ "alias": "a", "explicit_max_ttl": 600, "period": 1200, "renewable": true }),
        json!({ "alias": "a", "num_uses": 3 }),
        json!({ "alias": "a", "no_default_policy": true }),
        json!({ "alias": "a", "no_default_policy": true, "policies": ["p"] }),
        json!({ "alias": "a", "token_type": "batch" }),
        json!({ "alias": "a", "token_type": "service", "ttl": 60 }),
        json!({ "alias": "a", "token_type": "batch", "period": 60 }),
        json!({ "alias": "a", "token_type": "batch", "num_uses": 2, "renewable": true }),
        json!({ "refused": true }),
    ] {
        steps.push(write("auth/wire/open/login/here", wish.clone()).anonymous().kept("in"));
        steps.push(read("auth/token/lookup-self").by("{in-token}"));
        steps.push(write("auth/token/renew-self", json!({ "increment": 90 })).by("{in-token}"));
        steps.push(write("auth/wire/open/login/here", wish.clone()));
        steps.push(read("auth/wire/open/login/here").data(wish).anonymous());
    }
    steps.push(write("auth/wire/open/login/here", json!({ "alias": "a" })).by("none"));
    steps.push(delete("auth/wire/open/login/here").anonymous());
    steps.push(list("auth/wire/open/login/here").anonymous());
    steps.push(write("auth/wire/echo/x", json!({})).anonymous());
    steps.push(write("auth/wire/echo/x", json!({})));
    let wrapped = write("auth/wire/open/login/here", json!({ "alias": "a" })).anonymous();
    steps.push(wrapped.wrapped(Duration::from_secs(60)).kept("wrapped"));
    steps.push(write("sys/wrapping/unwrap", json!({ "token": "{wrapped-wrap}" })));
    for kind in ["batch", "default-batch", "service", "default-service"] {
        steps.push(write("sys/auth/wire/tune", json!({ "token_type": kind })));
        for wanted in ["default", "batch", "service"] {
            let wish = json!({ "alias": "a", "token_type": wanted });
            steps.push(write("auth/wire/open/login/here", wish).anonymous().kept("typed"));
            steps.push(write("auth/token/revoke", json!({ "token": "{typed-token}" })));
        }
    }
    // The framework's own auth method.
    steps.push(write("sys/auth/shared", json!({ "type": "auth_method" })));
    for data in [
        json!(null),
        json!({}),
        json!({ "password": "wrong" }),
        json!({ "password": 1 }),
        json!({ "password": "super-secret-password" }),
    ] {
        steps.push(write("auth/shared/login", data).anonymous().kept("shared"));
    }
    steps.push(write("auth/token/renew-self", json!({})).by("{shared-token}"));
    steps.push(delete("sys/auth/shared"));
    steps.push(write("auth/token/renew", json!({ "token": "{shared-token}" })));
    steps
}
