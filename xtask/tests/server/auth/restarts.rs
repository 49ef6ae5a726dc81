//! Users and tokens outlive their plugin's process, and the server's seal.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use nix::sys::signal::Signal;
use serde_json::json;
use xtask::server::{Api, ProductionServer, ServerBinary, ServerProcess, process};

use super::{NAME, enable, logged_in, login, refusal, renew, server, set_password};
use crate::on_both_versions;
use crate::setting::distribution;

on_both_versions!(
    users_and_tokens_outlive_kills_and_a_reload,
    users_and_tokens_outlive_seal_and_unseal,
);

/// How long a server may take to see that a plugin's process ended.
const SEEN: Duration = Duration::from_secs(2);

fn users_and_tokens_outlive_kills_and_a_reload(binary: &ServerBinary) -> Result<()> {
    let (server, api) = server(binary)?;
    set_password(&api, "bob", "correct")?;
    let first = kill_plugin(server.process())?;
    let token = logged_in(&api, "bob", "correct")?;
    let second = kill_plugin(server.process())?;
    renew(&token)?.success()?;
    let third = server.wait_for_plugins(1, Duration::from_secs(1))?[0];
    assert!(first != second && second != third, "each time it is another process");
    assert_bob_is_known(&api)?;

    api.reload(NAME)?.success()?;
    renew(&token)?.success()?;
    logged_in(&api, "bob", "correct")?;
    let reloaded = server.wait_for_plugins(1, Duration::from_secs(1))?[0];
    assert_ne!(reloaded, third, "it is another process again");

    // What is to end a token's renewals does so across a restart too.
    set_password(&api, "bob", "changed")?;
    kill_plugin(server.process())?;
    assert_eq!(refusal(&renew(&token)?), (400, "internal data does not match".to_owned()));
    Ok(())
}

fn users_and_tokens_outlive_seal_and_unseal(binary: &ServerBinary) -> Result<()> {
    let mut server = ProductionServer::start(binary, &distribution()?.plugin_directory, &[])?;
    let api = server.api();
    enable(&api)?;
    set_password(&api, "bob", "correct")?;
    seal_and_unseal(&mut server, &api)?;
    let token = logged_in(&api, "bob", "correct")?;
    seal_and_unseal(&mut server, &token)?;
    let renewed = renew(&token)?.success()?;
    assert_eq!(renewed.body["auth"]["lease_duration"], 30);
    assert_eq!(renewed.body["auth"]["metadata"], json!({ "user": "bob" }));
    let found = token.read("auth/token/lookup-self")?.success()?;
    assert_eq!(found.data()["policies"], json!(["default", "my-policy", "other-policy"]));
    assert_bob_is_known(&api)
}

fn assert_bob_is_known(api: &Api) -> Result<()> {
    let wrong = login(api, &json!({ "user": "bob", "password": "wrong" }))?;
    assert_eq!(wrong.status, 403, "{wrong:?}");
    assert_eq!(api.list("auth/auth-mock/users")?.success()?.keys(), ["bob"]);
    Ok(())
}

/// Kills the only plugin, and waits until the server has seen it; the process id it had.
fn kill_plugin(server: &ServerProcess) -> Result<u32> {
    let seen = || server.log().lines_with("plugin process exited").len();
    let before = seen();
    let plugin = server.wait_for_plugins(1, Duration::from_secs(1))?[0];
    process::send(plugin, Signal::SIGKILL)?;
    let start = Instant::now();
    while seen() == before {
        if start.elapsed() > SEEN {
            bail!("the server did not see the kill:\n{}", server.log().tail(15));
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(plugin)
}

/// Seals and unseals; in between the plugin's process is gone, and `token` is of no use.
fn seal_and_unseal(server: &mut ProductionServer, token: &Api) -> Result<()> {
    server.api().seal()?.success()?;
    server.process().wait_for_plugins(0, Duration::from_secs(1))?;
    assert_eq!(token.read("auth/token/lookup-self")?.status, 503);
    let sealed = login(token, &json!({ "user": "bob", "password": "correct" }))?;
    assert_eq!(sealed.status, 503, "{sealed:?}");
    server.unseal()
}
