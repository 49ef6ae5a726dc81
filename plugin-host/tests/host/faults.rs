//! Storage that fails: the same for a backend in this process and for one on the wire.

use std::time::Duration;

use plugin_host::{Enable, Fault, Host, HostBuilder, Rates, StorageOperation, Store, When};
use plugin_runtime::BackendType;
use serde_json::{Value, json};

use crate::engine::{error, register};
use crate::scratch::{PATIENCE, Scratch, until};

/// The example `leased` in this process and on the wire, mounted at `e`.
async fn both(build: impl Fn(HostBuilder) -> HostBuilder, scratch: &Scratch) -> [Host; 2] {
    let within = build(Host::builder()).build();
    within.register_backend(BackendType::Secrets, "leased", |_| crate::leased::engine::engine());
    let wire = build(scratch.builder()).build();
    scratch.example("leased", "leased");
    wire.register(scratch.registration("leased")).await.unwrap();
    for host in [&within, &wire] {
        host.enable(Enable::secrets("leased").at("e")).await.unwrap();
    }
    [within, wire]
}

/// What a caller and a look into storage show after a write that meets a fault.
async fn observed(host: &Host, when: When, fault: Fault) -> Value {
    let faults = host.faults("e").unwrap();
    faults.clear();
    host.delete("e/role/r").await.success().unwrap();
    faults.forget_calls();
    faults.add(when, fault);
    let answer = host.write("e/role/r", json!({ "user": "u" })).await;
    let calls: Vec<_> = faults.calls().iter().map(|call| format!("{call:?}")).collect();
    assert_eq!(faults.count(), u64::try_from(calls.len()).unwrap());
    let stored = host.storage("e").unwrap().entry("role/r").await.unwrap().is_some();
    let next = host.read("e/role/r").await.status;
    json!({
        "status": answer.status, "errors": answer.errors, "calls": calls, "stored": stored,
        "next": next,
    })
}

#[tokio::test]
async fn each_fault_looks_the_same_in_process_and_on_the_wire() {
    let scratch = Scratch::new();
    let hosts = both(|builder| builder, &scratch).await;
    let put = || When::nth(1).of(StorageOperation::Put);
    for (when, fault, status, stored) in [
        (put(), Fault::Fail("out of disk".to_owned()), 500, false),
        (put().below("role/"), Fault::ReadOnly, 500, false),
        (put().below("elsewhere/"), Fault::ReadOnly, 204, true),
        (When::nth(1).of_writes(), Fault::Delay(Duration::from_millis(5)), 204, true),
        (put(), Fault::KillBefore, 204, true),
        (put(), Fault::KillAfter, 204, true),
        // Only commits come too late.
        (put(), Fault::Conflict, 204, true),
        (When::always(), Fault::Fail("gone".to_owned()), 500, false),
    ] {
        let mut seen = Vec::new();
        for host in &hosts {
            let found = observed(host, when.clone(), fault.clone()).await;
            assert_eq!(found["status"], status, "{fault:?}: {found}");
            assert_eq!(found["stored"], stored, "{fault:?}: {found}");
            seen.push(found);
        }
        assert_eq!(seen[0], seen[1], "{fault:?}");
        let killed = matches!(fault, Fault::KillBefore | Fault::KillAfter);
        let puts = seen[0]["calls"].to_string().matches("Put").count();
        assert_eq!(puts, 1 + usize::from(killed), "{fault:?}: {}", seen[0]);
    }
    drop(hosts);
    scratch.is_clean().await;
}

#[tokio::test]
async fn a_stall_ends_with_the_deadline_or_when_it_is_cleared() {
    let scratch = Scratch::new();
    let short = |builder: HostBuilder| builder.request_timeout(Duration::from_millis(1500));
    let mut errors = Vec::new();
    for host in both(short, &scratch).await {
        let faults = host.faults("e").unwrap();
        faults.add(When::nth(1).of(StorageOperation::Put), Fault::Stall);
        let answer = host.write("e/role/r", json!({ "user": "u" })).await;
        assert_eq!(answer.status, 500, "{answer:?}");
        assert_eq!(host.read("e/role/r").await.status, 404, "nothing was written");
        errors.push(error(&answer).to_owned());

        faults.add(When::nth(1).of(StorageOperation::Put), Fault::Stall);
        faults.forget_calls();
        let freeing = async {
            let put = |call: &plugin_host::StorageCall| call.operation == StorageOperation::Put;
            until("it stalls", || faults.calls().iter().any(put)).await;
            faults.clear();
        };
        let write = host.write("e/role/r", json!({ "user": "u" }));
        let (answer, ()) = tokio::join!(write, freeing);
        assert_eq!(answer.status, 204, "{answer:?}");
    }
    for error in errors {
        assert!(error.contains("deadline"), "by storage's or the request's: {error}");
    }
}

#[tokio::test]
async fn a_request_that_is_given_up_is_given_up_in_storage_too() {
    let scratch = Scratch::new();
    for host in both(|builder| builder, &scratch).await {
        let faults = host.faults("e").unwrap();
        faults.forget_calls();
        faults.add(When::nth(1).of(StorageOperation::Put), Fault::Stall);
        let writing = tokio::spawn({
            let host = host.clone();
            async move { host.write("e/role/r", json!({ "user": "u" })).await }
        });
        let put = |call: &plugin_host::StorageCall| call.operation == StorageOperation::Put;
        until("it stalls", || faults.calls().iter().any(put)).await;
        writing.abort();
        assert!(writing.await.unwrap_err().is_cancelled());
        // A reload waits for calls that are under way, and would wait for the stalled one.
        tokio::time::timeout(PATIENCE, host.reload("e")).await.unwrap().unwrap();
        faults.clear();
        assert_eq!(host.read("e/role/r").await.status, 404, "it was written after all");
        host.write("e/role/r", json!({ "user": "u" })).await.success().unwrap();
    }
}

#[tokio::test]
async fn the_same_seed_has_the_same_faults_in_process_and_on_the_wire() {
    let scratch = Scratch::new();
    let rates = Rates { fail: 0.2, kill_before: 0.1, kill_after: 0.1, ..Rates::default() };
    let mut seen = Vec::new();
    for host in both(|builder| builder, &scratch).await {
        let faults = host.faults("e").unwrap();
        faults.forget_calls();
        faults.seed(42, rates);
        let mut statuses = Vec::new();
        for number in 0..25 {
            let data = json!({ "user": "u" });
            statuses.push(host.write(&format!("e/role/{number}"), data).await.status);
        }
        let calls = faults.calls();
        faults.clear();
        let stored = host.list("e/role").await.keys();
        assert!(statuses.contains(&204) && statuses.contains(&500), "{statuses:?}");
        seen.push((statuses, calls, stored));
    }
    assert_eq!(seen[0], seen[1]);
    drop(seen);
}

#[tokio::test]
async fn commits_come_too_late() {
    let (host, _) = crate::engine::host();
    host.enable(Enable::secrets("documents").at("e")).await.unwrap();
    let faults = host.faults("e").unwrap();
    faults.add(When::nth(1), Fault::Conflict);
    let refused = host.write("e/two/x", json!({ "n": 1 })).await;
    assert!(!refused.is_success(), "{refused:?}");
    assert!(error(&refused).contains("transaction commit failed"), "{refused:?}");
    assert!(host.list("e/doc").await.keys().is_empty());
    host.write("e/two/x", json!({ "n": 1 })).await.success().unwrap();
    assert_eq!(host.list("e/doc").await.keys(), ["x", "x-copy"]);
}

#[tokio::test]
async fn a_crash_between_two_writes_shows_without_transactions_alone() {
    for (store, left) in [(Store::new(), 0), (Store::like_vault(), 1)] {
        let host = Host::builder().store(store).build();
        register(&host);
        host.enable(Enable::secrets("documents").at("e")).await.unwrap();
        let faults = host.faults("e").unwrap();
        // The request is repeated once, and so it has to crash twice.
        for _ in 0..2 {
            faults.add(When::nth(2).of(StorageOperation::Put), Fault::KillBefore);
        }
        let answer = host.write("e/two/x", json!({ "n": 1 })).await;
        assert_eq!(answer.status, 500, "{answer:?}");
        assert_eq!(host.list("e/doc").await.keys().len(), left);
    }
}

#[tokio::test]
async fn storage_like_vaults_lacks_transactions_and_pages_on_the_wire() {
    let scratch = Scratch::new();
    scratch.example("wire_backend", "plugin");
    for (store, transactional) in [(Store::new(), true), (Store::like_vault(), false)] {
        let host = scratch.builder().store(store).build();
        host.register(scratch.registration("plugin")).await.unwrap();
        host.enable(Enable::secrets("plugin").at("e")).await.unwrap();
        let ask = async |data: Value| {
            let request =
                plugin_host::ApiRequest::new(plugin_runtime::Operation::Read, "e/storage");
            host.request(request.data(data).token(host.root_token())).await
        };
        let found = ask(json!({ "op": "is_transactional" })).await;
        assert_eq!(found.field("/answer"), transactional, "{:?}", found.data);
        for key in ["a", "b", "c"] {
            ask(json!({ "op": "put", "key": key, "value": "v" })).await.success().unwrap();
        }
        // In a query the limit would be text.
        let page = json!({ "op": "list_page", "prefix": "", "after": "a", "limit": 1 });
        let found = host.write("e/storage", page).await;
        // Without pages the plugin's side makes one of the whole list, or says that it can't.
        let keys = found.field("/answer").clone();
        assert!(keys == json!(["b"]) || !transactional, "{:?}", found.data);
        let transaction = json!({ "steps": [
            { "op": "put", "key": "t", "value": "v" }, { "op": "commit" },
        ] });
        let answer = host.write("e/transaction", transaction).await;
        assert_eq!(answer.field("/failure").is_null(), transactional, "{:?}", answer.data);
        let stored = host.storage("e").unwrap().entry("t").await.unwrap();
        assert_eq!(stored.is_some(), transactional);
    }
}
