//! Mounts in processes: shared, reloaded, killed, sealed, dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use plugin_host::{BrokerFault, Enable, Host, Launch, Store};
use serde_json::json;

use crate::hostile::peer::{Peer, Reply};
use crate::scratch::{Scratch, exists, until};

const VERSION: &str = "TESTING_MOCK_VAULT_PLUGIN_VERSION";

/// A host with the example `go_mock` in two versions.
async fn host(scratch: &Scratch) -> Host {
    scratch.example("go_mock", "mock");
    let host = scratch.builder().build();
    for version in ["v1.0.0", "v2.0.0"] {
        let plugin = scratch.registration("mock").with_version(version).with_env(VERSION, version);
        host.register(plugin).await.unwrap();
    }
    host
}

async fn enable(host: &Host, path: &str, version: &str) {
    host.enable(Enable::secrets("mock").at(path).version(version)).await.unwrap();
    let key = format!("{path}/kv/a");
    host.write(&key, json!({ "value": path })).await.success().unwrap();
}

fn pid(host: &Host, path: &str) -> u32 {
    host.process(path).unwrap().unwrap().pid()
}

#[tokio::test]
async fn mounts_of_one_version_share_a_process_until_the_last_one_goes() {
    let scratch = Scratch::new();
    let host = host(&scratch).await;
    for (path, version) in [("a", "v1.0.0"), ("b", "v1.0.0"), ("c", "v2.0.0")] {
        enable(&host, path, version).await;
    }
    assert_eq!(pid(&host, "a"), pid(&host, "b"));
    assert_ne!(pid(&host, "a"), pid(&host, "c"));
    assert_eq!(host.processes().len(), 2);
    host.disable("a").await.unwrap();
    assert_eq!(host.read("b/kv/a").await.field("/value"), "b");
    let last = host.process("b").unwrap().unwrap();
    assert!(last.exited_by_now().is_none());
    host.disable("b").await.unwrap();
    assert!(last.exited_by_now().unwrap().success(), "it left by itself");
    assert_eq!(host.processes().len(), 1);
    assert_eq!(host.read("c/kv/a").await.field("/value"), "c");
    host.disable("c").await.unwrap();
    scratch.is_clean().await;
}

#[tokio::test]
async fn a_reload_replaces_the_process_and_every_mount_comes_back() {
    let scratch = Scratch::new();
    let host = host(&scratch).await;
    for path in ["a", "b"] {
        enable(&host, path, "v1.0.0").await;
    }
    for _ in 0..3 {
        let before = pid(&host, "a");
        let reading = async {
            for _ in 0..20 {
                let answer = host.read("b/kv/a").await;
                assert_eq!(answer.field("/value"), "b", "{answer:?}");
            }
        };
        tokio::join!(reading, async { host.reload("a").await.unwrap() });
        assert!(!exists(before));
        for path in ["a", "b"] {
            let answer = host.read(&format!("{path}/kv/a")).await;
            assert_eq!(answer.field("/value"), path, "{answer:?}");
        }
        assert_eq!(pid(&host, "a"), pid(&host, "b"), "together again");
        assert_eq!(host.processes().len(), 1);
    }
    host.disable("a").await.unwrap();
    host.disable("b").await.unwrap();
    assert!(host.processes().is_empty());
    scratch.is_clean().await;
}

#[tokio::test]
async fn after_a_kill_the_next_requests_are_answered_by_one_new_process() {
    let scratch = Scratch::new();
    let host = host(&scratch).await;
    for path in ["a", "b"] {
        enable(&host, path, "v1.0.0").await;
    }
    let dead = pid(&host, "a");
    host.kill("a").await.unwrap();
    assert!(!exists(dead));
    assert!(host.processes().is_empty());
    let (a, b) = tokio::join!(host.read("a/kv/a"), host.read("b/kv/a"));
    assert_eq!((a.field("/value"), b.field("/value")), (&json!("a"), &json!("b")));
    assert_eq!(pid(&host, "a"), pid(&host, "b"));
    host.disable("b").await.unwrap();
    assert_eq!(host.read("a/kv/a").await.status, 200);
    host.disable("a").await.unwrap();
    assert!(host.processes().is_empty());
    scratch.is_clean().await;
}

#[tokio::test]
async fn a_seal_ends_every_process_and_an_unseal_brings_the_mounts_back() {
    let scratch = Scratch::new();
    let host = host(&scratch).await;
    for (path, version) in [("a", "v1.0.0"), ("c", "v2.0.0")] {
        enable(&host, path, version).await;
    }
    host.seal().await;
    assert!(host.processes().is_empty());
    scratch.is_clean().await;
    host.unseal().await.unwrap();
    for path in ["a", "c"] {
        assert_eq!(host.read(&format!("{path}/kv/a")).await.field("/value"), path);
    }
    // One that can't be started leaves the others alone, and is reloaded later.
    host.seal().await;
    let (file, away) = (scratch.plugins().join("mock"), scratch.other("away"));
    std::fs::rename(&file, &away).unwrap();
    assert!(host.unseal().await.is_err());
    assert!(!host.read("a/kv/a").await.is_success());
    std::fs::rename(&away, &file).unwrap();
    for path in ["a", "c"] {
        host.reload(path).await.unwrap();
        assert_eq!(host.read(&format!("{path}/kv/a")).await.field("/value"), path);
    }
}

#[tokio::test]
async fn a_host_that_is_dropped_leaves_no_process() {
    let scratch = Scratch::new();
    let store = Store::new();
    let run = scratch.run();
    scratch.example("wire_backend", "plugin");
    let host = Host::builder()
        .store(store.clone())
        .plugin_directory(scratch.plugins())
        .launch(move |path| Launch::new(path).directory(&run))
        .build();
    host.register(scratch.registration("plugin")).await.unwrap();
    let mount = host.enable(Enable::secrets("plugin")).await.unwrap();
    let put = json!({ "op": "put", "key": "k", "value": "v" });
    host.write("plugin/storage", put).await.success().unwrap();
    let pid = pid(&host, "plugin");
    let faults = host.faults("plugin").unwrap();
    assert!(exists(pid));
    drop(host);
    until("the process is reaped", || !exists(pid)).await;
    scratch.is_clean().await;
    assert_eq!(store.count(&mount.uuid), 1, "what was stored stays");
    drop(faults);
}

#[tokio::test]
async fn plugins_inherit_what_is_named_and_get_what_is_registered() {
    let scratch = Scratch::new();
    scratch.example("go_mock", "mock");
    let host = scratch.builder().build();
    host.register(scratch.registration("mock").with_env("MINE", "yes")).await.unwrap();
    host.enable(Enable::secrets("mock")).await.unwrap();
    let found = async |name: &str| {
        let answer = host.read(&format!("mock/env/{name}")).await;
        answer.field("/key").as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(found("MINE").await, "yes");
    assert_eq!(found("PATH").await, std::env::var("PATH").unwrap());
    assert_eq!(found("TMPDIR").await, scratch.run().to_str().unwrap());
    assert_eq!(found("BAO_PLUGIN_AUTOMTLS_ENABLED").await, "true");
    let named = ["PATH", "HOME", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH"];
    let plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let mut others = std::env::vars().filter(|(name, value)| {
        !named.contains(&name.as_str()) && plain(name) && !value.is_empty()
    });
    let (other, _) = others.next().expect("there is something to leave out");
    assert_eq!(found(&other).await, "", "{other}");
}

#[tokio::test]
async fn whoever_gives_up_halfway_leaves_nothing_behind() {
    let scratch = Scratch::new();
    let setups = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&setups);
    // The first one is the probe's. Those of a mount that is made and of one that comes back
    // after a kill are never answered.
    let peer = Peer::new(&scratch, move |method| {
        let call = if method == "Setup" { counted.fetch_add(1, Ordering::SeqCst) + 1 } else { 0 };
        matches!(call, 2 | 4).then_some(Reply::Never)
    });
    let patient = |launch: Launch| launch.call_timeout(crate::scratch::PATIENCE);
    let host = peer.host(&scratch, patient).await;

    let enabling = tokio::spawn({
        let host = host.clone();
        async move { host.enable(Enable::secrets("peer")).await }
    });
    until("the mount is being set up", || setups.load(Ordering::SeqCst) == 2).await;
    enabling.abort();
    assert!(enabling.await.unwrap_err().is_cancelled());
    assert!(host.mounts().is_empty() && host.processes().is_empty());
    scratch.is_clean().await;

    host.enable(Enable::secrets("peer")).await.unwrap();
    host.kill("peer").await.unwrap();
    let reading = tokio::spawn({
        let host = host.clone();
        async move { host.read("peer/x").await }
    });
    until("the mount comes back", || setups.load(Ordering::SeqCst) == 4).await;
    reading.abort();
    assert!(reading.await.unwrap_err().is_cancelled());
    assert!(host.processes().is_empty());
    assert_eq!(host.read("peer/x").await.status, 404, "the next one is answered");
    host.disable("peer").await.unwrap();
    assert!(host.processes().is_empty());
    scratch.is_clean().await;
}

#[tokio::test]
async fn a_mount_that_is_going_takes_no_requests() {
    let scratch = Scratch::new();
    let peer = Peer::new(&scratch, |method| (method == "HandleRequest").then_some(Reply::Never));
    let host = peer.host(&scratch, |launch| launch).await;
    host.enable(Enable::secrets("peer")).await.unwrap();
    let (disabled, answer) = tokio::join!(host.disable("peer"), host.read("peer/x"));
    disabled.unwrap();
    assert_eq!(answer.status, 404);
    assert!(answer.errors[0].ends_with("route entry or namespace is tainted."), "{answer:?}");
}

#[tokio::test]
async fn a_late_broker_is_waited_for_and_a_dead_one_is_not() {
    let scratch = Scratch::new();
    scratch.example("wire_backend", "plugin");
    for (fault, works) in
        [(BrokerFault::Late(Duration::from_millis(200)), true), (BrokerFault::Dead, false)]
    {
        let run = scratch.run();
        let host = Host::builder()
            .plugin_directory(scratch.plugins())
            .launch(move |path| Launch::new(path).directory(&run).broker_fault(fault))
            .build();
        host.register(scratch.registration("plugin").with_version("1.2.3")).await.unwrap();
        let put = json!({ "op": "put", "key": "k", "value": "v" });
        match host.enable(Enable::secrets("plugin")).await {
            Ok(_) => assert_eq!(host.write("plugin/storage", put).await.is_success(), works),
            Err(error) => {
                assert!(!works, "{error}");
                assert!(
                    error.to_string().contains("timeout waiting for connection info"),
                    "{error}"
                );
            }
        }
        drop(host);
        scratch.is_clean().await;
    }
}
