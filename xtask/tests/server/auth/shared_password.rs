//! The runtime's example `auth_method`: one password for all.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::{Answer, BlockingClient};
use serde_json::{Value, json};

use super::renew;
use crate::example::Example;
use crate::on_every_server;

on_every_server!(the_shared_password_gives_a_token_that_is_renewed, other_passwords_are_denied);

const EXAMPLE: &str = "auth_method";

/// A dev server with the example mounted as `shared`.
fn server(binary: &ServerBinary) -> Result<(Example, BlockingClient)> {
    let example = Example::start(binary, EXAMPLE)?;
    let api = example.api();
    let plugin = json!({ "command": EXAMPLE, "sha256": example.sha256(EXAMPLE)? });
    api.write(&format!("sys/plugins/catalog/auth/{EXAMPLE}"), &plugin).success()?;
    api.write("sys/auth/shared", json!({ "type": EXAMPLE })).success()?;
    Ok((example, api))
}

fn login(api: &BlockingClient, fields: &Value) -> Answer {
    api.login("auth/shared/login", fields)
}

fn the_shared_password_gives_a_token_that_is_renewed(binary: &ServerBinary) -> Result<()> {
    let (_example, api) = server(binary)?;
    let answer = login(&api, &json!({ "password": "super-secret-password" })).success()?;
    let auth = answer.auth.context("no token")?;
    let fruit = BTreeMap::from([("fruit".to_owned(), "banana".to_owned())]);
    assert_eq!(auth.metadata, fruit);
    assert_eq!((auth.lease_duration, auth.renewable), (Duration::from_secs(30), true));
    let token = api.with_token(auth.client_token);
    let found = token.read("auth/token/lookup-self").success()?.data;
    assert_eq!(found["policies"], json!(["default", "my-policy", "other-policy"]));
    assert_eq!(found["meta"], json!({ "fruit": "banana" }));
    assert_eq!(found["display_name"], "shared-everybody");

    thread::sleep(Duration::from_millis(1100));
    for _ in 0..2 {
        // What a renewal does not answer with, the server forgets: the second shows that.
        let renewed = renew(&token).success()?;
        let auth = renewed.auth.context("no token")?;
        assert_eq!(auth.lease_duration, Duration::from_secs(30));
        assert_eq!(auth.metadata, fruit);
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
        let answer = login(&api, &fields);
        assert_eq!(answer.status, status, "{fields}: {answer:?}");
        assert!(answer.error_text().contains(text), "{fields}: {answer:?}");
    }
    Ok(())
}
