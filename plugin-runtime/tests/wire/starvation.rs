//! Requests that wait at one mount: the other mounts, and the server's own requests, are still
//! served.

use std::time::{Duration, Instant};

use plugin_proto::pb;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::host::mount::{Mount, Reply, data_of, request};
use crate::host::{Host, PATIENCE, to_instance};

/// How many requests of one mount are handled at once.
const AT_ONCE: usize = 1024;

fn refused(reply: &Reply) -> bool {
    let Ok(reply) = reply else { return false };
    reply.err.as_ref().is_some_and(|err| (err.err_type, err.err_code) == (3, 429))
}

/// Sends requests that wait, until they are running or refused; returns the refused ones.
async fn flood(mount: &Mount, count: usize) -> (JoinSet<Reply>, Vec<Reply>) {
    let slow = request("update", "login", &json!({ "milliseconds": 600_000 }));
    let mut waiting = JoinSet::new();
    for _ in 0..count {
        let mut backend = mount.backend.clone();
        let args = pb::HandleRequestArgs { storage_id: 0, request: Some(Box::new(slow.clone())) };
        let call = mount.to(args);
        waiting.spawn(async move { Ok(backend.handle_request(call).await?.into_inner()) });
    }
    let mut ended = Vec::new();
    while ended.len() < count.saturating_sub(AT_ONCE) {
        match tokio::time::timeout(PATIENCE, waiting.join_next()).await {
            Ok(Some(reply)) => ended.push(reply.unwrap()),
            _ => break,
        }
    }
    (waiting, ended)
}

#[tokio::test]
async fn what_waits_at_one_mount_keeps_no_other_waiting() {
    let host = Host::start().await;
    let (one, two) = (host.mount("one").await, host.mount("two").await);
    let (waiting, ended) = flood(&one, 3000).await;
    let answer = tokio::time::timeout(PATIENCE, two.read("echo")).await;
    assert!(answer.expect("an answer beside the flood").is_ok());
    assert_eq!((waiting.len(), ended.len()), (AT_ONCE, 3000 - AT_ONCE));
    assert!(ended.iter().all(refused), "{:?}", ended.iter().find(|reply| !refused(reply)));
    let text = ended[0].as_ref().unwrap().err.as_ref().unwrap().err_msg.clone();
    assert!(text.starts_with("too many requests"), "{text}");
    host.process.logged("too many requests").await;
    let log = host.process.stderr.so_far();
    assert!(log.matches("too many requests").count() < 100, "a line for each");
    // Once they have ended, the mount itself is served again.
    drop(waiting);
    let begun = Instant::now();
    while refused(&one.read("echo").await) {
        assert!(begun.elapsed() < PATIENCE, "the mount stays full");
    }
}

#[tokio::test]
async fn a_full_mount_still_renews_revokes_rolls_back_and_ends() {
    let host = Host::start().await;
    let (one, two) = (host.mount("one").await, host.mount("two").await);
    let (waiting, _) = flood(&one, AT_ONCE + 1).await;
    let answered = async {
        for operation in ["read", "update", "list", "delete"] {
            let reply = one.send(request(operation, "echo", &Value::Null)).await;
            assert!(refused(&reply), "{operation}: {reply:?}");
        }
        for operation in ["renew", "revoke", "rollback"] {
            let reply = one.send(request(operation, "echo", &Value::Null)).await.unwrap();
            assert_eq!(data_of(&reply)["operation"], operation);
        }
        let check = pb::HandleExistenceCheckArgs {
            storage_id: 0,
            request: Some(Box::new(request("create", "there", &Value::Null))),
        };
        let mut backend = host.backend();
        let reply = backend.handle_existence_check(one.to(check)).await.unwrap().into_inner();
        assert!(reply.exists);
        backend.r#type(one.to(pb::Empty {})).await.unwrap();
        backend.special_paths(one.to(pb::Empty {})).await.unwrap();
        let key = pb::InvalidateKeyArgs { key: "key".to_owned() };
        backend.invalidate_key(one.to(key)).await.unwrap();
        backend.initialize(one.to(pb::InitializeArgs {})).await.unwrap();
        host.is_served("three").await;
        two.read("echo").await.unwrap();
        one.clean_up().await.unwrap();
        let gone = backend.r#type(to_instance("one", pb::Empty {})).await.unwrap_err();
        assert_eq!(gone.message(), "no backend instance found");
    };
    tokio::time::timeout(3 * PATIENCE, answered).await.expect("answers beside the flood");
    drop(waiting);
}

#[tokio::test]
async fn three_full_mounts_leave_a_fourth_alone() {
    let host = Host::start().await;
    let mut floods = Vec::new();
    for id in ["one", "two", "three"] {
        let mount = host.mount(id).await;
        floods.push(flood(&mount, AT_ONCE + 100).await);
    }
    let mount = host.mount("four").await;
    let put = json!({ "op": "put", "key": "key", "value": "value" });
    let stored = tokio::time::timeout(PATIENCE, mount.storage(put)).await;
    assert_eq!(stored.expect("an answer beside the floods"), json!({ "answer": Value::Null }));
}

#[tokio::test]
async fn thousands_of_waiting_requests_cancelled_at_once_end_nothing_else() {
    let host = Host::start().await;
    let mut mounts = Vec::new();
    for number in 0..4 {
        mounts.push(host.mount(&format!("mount-{number}")).await);
    }
    let mut waiting = Vec::new();
    for mount in &mounts {
        waiting.push(flood(mount, AT_ONCE).await);
    }
    host.is_served("beside").await;
    drop(waiting);
    tokio::time::sleep(Duration::from_millis(50)).await;
    for mount in &mounts {
        let begun = Instant::now();
        while refused(&mount.read("echo").await) {
            assert!(begun.elapsed() < PATIENCE, "the mount stays full");
        }
    }
    assert_eq!(host.connection.end(), None, "no GOAWAY");
}
