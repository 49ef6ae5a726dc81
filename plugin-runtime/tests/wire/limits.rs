//! Deadlines and cancellation: a request that no client waits for any more costs nothing.

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use nix::sys::signal::Signal;
use plugin_proto::pb;
use serde_json::{Value, json};
use tonic::Code;

use crate::host::Host;
use crate::host::mount::{data_of, request};
use crate::host::storage::{Call, End, Fault};

/// A deadline that passes within a test.
const SHORTLY: Duration = Duration::from_millis(300);

/// Parses a `grpc-timeout`: at most eight digits and a unit.
fn milliseconds(timeout: &str) -> f64 {
    let (digits, unit) = timeout.split_at(timeout.len() - 1);
    let count: f64 = digits.parse().unwrap();
    match unit {
        "H" => count * 3_600_000.0,
        "M" => count * 60_000.0,
        "S" => count * 1000.0,
        "m" => count,
        "u" => count / 1000.0,
        "n" => count / 1_000_000.0,
        _ => panic!("no unit: {timeout}"),
    }
}

#[tokio::test]
async fn a_request_ends_at_its_deadline() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let begun = Instant::now();
    let slow = request("read", "slow", &json!({ "milliseconds": 30_000 }));
    let status = mount.send_within(slow, Some(SHORTLY)).await.unwrap_err();
    let took = begun.elapsed();
    assert_eq!(
        (status.code(), status.message()),
        (Code::DeadlineExceeded, "context deadline exceeded")
    );
    assert!(took >= SHORTLY - Duration::from_millis(10), "{took:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[tokio::test]
async fn a_backend_sees_the_deadline() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let echo = request("read", "echo", &Value::Null);
    let reply = mount.send_within(echo, Some(Duration::from_secs(60))).await.unwrap();
    let left = data_of(&reply)["deadline_ms"].as_u64().expect("a deadline");
    assert!((40_000..=60_000).contains(&left), "{left}");
}

#[tokio::test]
async fn the_deadline_goes_along_with_calls_to_storage_and_the_system_view() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let get = request("read", "storage", &json!({ "op": "get", "key": "key" }));
    mount.send_within(get.clone(), Some(Duration::from_secs(60))).await.unwrap();
    mount.send_within(get, None).await.unwrap();
    let ask = request("read", "view/tainted", &Value::Null);
    mount.send_within(ask.clone(), Some(Duration::from_secs(60))).await.unwrap();
    mount.send_within(ask, None).await.unwrap();
    let calls = mount.brokered.storage.calls().into_iter().map(|call| call.timeout).collect();
    for timeouts in [calls, mount.brokered.view.timeouts()] {
        let [Some(first), None] = &timeouts[..] else { panic!("{timeouts:?}") };
        let first = milliseconds(first);
        assert!((40_000.0..=60_000.0).contains(&first), "{first}");
    }
}

#[tokio::test]
async fn a_stalled_call_to_storage_ends_at_the_requests_deadline() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    mount.brokered.storage.fail("Get", Fault::Stall);
    let get = request("read", "storage", &json!({ "op": "get", "key": "key" }));
    // Either the request or the call ends first; both have the same deadline.
    match mount.send_within(get, Some(SHORTLY)).await {
        Err(status) => assert_eq!(status.code(), Code::DeadlineExceeded),
        Ok(reply) => assert_eq!(data_of(&reply)["failure"], "DeadlineExceeded"),
    }
    let ended = |calls: &[Call]| calls.iter().all(|c| c.end == End::Cancelled);
    mount.brokered.storage.until("the call to be cancelled", ended).await;
}

#[tokio::test]
async fn a_cancelled_request_cancels_its_call_to_storage() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let storage = &mount.brokered.storage;
    storage.fail("Get", Fault::Stall);
    let get = request("read", "storage", &json!({ "op": "get", "key": "key" }));
    {
        let cancelled = mount.send(get);
        tokio::pin!(cancelled);
        tokio::select! {
            reply = &mut cancelled => panic!("answered: {reply:?}"),
            _ = storage.until("the call", |calls| !calls.is_empty()) => {}
        }
        assert_eq!(storage.calls()[0].end, End::Pending);
    }
    storage.until("its end", |calls| calls[0].end == End::Cancelled).await;
    storage.release();
    assert_eq!(mount.storage(json!({ "op": "get", "key": "key" })).await["answer"], Value::Null);
    assert_eq!(mount.brokered.connections(), 1, "the connection was kept");
}

#[tokio::test]
async fn a_thousand_requests_cancelled_at_once_end_nothing_else() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    for round in 0..3 {
        // The plugin is stopped meanwhile, so that it sees each request together with its
        // cancellation.
        host.process.signal(Signal::SIGSTOP);
        let slow = request("read", "slow", &json!({ "milliseconds": 60_000 }));
        let mut flood = tokio::task::JoinSet::new();
        for _ in 0..1000 {
            let mut backend = mount.backend.clone();
            let args =
                pb::HandleRequestArgs { storage_id: 0, request: Some(Box::new(slow.clone())) };
            let call = mount.to(args);
            flood.spawn(async move { backend.handle_request(call).await.map(drop) });
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        flood.abort_all();
        tokio::time::sleep(Duration::from_millis(100)).await;
        host.process.signal(Signal::SIGCONT);
        while flood.join_next().await.is_some() {}
        let reply = mount.read("echo").await;
        assert!(reply.is_ok(), "round {round}: {reply:?}");
    }
    assert_eq!(host.connection.end(), None, "no GOAWAY");
    // The broker's stream uses the same connection, and is never opened again.
    host.is_served("another").await;
}

#[tokio::test]
async fn slow_requests_keep_nobody_else_waiting() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let begun = Instant::now();
    let slow = json!({ "milliseconds": 2000 });
    let mut many: futures_util::stream::FuturesUnordered<_> =
        (0..50).map(|_| mount.ask("slow", &slow)).collect();
    let quick = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        mount.read("echo").await
    };
    tokio::select! {
        slow = many.next() => panic!("a slow one is first: {slow:?}"),
        quick = quick => assert!(quick.is_ok(), "{quick:?}"),
    }
    assert_eq!(many.count().await, 50);
    // Sequentially they would take 100 s.
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}
