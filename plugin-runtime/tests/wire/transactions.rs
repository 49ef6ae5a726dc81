//! Transactions. If a server receives the identifier of a transaction that has ended, it ignores it
//! and writes directly to storage, so no identifier may be used after its end.

use serde_json::{Value, json};
use tonic::Code;

use crate::host::Host;
use crate::host::mount::{Mount, request};
use crate::host::storage::{Call, Fault, HostStorage};

async fn transact(mount: &Mount, steps: Value) -> Value {
    mount.ask("transaction", &json!({ "steps": steps })).await
}

fn put(key: &str) -> Value {
    json!({ "op": "put", "key": key, "value": "value" })
}

/// Checks that no call comes with an identifier after the one that ended it.
fn ended_stay_ended(storage: &HostStorage) {
    let calls = storage.calls();
    let ends = |call: &&Call| ["Commit", "Rollback"].contains(&call.method);
    for end in calls.iter().filter(ends) {
        let uses: Vec<&Call> =
            calls.iter().filter(|call| call.transaction == end.transaction).collect();
        assert!(ends(&uses[uses.len() - 1]), "used after its end: {uses:?}");
        assert_eq!(uses.iter().filter(|call| ends(call)).count(), 1, "ended twice: {uses:?}");
    }
    assert_eq!(storage.open_transactions(), 0, "left open: {calls:?}");
}

#[tokio::test]
async fn a_commit_makes_changes_everybodys_and_nothing_before() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let storage = &mount.brokered.storage;
    storage.put_directly("old", "old value");
    let steps = json!([
        put("new"),
        { "op": "get", "key": "new" },
        { "op": "delete", "key": "old" },
        { "op": "list", "prefix": "" },
        { "op": "list_page", "prefix": "", "after": "", "limit": 5 },
        { "op": "commit" },
    ]);
    let seen = transact(&mount, steps).await;
    assert_eq!(seen["answers"][1]["value"], "value");
    assert_eq!(seen["answers"][3], json!(["new"]));
    assert_eq!(seen["answers"][4], json!(["new"]));
    assert!(storage.stored("new").is_some());
    assert!(storage.stored("old").is_none());
    let expected =
        ["IsTransactional", "BeginTx", "Put", "Get", "Delete", "List", "ListPage", "Commit"];
    assert_eq!(storage.methods(), expected);
    assert!(storage.calls()[2..].iter().all(|call| call.transaction == "transaction-1"));
    ended_stay_ended(storage);
}

#[tokio::test]
async fn a_transaction_that_only_reads_begins_as_one() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let steps = json!([{ "op": "get", "key": "key" }, { "op": "roll_back" }]);
    mount.ask("transaction", &json!({ "read_only": true, "steps": steps })).await;
    let expected = ["IsTransactional", "BeginReadOnlyTx", "Get", "Rollback"];
    assert_eq!(mount.brokered.storage.methods(), expected);
    ended_stay_ended(&mount.brokered.storage);
}

#[tokio::test]
async fn a_dropped_transaction_is_rolled_back() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let storage = &mount.brokered.storage;
    transact(&mount, json!([put("key")])).await;
    storage.until("the roll back", |calls| ends(calls, "Rollback") == 1).await;
    assert!(storage.stored("key").is_none());
    ended_stay_ended(storage);
}

fn ends(calls: &[Call], method: &str) -> usize {
    let answered = crate::host::storage::End::Answered;
    calls.iter().filter(|call| call.method == method && call.end == answered).count()
}

#[tokio::test]
async fn calls_whose_futures_were_dropped_arrive_before_the_end() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let storage = &mount.brokered.storage;
    let forget = json!({ "op": "put_and_forget", "key": "key", "value": "value" });
    for (end, method) in [(json!({ "op": "commit" }), "Commit"), (Value::Null, "Rollback")] {
        storage.fail("Put", Fault::Stall);
        let before = storage.calls().len();
        let mut steps = vec![forget.clone()];
        steps.extend((!end.is_null()).then_some(end));
        let steps = json!(steps);
        let release = async {
            storage
                .until("the put", |calls| calls[before..].iter().any(|c| c.method == "Put"))
                .await;
            // The end must wait for the put, which continues although its caller no longer waits.
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            assert!(!storage.methods()[before..].contains(&method), "{:?}", storage.methods());
            storage.release();
        };
        let (seen, ()) = tokio::join!(transact(&mount, steps), release);
        assert_eq!(seen["answers"][0], true, "the put's future was dropped: {seen}");
        storage.until("the end", |calls| ends(&calls[before..], method) == 1).await;
        ended_stay_ended(storage);
    }
}

#[tokio::test]
async fn a_cancelled_request_rolls_its_transaction_back() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let storage = &mount.brokered.storage;
    let data = json!({ "steps": [put("key"), { "op": "sleep", "milliseconds": 60_000 }] });
    {
        let cancelled = mount.send(request("read", "transaction", &data));
        tokio::pin!(cancelled);
        tokio::select! {
            reply = &mut cancelled => panic!("answered: {reply:?}"),
            _ = storage.until("the put", |calls| ends(calls, "Put") == 1) => {}
        }
    }
    storage.until("the roll back", |calls| ends(calls, "Rollback") == 1).await;
    ended_stay_ended(storage);
}

#[tokio::test]
async fn a_transaction_that_begins_for_a_cancelled_request_is_rolled_back() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let storage = &mount.brokered.storage;
    storage.fail("BeginTx", Fault::Stall);
    {
        let cancelled = mount.send(request("read", "transaction", &json!({ "steps": [] })));
        tokio::pin!(cancelled);
        let begun = |calls: &[Call]| calls.iter().any(|call| call.method == "BeginTx");
        tokio::select! {
            reply = &mut cancelled => panic!("answered: {reply:?}"),
            _ = storage.until("the begin", begun) => {}
        }
    }
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    storage.release();
    storage.until("the roll back", |calls| ends(calls, "Rollback") == 1).await;
    ended_stay_ended(storage);
}

#[tokio::test]
async fn a_roll_back_outlives_the_requests_deadline() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let storage = &mount.brokered.storage;
    let data = json!({ "steps": [put("key"), { "op": "sleep", "milliseconds": 60_000 }] });
    let transaction = request("read", "transaction", &data);
    let deadline = std::time::Duration::from_millis(300);
    let status = mount.send_within(transaction, Some(deadline)).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    storage.until("the roll back", |calls| ends(calls, "Rollback") == 1).await;
    ended_stay_ended(storage);
}

#[tokio::test]
async fn a_transaction_that_does_not_begin_writes_nothing() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let storage = &mount.brokered.storage;
    let unknown = Fault::Status(Code::Unimplemented, "unknown method");
    for (method, fault, failure) in [
        ("BeginTx", Fault::Reply("no more transactions"), r#"Refused("no more transactions")"#),
        ("BeginTx", Fault::Status(Code::Unknown, "refused"), r#"Refused("refused")"#),
        ("BeginTx", Fault::NoTransaction, "NotTransactional"),
        ("IsTransactional", unknown, "NotTransactional"),
    ] {
        // A mount of its own, since whether there are transactions is cached.
        let mount = host
            .mount(&format!("mount-{failure}").replace(|c: char| !c.is_ascii_alphanumeric(), "-"))
            .await;
        mount.brokered.storage.fail(method, fault);
        let seen = transact(&mount, json!([put("key"), { "op": "commit" }])).await;
        assert_eq!(seen["failure"], failure, "{method}");
        assert_eq!(mount.brokered.storage.count("Put"), 0, "{failure}");
        assert!(mount.brokered.storage.stored("key").is_none(), "{failure}");
    }
    assert_eq!(storage.methods(), [""; 0]);
}

#[tokio::test]
async fn a_conflict_is_told_from_other_failures_of_a_commit() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    for (text, failure) in [
        (
            "transaction commit failed: conflict",
            r#"Conflict("transaction commit failed: conflict")"#,
        ),
        ("out of disk", r#"Refused("out of disk")"#),
    ] {
        mount.brokered.storage.fail("Commit", Fault::Reply(text));
        let seen = transact(&mount, json!([put("key"), { "op": "commit" }])).await;
        assert_eq!(seen["failure"], failure);
        ended_stay_ended(&mount.brokered.storage);
    }
}

#[tokio::test]
async fn cleanup_rolls_back_what_is_open() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let storage = &mount.brokered.storage;
    // The rollback of a dropped transaction is delayed; the cleanup waits for it.
    storage.fail("Rollback", Fault::Stall);
    transact(&mount, json!([put("key")])).await;
    let release = async {
        storage.until("the roll back", |calls| calls.iter().any(|c| c.method == "Rollback")).await;
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        storage.release();
    };
    let (cleaned, ()) = tokio::join!(mount.clean_up(), release);
    cleaned.unwrap();
    ended_stay_ended(storage);
}
