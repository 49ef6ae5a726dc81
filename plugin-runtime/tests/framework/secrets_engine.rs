//! The example that authors see first.

use plugin_runtime::{Lease, Operation};
use serde_json::{Value, json};

use crate::mount::{Mount, data};

#[path = "../../examples/secrets_engine.rs"]
#[allow(dead_code, reason = "a test has a main function of its own")]
mod example;

#[test]
fn it_has_at_most_sixty_lines_of_code() {
    let text = include_str!("../../examples/secrets_engine.rs");
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with("//");
    let lines = text.lines().filter(is_code).count();
    assert!(lines <= 60, "{lines} lines");
}

#[test]
fn the_crates_page_shows_it_as_it_is() {
    let text = include_str!("../../examples/secrets_engine.rs");
    let code = &text[text.find("use plugin_runtime").expect("its first line of code")..];
    let page = include_str!("../../README.md");
    assert!(page.contains(code), "copy examples/secrets_engine.rs into README.md");
}

#[tokio::test]
async fn it_issues_renews_revokes_and_sweeps() {
    let mount = Mount::of(example::engine());
    assert_eq!(mount.read("creds/dev").await.unwrap(), None, "there is no role yet");
    mount.write("role/dev", json!({ "user": "svc", "ttl": "1h" })).await.unwrap();
    let role = mount.read("role/dev").await.unwrap().unwrap();
    assert_eq!(data(&role), json!({ "user": "svc", "ttl": 3600 }));

    let issued = mount.read("creds/dev").await.unwrap().unwrap();
    let secret = issued.leased_secret().unwrap().clone();
    assert!(secret.lease.renewable);
    assert_eq!(secret.lease.ttl.as_secs(), 3600);
    let tokens = mount.storage.list("token/").await.unwrap();
    assert_eq!(json!(tokens), json!([data(&issued)["token"]]));

    let renewed = mount.lease(Operation::Renew, Some(secret.clone())).await.unwrap().unwrap();
    let lease: &Lease = &renewed.leased_secret().unwrap().lease;
    assert_eq!(lease.ttl.as_secs(), 3600);
    for _ in 0..2 {
        let revoked = mount.lease(Operation::Revoke, Some(secret.clone())).await;
        assert_eq!(revoked.unwrap(), None);
        assert!(mount.storage.list("token/").await.unwrap().is_empty());
    }

    mount.read("creds/dev").await.unwrap();
    mount.tick(Value::Null).await.unwrap();
    assert_eq!(mount.storage.list("token/").await.unwrap().len(), 1, "its role is there");
    mount.delete("role/dev").await.unwrap();
    mount.tick(Value::Null).await.unwrap();
    assert!(mount.storage.list("token/").await.unwrap().is_empty());
}
