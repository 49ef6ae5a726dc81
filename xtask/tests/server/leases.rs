//! Leases, with the example `leased`: a lease's life, and what ends it.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::{Answer, BlockingClient};
use serde_json::json;

use crate::example::Example;
use crate::kill::{kill_plugin, once_noticed};
use crate::on_every_server;

on_every_server!(
    a_lease_is_renewed_up_to_its_limit,
    an_expired_lease_is_revoked,
    a_secret_that_is_gone_already_is_revoked_without_an_error,
    all_leases_of_a_role_are_revoked_at_once,
    a_lease_is_revoked_after_its_plugin_was_killed,
    roles_are_merged_with_patches[Patch],
);

/// The server with the engine, configured, and with two roles.
fn engine(binary: &ServerBinary) -> Result<(Example, BlockingClient)> {
    let example = Example::start(binary, "leased")?;
    let api = example.api();
    api.enable_secrets("leased", "leased").success()?;
    api.write("leased/config", json!({ "url": "https://tokens.example.com" })).success()?;
    let short = json!({ "user": "svc", "ttl": "3s", "max_ttl": "60s" });
    api.write("leased/role/short", &short).success()?;
    api.write("leased/role/long", json!({ "user": "svc", "ttl": "1h" })).success()?;
    Ok((example, api))
}

/// A token of the role: the lease's name, and the token's in the token service.
fn issue(api: &BlockingClient, role: &str) -> Result<(String, String)> {
    let answer = api.read(&format!("leased/creds/{role}")).success()?;
    let lease = answer.lease.context("no lease")?;
    assert!(lease.id.starts_with(&format!("leased/creds/{role}/")), "{lease:?}");
    assert!(lease.renewable);
    let id = answer.data["id"].as_str().context("no token")?.to_owned();
    assert_eq!(api.read(&format!("leased/service/{id}")).success()?.data["user"], "svc");
    Ok((lease.id, id))
}

/// The tokens in the token service.
fn tokens(api: &BlockingClient) -> Vec<String> {
    api.list("leased/service").keys()
}

fn renew(api: &BlockingClient, lease: &str, seconds: u64) -> Answer {
    api.renew(lease, Duration::from_secs(seconds))
}

fn a_lease_is_renewed_up_to_its_limit(binary: &ServerBinary) -> Result<()> {
    let (_example, api) = engine(binary)?;
    let (lease, id) = issue(&api, "short")?;
    let ends = |id: &str| -> Result<String> {
        let token = api.read(&format!("leased/service/{id}")).success()?;
        Ok(token.data["ends"].as_str().context("no end")?.to_owned())
    };
    let before = ends(&id)?;
    let renewed = renew(&api, &lease, 30).success()?;
    let duration = |answer: &Answer| answer.lease.as_ref().map(|lease| lease.duration.as_secs());
    assert_eq!(duration(&renewed), Some(30));
    // RFC 3339 in UTC compares as text.
    assert!(ends(&id)? > before, "the token service was told");

    let cut = renew(&api, &lease, 100).success()?;
    let seconds = duration(&cut).context("no duration")?;
    assert!((50..=60).contains(&seconds), "{seconds}");
    assert!(cut.warnings[0].contains("max_ttl"), "{cut:?}");
    assert_eq!(cut.data, json!(null), "a renewal shows no secret");

    api.delete("leased/role/short").success()?;
    let refused = renew(&api, &lease, 1);
    assert_eq!(refused.status, 400);
    assert!(refused.error_text().contains("there is no role `short`"), "{refused:?}");
    assert_eq!(tokens(&api), [id]);
    Ok(())
}

fn an_expired_lease_is_revoked(binary: &ServerBinary) -> Result<()> {
    let (_example, api) = engine(binary)?;
    let (_, short) = issue(&api, "short")?;
    let (_, long) = issue(&api, "long")?;
    let start = Instant::now();
    while tokens(&api).contains(&short) {
        if start.elapsed() > Duration::from_secs(20) {
            bail!("the token outlived its lease");
        }
        thread::sleep(Duration::from_millis(200));
    }
    assert!(start.elapsed() > Duration::from_secs(1), "it did not live at all");
    assert_eq!(tokens(&api), [long]);
    Ok(())
}

fn a_secret_that_is_gone_already_is_revoked_without_an_error(binary: &ServerBinary) -> Result<()> {
    let (_example, api) = engine(binary)?;
    let (lease, id) = issue(&api, "long")?;
    api.delete(&format!("leased/service/{id}")).success()?;
    let refused = renew(&api, &lease, 1);
    assert!(refused.error_text().contains("the token was revoked"), "{refused:?}");
    assert_eq!(api.revoke(&lease).status, 204);
    let gone = api.write("sys/leases/lookup", json!({ "lease_id": lease }));
    assert!(!gone.is_success(), "{gone:?}");
    Ok(())
}

fn all_leases_of_a_role_are_revoked_at_once(binary: &ServerBinary) -> Result<()> {
    let (_example, api) = engine(binary)?;
    api.write("leased/role/other", json!({ "user": "svc", "ttl": "1h" })).success()?;
    for _ in 0..5 {
        issue(&api, "long")?;
    }
    let (_, other) = issue(&api, "other")?;
    assert_eq!(tokens(&api).len(), 6);
    assert_eq!(api.revoke_prefix("leased/creds/long").status, 204);
    assert_eq!(tokens(&api), [other]);
    Ok(())
}

fn a_lease_is_revoked_after_its_plugin_was_killed(binary: &ServerBinary) -> Result<()> {
    let (example, api) = engine(binary)?;
    let (lease, _) = issue(&api, "long")?;
    let (_, other) = issue(&api, "long")?;
    let killed = kill_plugin(&example.server)?;
    let revoked = once_noticed(|| api.revoke(&lease));
    assert_eq!(revoked.status, 204, "{revoked:?}");
    assert_eq!(tokens(&api), [other]);
    assert_ne!(example.server.wait_for_plugins(1, Duration::ZERO)?, [killed]);
    Ok(())
}

fn roles_are_merged_with_patches(binary: &ServerBinary) -> Result<()> {
    let (_example, api) = engine(binary)?;
    let patch = |fields| api.patch("leased/role/short", fields);
    assert_eq!(patch(json!({ "ttl": "5s", "max_ttl": null })).status, 204);
    let role = api.read("leased/role/short").success()?;
    assert_eq!(role.data, json!({ "user": "svc", "ttl": 5, "max_ttl": 0 }));
    let refused = patch(json!({ "user": null }));
    let missing = "missing required field: `user`".to_owned();
    assert_eq!((refused.status, refused.error_text()), (400, missing));
    Ok(())
}
