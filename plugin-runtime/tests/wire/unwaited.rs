//! Work that continues when the server no longer waits for it. A server cancels its calls: an
//! invalidation after two seconds, others when their client hangs up.

use std::future::Future;
use std::time::{Duration, Instant};

use plugin_proto::pb;
use tonic::{Response, Status};

use crate::host::mount::Mount;
use crate::host::storage::{Call, End, Fault};
use crate::host::{Host, PATIENCE};

/// Creates an invalidation of `key` as the server sends it.
fn invalidation(
    mount: &Mount,
    key: &str,
) -> impl Future<Output = Result<Response<pb::Empty>, Status>> + use<> {
    let args = mount.to(pb::InvalidateKeyArgs { key: key.to_owned() });
    let mut backend = mount.backend.clone();
    async move { backend.invalidate_key(args).await }
}

/// Makes a call, and cancels it when the plugin has logged a text.
async fn cancelled_at<T>(host: &Host, part: &str, call: impl Future<Output = T>) {
    tokio::select! {
        biased;
        _ = call => panic!("the call was answered"),
        _ = host.process.logged(part) => {}
    }
}

/// Returns the keys of a log's lines with a message, in order.
fn keys_of(log: &str, messages: &[&str]) -> Vec<(String, String)> {
    let lines = log.lines().map(|line| serde_json::from_str(line).expect("JSON"));
    let text = |line: &serde_json::Value, name: &str| line[name].as_str().unwrap_or("").to_owned();
    lines
        .map(|line| (text(&line, "@message"), text(&line, "key")))
        .filter(|(message, _)| messages.contains(&message.as_str()))
        .collect()
}

#[tokio::test]
async fn an_invalidation_takes_effect_however_long_its_hook_waits() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    cancelled_at(&host, "forgetting", invalidation(&mount, "gated/role")).await;
    let slow = host.process.logged("takes more than 2 s").await;
    assert_eq!((&slow["@level"], &slow["key"]), (&"warn".into(), &"gated/role".into()), "{slow}");
    host.process.let_go();
    assert_eq!(host.process.logged("invalidated").await["key"], "gated/role");
    let ended = host.process.logged("a slow `invalidate` hook has ended").await;
    assert_eq!((&ended["@level"], &ended["key"]), (&"info".into(), &"gated/role".into()));
}

#[tokio::test]
async fn who_waits_for_a_slow_invalidation_gets_its_answer_and_other_keys_do_not_wait() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let slow = tokio::spawn(invalidation(&mount, "gated/role"));
    host.process.logged("forgetting").await;
    invalidation(&mount, "role/dev").await.unwrap();
    assert!(!slow.is_finished());
    host.process.let_go();
    slow.await.unwrap().unwrap();
}

#[tokio::test]
async fn invalidations_of_one_key_run_one_after_the_other_and_the_last_begins_last() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let mut calls = vec![tokio::spawn(invalidation(&mount, "gated/role"))];
    host.process.logged("forgetting").await;
    // They arrived while the hook was running: it may have read the earlier state.
    for _ in 0..40 {
        calls.push(tokio::spawn(invalidation(&mount, "gated/role")));
    }
    // An answered call for another key, which was sent last, shows that the plugin has received
    // them all.
    invalidation(&mount, "role/dev").await.unwrap();
    host.process.let_go();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    mount.clean_up().await.unwrap();
    host.process.logged("cleaned up").await;
    let log = host.process.stderr.so_far();
    let mut seen = keys_of(&log, &["forgetting", "invalidated"]);
    seen.retain(|(_, key)| key == "gated/role");
    let messages: Vec<&str> = seen.iter().map(|(message, _)| message.as_str()).collect();
    assert_eq!(messages, ["forgetting", "invalidated", "forgetting", "invalidated"], "{log}");
}

#[tokio::test]
async fn cleanup_ends_the_invalidations_that_do_not_end() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let waiting = tokio::spawn(invalidation(&mount, "gated/role"));
    host.process.logged("forgetting").await;
    let cancelled = host.process.logged("takes more than 2 s");
    cancelled.await;
    let begun = Instant::now();
    mount.clean_up().await.unwrap();
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    assert!(waiting.await.unwrap().is_err(), "who waits for it is told");
    host.process.logged("cleaned up").await;
    host.process.let_go();
    host.is_served("another").await;
    let log = host.process.stderr.so_far();
    assert_eq!(keys_of(&log, &["invalidated"]), [], "{log}");
}

#[tokio::test]
async fn a_cleanup_goes_on() {
    let host = Host::start().await;
    let mount = host.mount_with("mount", &[("cleanup", "gated")]).await.unwrap();
    cancelled_at(&host, "the cleanup begins", mount.clean_up()).await;
    host.is_served("another").await;
    host.process.let_go();
    host.process.logged("cleaned up").await;
    mount.clean_up().await.unwrap();
    assert_eq!(host.process.stderr.so_far().matches("cleaned up").count(), 1);
}

#[tokio::test]
async fn an_initialization_goes_on_and_its_failure_is_logged() {
    for fault in [None, Some(Fault::Reply("no space left"))] {
        let host = Host::start().await;
        let mount = host.mount_with("mount", &[("initialize", "gated")]).await.unwrap();
        let mut backend = mount.backend.clone();
        let call = backend.initialize(mount.to(pb::InitializeArgs {}));
        cancelled_at(&host, "the start begins", call).await;
        let fails = fault.is_some();
        if let Some(fault) = fault {
            mount.brokered.storage.fail("Put", fault);
        }
        host.is_served("another").await;
        host.process.let_go();
        let answered = |call: &Call| call.method == "Put" && call.end == End::Answered;
        let storage = &mount.brokered.storage;
        storage.until("the put", |calls| calls.iter().any(answered)).await;
        if fails {
            let line = host.process.logged("no space left").await;
            assert_eq!(line["@level"], "error", "{line}");
        } else {
            assert!(storage.stored("initialized").is_some());
        }
    }
}

#[tokio::test]
async fn cleanup_ends_an_initialization_that_does_not_end() {
    let host = Host::start().await;
    let mount = host.mount_with("mount", &[("initialize", "gated")]).await.unwrap();
    let mut backend = mount.backend.clone();
    let call = mount.to(pb::InitializeArgs {});
    let waiting = tokio::spawn(async move { backend.initialize(call).await });
    host.process.logged("the start begins").await;
    tokio::time::timeout(PATIENCE, mount.clean_up()).await.expect("in time").unwrap();
    assert!(waiting.await.unwrap().is_err(), "who waits for it is told");
    host.process.let_go();
    host.is_served("another").await;
    assert!(mount.brokered.storage.stored("initialized").is_none());
}

#[tokio::test]
async fn an_initialization_still_ends_for_its_caller_at_the_deadline() {
    let host = Host::start().await;
    let mount = host.mount_with("mount", &[("initialize", "gated")]).await.unwrap();
    let mut call = mount.to(pb::InitializeArgs {});
    call.set_timeout(Duration::from_millis(300));
    let status = mount.backend.clone().initialize(call).await.unwrap_err();
    assert_eq!(status.message(), "context deadline exceeded");
}
