//! A mount's storage: which methods are called, and what happens to failures.

use serde_json::{Value, json};
use tonic::Code;

use crate::host::Host;
use crate::host::mount::request;
use crate::host::storage::Fault;

#[tokio::test]
async fn every_call_arrives_and_its_answer_comes_back() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    for key in ["role/a", "role/b", "role/b/deep", "role/c"] {
        mount.brokered.storage.put_directly(key, key);
    }
    for (step, expected) in [
        (json!({ "op": "get", "key": "absent" }), Value::Null),
        (
            json!({ "op": "get", "key": "role/a" }),
            json!({ "key": "role/a", "value": "role/a", "seal_wrap": false }),
        ),
        (json!({ "op": "put", "key": "key", "value": "Grüße", "seal_wrap": true }), Value::Null),
        (
            json!({ "op": "get", "key": "key" }),
            json!({ "key": "key", "value": "Grüße", "seal_wrap": true }),
        ),
        (json!({ "op": "list", "prefix": "" }), json!(["key", "role/"])),
        (json!({ "op": "list", "prefix": "role/" }), json!(["a", "b", "b/", "c"])),
        (json!({ "op": "list", "prefix": "absent/" }), json!([])),
        (
            json!({ "op": "list_page", "prefix": "role/", "after": "a", "limit": 2 }),
            json!(["b", "b/"]),
        ),
        (
            json!({ "op": "list_page", "prefix": "role/", "after": "", "limit": 0 }),
            json!(["a", "b", "b/", "c"]),
        ),
        (json!({ "op": "delete", "key": "key" }), Value::Null),
        (json!({ "op": "delete", "key": "key" }), Value::Null),
        (json!({ "op": "get", "key": "key" }), Value::Null),
        (json!({ "op": "is_transactional" }), json!(true)),
    ] {
        assert_eq!(mount.storage(step.clone()).await, json!({ "answer": expected }), "{step}");
    }
    let calls = mount.brokered.storage.calls();
    assert!(calls.iter().all(|call| call.transaction.is_empty()), "{calls:?}");
    let seen: Vec<_> = calls.iter().map(|call| (call.method, call.key.as_str())).collect();
    let expected = [
        ("Get", "absent"),
        ("Get", "role/a"),
        ("Put", "key"),
        ("Get", "key"),
        ("List", ""),
        ("List", "role/"),
        ("List", "absent/"),
        ("ListPage", "role/"),
        ("ListPage", "role/"),
        ("Delete", "key"),
        ("Delete", "key"),
        ("Get", "key"),
        ("IsTransactional", ""),
    ];
    assert_eq!(seen, expected);
    assert_eq!(mount.brokered.connections(), 1);
}

#[tokio::test]
async fn nothing_is_asked_that_a_backend_did_not_ask_for() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    mount.read("echo").await.unwrap();
    assert_eq!(mount.brokered.storage.methods(), [""; 0]);
    mount.storage(json!({ "op": "get", "key": "key" })).await;
    assert_eq!(mount.brokered.storage.methods(), ["Get"]);
}

#[tokio::test]
async fn forty_megabytes_pass_to_storage_and_back() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let filled = mount.storage(json!({ "op": "fill", "key": "big", "bytes": 40 << 20 })).await;
    assert_eq!(filled["answer"], true, "other bytes come back");
    assert_eq!(mount.brokered.storage.stored("big").unwrap().value.len(), 40 << 20);
}

#[tokio::test]
async fn a_read_only_node_is_told_to_the_server_in_its_own_words() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let put = json!({ "op": "put", "key": "key", "value": "value" });
    for fault in [
        Fault::Reply("cannot write to readonly storage"),
        Fault::Status(Code::Unknown, "cannot write to readonly storage"),
    ] {
        mount.brokered.storage.fail("Put", fault);
        let reply = mount.send(request("update", "storage", &put)).await.unwrap();
        let err = reply.err.expect("an error");
        assert_eq!((err.err_type, err.err_msg.as_str()), (0, "cannot write to readonly storage"));
        assert_eq!(reply.response, None);
        let seen = mount.storage(put.clone()).await;
        assert_eq!(seen["failure"], r#"ReadOnly("cannot write to readonly storage")"#);
    }
}

#[tokio::test]
async fn failures_are_told_apart() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let storage = &mount.brokered.storage;
    for (fault, failure) in [
        (Fault::Reply("no such thing"), r#"Refused("no such thing")"#),
        (
            Fault::Status(Code::Unknown, "relative paths not supported"),
            r#"Refused("relative paths not supported")"#,
        ),
        (
            Fault::Status(Code::Unavailable, "gone"),
            r#"Unreachable { reason: "Unavailable: gone" }"#,
        ),
        (Fault::Status(Code::DeadlineExceeded, "late"), "DeadlineExceeded"),
    ] {
        for (method, step) in [
            ("Get", json!({ "op": "get", "key": "key" })),
            ("Put", json!({ "op": "put", "key": "key", "value": "value" })),
            ("Delete", json!({ "op": "delete", "key": "key" })),
            ("List", json!({ "op": "list", "prefix": "" })),
            ("ListPage", json!({ "op": "list_page", "prefix": "", "after": "", "limit": 1 })),
        ] {
            storage.fail(method, fault.clone());
            let seen = mount.storage(step).await;
            assert_eq!(seen["failure"], failure, "{method}");
            storage.release();
        }
    }
    assert_eq!(mount.brokered.connections(), 1);
}

#[tokio::test]
async fn a_server_without_pages_is_asked_for_them_once() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let storage = &mount.brokered.storage;
    for key in ["a", "b", "c", "d/e"] {
        storage.put_directly(key, key);
    }
    storage.fail("ListPage", Fault::Status(Code::Unimplemented, "unknown method ListPage"));
    for (after, limit, expected) in [
        ("", 2, json!(["a", "b"])),
        ("b", 5, json!(["c", "d/"])),
        ("bb", 1, json!(["c"])),
        ("d/", 1, json!([])),
        ("", 0, json!(["a", "b", "c", "d/"])),
    ] {
        let step = json!({ "op": "list_page", "prefix": "", "after": after, "limit": limit });
        assert_eq!(mount.storage(step.clone()).await, json!({ "answer": expected }), "{step}");
    }
    assert_eq!((storage.count("ListPage"), storage.count("List")), (1, 5));
}

#[tokio::test]
async fn whether_there_are_transactions_is_asked_once_per_mount() {
    let host = Host::start().await;
    let one = host.mount("one").await;
    let two = host.mount("two").await;
    let unknown = Fault::Status(Code::Unimplemented, "unknown method IsTransactional");
    two.brokered.storage.fail("IsTransactional", unknown);
    for (mount, expected) in [(&one, true), (&two, false)] {
        let step = json!({ "op": "is_transactional" });
        let many = (0..10).map(|_| mount.storage(step.clone()));
        for answer in futures_util::future::join_all(many).await {
            assert_eq!(answer, json!({ "answer": expected }));
        }
        assert_eq!(mount.brokered.storage.count("IsTransactional"), 1);
    }
}

#[tokio::test]
async fn an_answer_that_failed_is_not_remembered() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let step = json!({ "op": "is_transactional" });
    mount.brokered.storage.fail("IsTransactional", Fault::Status(Code::Unavailable, "not now"));
    assert!(mount.storage(step.clone()).await["failure"].is_string());
    mount.brokered.storage.release();
    assert_eq!(mount.storage(step).await, json!({ "answer": true }));
}

#[tokio::test]
async fn a_connection_that_broke_is_dialled_again() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let put = json!({ "op": "put", "key": "key", "value": "value" });
    for connections in 1..=3 {
        // The plugin may not have noticed the break yet; a call in between fails.
        while mount.storage(put.clone()).await["failure"].is_string() {}
        assert_eq!(mount.brokered.connections(), connections);
        mount.brokered.cut();
    }
    while mount.storage(put.clone()).await["failure"].is_string() {}
    let read = mount.storage(json!({ "op": "get", "key": "key" })).await;
    assert_eq!(read["answer"]["value"], "value");
}

#[tokio::test]
async fn a_call_that_is_under_way_when_the_connection_breaks_fails_and_says_so() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let storage = &mount.brokered.storage;
    storage.fail("Get", Fault::Stall);
    let cut = async {
        storage.until("the call", |calls| !calls.is_empty()).await;
        mount.brokered.cut();
    };
    let (seen, ()) = tokio::join!(mount.storage(json!({ "op": "get", "key": "key" })), cut);
    assert!(seen["failure"].as_str().unwrap().starts_with("Unreachable"), "{seen}");
    storage.release();
    assert_eq!(mount.storage(json!({ "op": "get", "key": "key" })).await["answer"], Value::Null);
}
