//! Users and tokens outlive their plugin's process, and the server's seal.

use std::time::Duration;

use anyhow::{Context, Result};
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::BlockingClient;
use plugin_host::server::{ProductionServer, Settings};
use serde_json::json;

use super::{
    NAME, TERM, enable, logged_in, login, refusal, renew, server, set_password, token_of, user,
};
use crate::kill::{kill_plugin, once_noticed};
use crate::on_every_server;
use crate::setting::{distribution, production_server};

on_every_server!(
    users_and_tokens_outlive_kills_and_a_reload,
    users_and_tokens_outlive_seal_and_unseal,
);

fn users_and_tokens_outlive_kills_and_a_reload(binary: &ServerBinary) -> Result<()> {
    let (server, api) = server(binary)?;
    set_password(&api, "bob", "correct")?;
    let first = kill_plugin(&server)?;
    let credentials = json!({ "user": "bob", "password": "correct" });
    let token = token_of(&api, &once_noticed(|| login(&api, &credentials)).success()?)?;
    let second = kill_plugin(&server)?;
    once_noticed(|| renew(&token)).success()?;
    let third = server.wait_for_plugins(1, Duration::from_secs(10))?[0];
    assert!(first != second && second != third, "each time it is another process");
    assert_bob_is_known(&api)?;

    api.write("sys/plugins/reload/backend", json!({ "plugin": NAME })).success()?;
    renew(&token).success()?;
    logged_in(&api, "bob", "correct")?;
    let reloaded = server.wait_for_plugins(1, Duration::from_secs(10))?[0];
    assert_ne!(reloaded, third, "it is another process again");

    // What is to end a token's renewals does so across a restart too.
    set_password(&api, "bob", "changed")?;
    kill_plugin(&server)?;
    let refused = once_noticed(|| renew(&token));
    assert_eq!(refusal(&refused), (400, "internal data does not match".to_owned()));
    Ok(())
}

fn users_and_tokens_outlive_seal_and_unseal(binary: &ServerBinary) -> Result<()> {
    let mut server =
        production_server(binary, &distribution()?.plugin_directory, &[], Settings::new())?;
    let api = server.api();
    enable(&api)?;
    set_password(&api, "bob", "correct")?;
    seal_and_unseal(&mut server, &api)?;
    let token = logged_in(&api, "bob", "correct")?;
    seal_and_unseal(&mut server, &token)?;
    let renewed = renew(&token).success()?;
    let auth = renewed.auth.context("no token")?;
    assert_eq!((auth.lease_duration, auth.metadata), (TERM, user("bob")));
    let found = token.read("auth/token/lookup-self").success()?;
    assert_eq!(found.data["policies"], json!(["default", "my-policy", "other-policy"]));
    assert_bob_is_known(&api)
}

fn assert_bob_is_known(api: &BlockingClient) -> Result<()> {
    let wrong = login(api, &json!({ "user": "bob", "password": "wrong" }));
    assert_eq!(wrong.status, 403, "{wrong:?}");
    assert_eq!(api.list("auth/auth-mock/users").success()?.keys(), ["bob"]);
    Ok(())
}

/// Seals and unseals; in between the plugin's process is gone, and `token` is of no use.
fn seal_and_unseal(server: &mut ProductionServer, token: &BlockingClient) -> Result<()> {
    server.api().write("sys/seal", ()).success()?;
    server.wait_for_plugins(0, Duration::from_secs(10))?;
    assert_eq!(token.read("auth/token/lookup-self").status, 503);
    let sealed = login(token, &json!({ "user": "bob", "password": "correct" }));
    assert_eq!(sealed.status, 503, "{sealed:?}");
    Ok(server.unseal()?)
}
