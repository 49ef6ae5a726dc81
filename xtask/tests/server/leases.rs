//! Leases, with the example `leased`: a lease's life, and what ends it.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use cargo_vault_plugin::server::{Answer, Api, ServerBinary};
use serde_json::json;

use crate::example::Example;
use crate::kill::{kill_plugin, once_noticed};
use crate::on_both_versions;

on_both_versions!(
    a_lease_is_renewed_up_to_its_limit,
    an_expired_lease_is_revoked,
    a_secret_that_is_gone_already_is_revoked_without_an_error,
    all_leases_of_a_role_are_revoked_at_once,
    a_lease_is_revoked_after_its_plugin_was_killed,
    roles_are_merged_with_patches,
);

/// The server with the engine, configured, and with two roles.
fn engine(binary: &ServerBinary) -> Result<(Example, Api)> {
    let example = Example::start(binary, "leased")?;
    let api = example.api();
    api.enable("leased", "leased")?.success()?;
    api.write("leased/config", &json!({ "url": "https://tokens.example.com" }))?.success()?;
    let short = json!({ "user": "svc", "ttl": "3s", "max_ttl": "60s" });
    api.write("leased/role/short", &short)?.success()?;
    api.write("leased/role/long", &json!({ "user": "svc", "ttl": "1h" }))?.success()?;
    Ok((example, api))
}

/// A token of the role: the lease's name, and the token's in the token service.
fn issue(api: &Api, role: &str) -> Result<(String, String)> {
    let answer = api.read(&format!("leased/creds/{role}"))?.success()?;
    let lease = answer.body["lease_id"].as_str().context("no lease")?.to_owned();
    assert!(lease.starts_with(&format!("leased/creds/{role}/")), "{lease}");
    assert_eq!(answer.body["renewable"], true);
    let id = answer.data()["id"].as_str().context("no token")?.to_owned();
    assert_eq!(api.read(&format!("leased/service/{id}"))?.success()?.data()["user"], "svc");
    Ok((lease, id))
}

/// The tokens in the token service.
fn tokens(api: &Api) -> Result<Vec<String>> {
    let answer = api.list("leased/service")?;
    Ok(answer.keys().into_iter().map(str::to_owned).collect())
}

fn renew(api: &Api, lease: &str, increment: u64) -> Result<Answer> {
    api.write("sys/leases/renew", &json!({ "lease_id": lease, "increment": increment }))
}

fn revoke(api: &Api, lease: &str) -> Result<Answer> {
    api.write("sys/leases/revoke", &json!({ "lease_id": lease, "sync": true }))
}

fn a_lease_is_renewed_up_to_its_limit(binary: &ServerBinary) -> Result<()> {
    let (_example, api) = engine(binary)?;
    let (lease, id) = issue(&api, "short")?;
    let ends = |id: &str| -> Result<String> {
        let token = api.read(&format!("leased/service/{id}"))?.success()?;
        Ok(token.data()["ends"].as_str().context("no end")?.to_owned())
    };
    let before = ends(&id)?;
    let renewed = renew(&api, &lease, 30)?.success()?;
    assert_eq!(renewed.body["lease_duration"], 30);
    // RFC 3339 in UTC compares as text.
    assert!(ends(&id)? > before, "the token service was told");

    let cut = renew(&api, &lease, 100)?.success()?;
    let seconds = cut.body["lease_duration"].as_u64().context("no duration")?;
    assert!((50..=60).contains(&seconds), "{seconds}");
    assert!(cut.body["warnings"][0].as_str().is_some_and(|text| text.contains("max_ttl")));
    assert_eq!(cut.data(), &json!(null), "a renewal shows no secret");

    api.delete("leased/role/short")?.success()?;
    let refused = renew(&api, &lease, 1)?;
    assert_eq!(refused.status, 400);
    assert!(refused.errors().contains("there is no role `short`"), "{refused:?}");
    assert_eq!(tokens(&api)?, [id]);
    Ok(())
}

fn an_expired_lease_is_revoked(binary: &ServerBinary) -> Result<()> {
    let (_example, api) = engine(binary)?;
    let (_, short) = issue(&api, "short")?;
    let (_, long) = issue(&api, "long")?;
    let start = Instant::now();
    while tokens(&api)?.contains(&short) {
        if start.elapsed() > Duration::from_secs(20) {
            bail!("the token outlived its lease");
        }
        thread::sleep(Duration::from_millis(200));
    }
    assert!(start.elapsed() > Duration::from_secs(1), "it did not live at all");
    assert_eq!(tokens(&api)?, [long]);
    Ok(())
}

fn a_secret_that_is_gone_already_is_revoked_without_an_error(binary: &ServerBinary) -> Result<()> {
    let (_example, api) = engine(binary)?;
    let (lease, id) = issue(&api, "long")?;
    api.delete(&format!("leased/service/{id}"))?.success()?;
    let refused = renew(&api, &lease, 1)?;
    assert!(refused.errors().contains("the token was revoked"), "{refused:?}");
    assert_eq!(revoke(&api, &lease)?.status, 204);
    let gone = api.write("sys/leases/lookup", &json!({ "lease_id": lease }))?;
    assert!(!gone.is_success(), "{gone:?}");
    Ok(())
}

fn all_leases_of_a_role_are_revoked_at_once(binary: &ServerBinary) -> Result<()> {
    let (_example, api) = engine(binary)?;
    api.write("leased/role/other", &json!({ "user": "svc", "ttl": "1h" }))?.success()?;
    for _ in 0..5 {
        issue(&api, "long")?;
    }
    let (_, other) = issue(&api, "other")?;
    assert_eq!(tokens(&api)?.len(), 6);
    let prefix = "sys/leases/revoke-prefix/leased/creds/long";
    assert_eq!(api.write(prefix, &json!({ "sync": true }))?.status, 204);
    assert_eq!(tokens(&api)?, [other]);
    Ok(())
}

fn a_lease_is_revoked_after_its_plugin_was_killed(binary: &ServerBinary) -> Result<()> {
    let (example, api) = engine(binary)?;
    let (lease, _) = issue(&api, "long")?;
    let (_, other) = issue(&api, "long")?;
    let killed = kill_plugin(example.server.process())?;
    let revoked = once_noticed(|| revoke(&api, &lease))?;
    assert_eq!(revoked.status, 204, "{revoked:?}");
    assert_eq!(tokens(&api)?, [other]);
    assert_ne!(example.server.wait_for_plugins(1, Duration::ZERO)?, [killed]);
    Ok(())
}

fn roles_are_merged_with_patches(binary: &ServerBinary) -> Result<()> {
    let (_example, api) = engine(binary)?;
    let api = api.with_header("Content-Type", "application/merge-patch+json");
    let patch = |body| api.request("PATCH", "leased/role/short", Some(&body));
    assert_eq!(patch(json!({ "ttl": "5s", "max_ttl": null }))?.status, 204);
    let role = api.read("leased/role/short")?.success()?;
    assert_eq!(role.data(), &json!({ "user": "svc", "ttl": 5, "max_ttl": 0 }));
    let refused = patch(json!({ "user": null }))?;
    let missing = "missing required field: `user`".to_owned();
    assert_eq!((refused.status, refused.errors()), (400, missing));
    Ok(())
}
