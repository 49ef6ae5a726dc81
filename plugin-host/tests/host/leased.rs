//! The example `leased`: a secret's life, wherever the engine is mounted.

use std::time::Duration;

use plugin_host::test::Mounted;
use serde_json::{Value, json};

use crate::tutorial::example;

#[path = "../../../plugin-runtime/examples/leased.rs"]
#[allow(dead_code, unreachable_pub, reason = "an example is a program of its own")]
pub(crate) mod engine;

plugin_host::three_ways! {
    backend: |_mount| engine::engine(),
    binary: example("leased"),
    tests:
        a_lease_is_renewed_up_to_its_limit,
        a_lease_is_revoked_when_somebody_asks,
        a_lease_ends_with_its_time,
        a_lease_ends_with_the_token_that_asked_for_it,
        all_leases_of_a_role_are_revoked_at_once,
}

/// How long a server may take to revoke what is due.
const PATIENCE: Duration = Duration::from_secs(20);

async fn configure(mount: &Mounted) {
    let url = json!({ "url": "https://tokens.example.com" });
    mount.write("config", url).await.success().unwrap();
    let short = json!({ "user": "svc", "ttl": "3s", "max_ttl": "60s" });
    mount.write("role/short", short).await.success().unwrap();
    mount.write("role/long", json!({ "user": "svc", "ttl": "1h" })).await.success().unwrap();
}

/// A token of the role: the lease's id, and the token's in the token service.
async fn issue(mount: &Mounted, role: &str) -> (String, String) {
    let answer = mount.read(&format!("creds/{role}")).await.success().unwrap();
    let lease = answer.lease.clone().unwrap();
    assert!(lease.id.starts_with(&mount.at(&format!("creds/{role}/"))), "{lease:?}");
    assert!(lease.renewable);
    let id = answer.field("/id").as_str().unwrap().to_owned();
    let token = mount.read(&format!("service/{id}")).await.success().unwrap();
    assert_eq!(token.field("/user"), "svc");
    (lease.id, id)
}

async fn tokens(mount: &Mounted) -> Vec<String> {
    mount.list("service").await.keys()
}

/// Waits for what a server does in its own time. A host has done it.
async fn wait_until_gone(mount: &Mounted, id: &str) {
    let start = std::time::Instant::now();
    while tokens(mount).await.contains(&id.to_owned()) {
        assert!(mount.host().is_none() && start.elapsed() < PATIENCE, "the token is still there");
        mount.pass(Duration::from_millis(100)).await;
    }
}

async fn a_lease_is_renewed_up_to_its_limit(mount: Mounted) {
    configure(&mount).await;
    let (lease, id) = issue(&mount, "short").await;
    let ends = async || {
        let token = mount.read(&format!("service/{id}")).await.success().unwrap();
        token.field("/ends").as_str().unwrap().to_owned()
    };
    let before = ends().await;
    let renewed = mount.client().renew(&lease, Duration::from_secs(30)).await.success().unwrap();
    assert_eq!(renewed.lease.unwrap().duration, Duration::from_secs(30));
    // RFC 3339 in UTC compares as text.
    assert!(ends().await > before, "the token service was told");

    let cut = mount.client().renew(&lease, Duration::from_secs(100)).await.success().unwrap();
    let left = cut.lease.clone().unwrap().duration.as_secs();
    assert!((50..=60).contains(&left), "{left}");
    assert!(cut.warnings[0].contains("max_ttl"), "{cut:?}");
    assert_eq!(cut.data, Value::Null, "a renewal shows no secret");

    let found = mount.client().write("sys/leases/lookup", json!({ "lease_id": lease })).await;
    let found = found.success().unwrap();
    assert_eq!((found.field("/id"), found.field("/renewable")), (&json!(lease), &json!(true)));

    mount.delete("role/short").await.success().unwrap();
    let refused = mount.client().renew(&lease, Duration::from_secs(1)).await;
    assert_eq!(refused.status, 400);
    assert!(refused.errors[0].contains("there is no role `short`"), "{refused:?}");
    assert_eq!(tokens(&mount).await, [id]);
}

async fn a_lease_is_revoked_when_somebody_asks(mount: Mounted) {
    configure(&mount).await;
    let (lease, id) = issue(&mount, "long").await;
    let (gone, service) = issue(&mount, "long").await;
    mount.delete(&format!("service/{service}")).await.success().unwrap();
    for _ in 0..2 {
        assert_eq!(mount.client().revoke(&gone).await.status, 204, "gone already is a success");
    }
    assert_eq!(tokens(&mount).await, [id]);
    assert_eq!(mount.client().revoke(&lease).await.status, 204);
    assert_eq!(tokens(&mount).await, [""; 0]);
    let lookup = mount.client().write("sys/leases/lookup", json!({ "lease_id": lease })).await;
    assert_eq!((lookup.status, lookup.errors), (400, vec!["invalid lease".to_owned()]));
    let refused = mount.client().renew(&lease, Duration::ZERO).await;
    assert_eq!((refused.status, refused.errors), (400, vec!["lease not found".to_owned()]));
}

async fn a_lease_ends_with_its_time(mount: Mounted) {
    configure(&mount).await;
    let (_, short) = issue(&mount, "short").await;
    let (_, long) = issue(&mount, "long").await;
    mount.pass(Duration::from_secs(1)).await;
    assert_eq!(tokens(&mount).await.len(), 2, "before its time");
    mount.pass(Duration::from_secs(3)).await;
    wait_until_gone(&mount, &short).await;
    assert_eq!(tokens(&mount).await, [long]);
}

async fn a_lease_ends_with_the_token_that_asked_for_it(mount: Mounted) {
    configure(&mount).await;
    let body = json!({ "policies": ["root"], "ttl": "1h" });
    let made = mount.client().write("auth/token/create", body).await.success().unwrap();
    let token = made.auth.unwrap().client_token;
    let (_, id) = issue(&mount.with_token(&token), "long").await;
    let revoked = mount.client().write("auth/token/revoke", json!({ "token": token })).await;
    assert_eq!(revoked.status, 204);
    wait_until_gone(&mount, &id).await;
    let refused = mount.with_token(&token).read("creds/long").await;
    assert_eq!(refused.status, 403);
}

async fn all_leases_of_a_role_are_revoked_at_once(mount: Mounted) {
    configure(&mount).await;
    let (_, other) = issue(&mount, "short").await;
    for _ in 0..3 {
        issue(&mount, "long").await;
    }
    assert_eq!(tokens(&mount).await.len(), 4);
    let prefix = mount.at("creds/long");
    assert_eq!(mount.client().revoke_prefix(&prefix).await.status, 204);
    assert_eq!(tokens(&mount).await, [other]);
}
