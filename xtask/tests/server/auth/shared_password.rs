//! The runtime's example `auth_method`: one password for all.

use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use cargo_vault_plugin::server::{Answer, Api, ServerBinary};
use serde_json::{Value, json};

use super::renew;
use crate::example::Example;
use crate::on_both_versions;

on_both_versions!(the_shared_password_gives_a_token_that_is_renewed, other_passwords_are_denied);

const EXAMPLE: &str = "auth_method";

/// A dev server with the example mounted as `shared`.
fn server(binary: &ServerBinary) -> Result<(Example, Api)> {
    let example = Example::start(binary, EXAMPLE)?;
    let api = example.api();
    let plugin = json!({ "command": EXAMPLE, "sha256": example.sha256(EXAMPLE)? });
    api.write(&format!("sys/plugins/catalog/auth/{EXAMPLE}"), &plugin)?.success()?;
    api.write("sys/auth/shared", &json!({ "type": EXAMPLE }))?.success()?;
    Ok((example, api))
}

fn login(api: &Api, fields: &Value) -> Result<Answer> {
    Api::new(api.address(), None).write("auth/shared/login", fields)
}

fn the_shared_password_gives_a_token_that_is_renewed(binary: &ServerBinary) -> Result<()> {
    let (_example, api) = server(binary)?;
    let answer = login(&api, &json!({ "password": "super-secret-password" }))?.success()?;
    let auth = &answer.body["auth"];
    assert_eq!(auth["metadata"], json!({ "fruit": "banana" }));
    assert_eq!((&auth["lease_duration"], &auth["renewable"]), (&json!(30), &json!(true)));
    let token = api.with_token(auth["client_token"].as_str().context("no token")?);
    let found = token.read("auth/token/lookup-self")?.success()?;
    let found = found.data();
    assert_eq!(found["policies"], json!(["default", "my-policy", "other-policy"]));
    assert_eq!(found["meta"], json!({ "fruit": "banana" }));
    assert_eq!(found["display_name"], "shared-everybody");

    thread::sleep(Duration::from_millis(1100));
    for _ in 0..2 {
        // What a renewal does not answer with, the server forgets: the second shows that.
        let renewed = renew(&token)?.success()?;
        assert_eq!(renewed.body["auth"]["lease_duration"], 30);
        assert_eq!(renewed.body["auth"]["metadata"], json!({ "fruit": "banana" }));
    }
    Ok(())
}

fn other_passwords_are_denied(binary: &ServerBinary) -> Result<()> {
    let (_example, api) = server(binary)?;
    for (fields, status, text) in [
        (json!({}), 400, "missing required field: `password`"),
        (json!({ "password": "" }), 403, "permission denied"),
        (json!({ "password": "wrong" }), 403, "permission denied"),
        (json!({ "password": "super-secret-password " }), 403, "permission denied"),
    ] {
        let answer = login(&api, &fields)?;
        assert_eq!(answer.status, status, "{fields}: {answer:?}");
        assert!(answer.errors().contains(text), "{fields}: {answer:?}");
    }
    Ok(())
}
