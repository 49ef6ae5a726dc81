//! The example of leases, except for its calls to a server.

use plugin_runtime::{ErrorKind, Lease, Operation};
use serde_json::{Value, json};

use crate::mount::{Mount, data, refusal, secret};

#[path = "../../examples/leased.rs"]
#[allow(dead_code, reason = "a test has a main function of its own")]
mod example;

async fn configured() -> Mount<()> {
    let mount = Mount::of(example::engine());
    mount.write("config", json!({ "url": "https://tokens.example.com" })).await.unwrap();
    mount
}

async fn put_token(mount: &Mount<()>, id: &str) {
    let token = json!({ "user": "svc", "ends": "2030-01-01T00:00:00Z" });
    mount.storage.put(format!("service/{id}"), &token).await.unwrap();
}

#[tokio::test]
async fn config_and_roles_are_kept() {
    let mount = configured().await;
    let config = mount.read("config").await.unwrap().unwrap();
    assert_eq!(data(&config)["url"], "https://tokens.example.com");
    mount.write("role/dev", json!({ "user": "svc", "ttl": "1h" })).await.unwrap();
    let body = json!({ "ttl": "2h" });
    mount.send(Operation::Patch, "role/dev", body).await.unwrap();
    let role = mount.read("role/dev").await.unwrap().unwrap();
    assert_eq!(data(&role), json!({ "user": "svc", "ttl": 7200, "max_ttl": 0 }));
    assert_eq!(mount.list("role/").await, ["dev"]);

    let longer = json!({ "user": "svc", "ttl": 2, "max_ttl": 1 });
    let (kind, text) = refusal(mount.write("role/bad", longer).await);
    assert_eq!(kind, ErrorKind::BadRequest);
    assert_eq!(text, "ttl must not be longer than max_ttl");

    mount.delete("role/dev").await.unwrap();
    assert_eq!(mount.read("role/dev").await.unwrap(), None);
    mount.delete("config").await.unwrap();
    assert_eq!(refusal(mount.read("creds/dev").await).1, "write config first");
}

#[tokio::test]
async fn a_token_that_was_revoked_by_hand_is_revoked_without_an_error() {
    let mount = configured().await;
    put_token(&mount, "t1").await;
    let lease = || {
        let internal = json!({ "secret_type": "token", "id": "t1", "role": "dev" });
        Some(secret(internal, Lease::default()))
    };
    mount.lease(Operation::Revoke, lease()).await.unwrap();
    assert!(mount.list("service/").await.is_empty());
    mount.lease(Operation::Revoke, lease()).await.unwrap();
}

#[tokio::test]
async fn a_token_that_nobody_got_is_revoked_from_the_log() {
    let mount = configured().await;
    put_token(&mount, "orphan").await;
    put_token(&mount, "other").await;
    for id in ["orphan", "never-created"] {
        let entry = json!({ "type": "token", "data": id, "created_at": 1 });
        mount.storage.put(format!("wal/{id}"), &entry).await.unwrap();
    }
    assert_eq!(mount.tick(Value::Null).await.unwrap(), None);
    assert_eq!(mount.list("service/").await, ["other"]);
    assert!(mount.storage.list("wal/").await.unwrap().is_empty());
}
