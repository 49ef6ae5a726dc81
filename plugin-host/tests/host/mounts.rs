//! Mounts of a backend in this process: the life of each, and the ways of its requests.

use plugin_host::{ApiRequest, Enable, Host, HostError, PathError, Store};
use plugin_runtime::Operation;
use serde_json::json;

use crate::engine::{error, host, register};

#[tokio::test]
async fn a_mount_lives_from_enable_to_disable() {
    let (host, heard) = host();
    let mount = host.enable(Enable::secrets("documents").at("/docs/")).await.unwrap();
    assert_eq!(mount.path, "docs/");
    assert_eq!(heard.all(), ["set up", "initialized"]);
    assert_eq!(host.read("docs/doc/a").await.status, 404);
    assert_eq!(host.write("docs/doc/a", json!({ "n": 1 })).await.status, 204);
    assert_eq!(host.write("docs/doc/b", json!({ "n": 2 })).await.status, 204);
    assert_eq!(host.read("docs/doc/a").await.field("/n"), 1);
    assert_eq!(host.list("docs/doc").await.keys(), ["a", "b"]);
    assert_eq!(host.delete("docs/doc/a").await.status, 204);
    assert_eq!(host.list("docs/doc/").await.keys(), ["b"]);
    assert_eq!(host.store().count(&mount.uuid), 1);
    host.disable("docs").await.unwrap();
    assert_eq!(heard.take().last().unwrap(), "cleaned up");
    assert_eq!(host.store().count(&mount.uuid), 0, "its storage is gone");
    let gone = host.read("docs/doc/b").await;
    assert_eq!(gone.status, 404);
    assert!(error(&gone).contains("no handler for route"), "{gone:?}");
    let again = host.enable(Enable::secrets("documents").at("docs")).await.unwrap();
    assert_ne!(again.uuid, mount.uuid);
    assert_eq!(host.read("docs/doc/b").await.status, 404, "a new mount is empty");
}

#[tokio::test]
async fn mounts_are_refused_where_servers_refuse_them() {
    let (host, heard) = host();
    let enable = |path: &str| host.enable(Enable::secrets("documents").at(path));
    enable("a/b").await.unwrap();
    for (path, said) in [
        ("a", "path is already in use at a/b/"),
        ("a/b", "path is already in use at a/b/"),
        ("a/b/c", "path is already in use at a/b/"),
        ("sys", "cannot mount"),
        ("a//c", "invalid mount path"),
        ("", "invalid mount path"),
    ] {
        assert!(enable(path).await.unwrap_err().to_string().contains(said), "{path}");
    }
    let unknown = host.enable(Enable::secrets("unknown")).await.unwrap_err();
    assert_eq!(unknown.to_string(), "plugin not found in the catalog: unknown");
    assert!(host.enable(Enable::auth("documents")).await.is_err(), "of the other type");
    assert_eq!(host.mounts().len(), 1);
    assert_eq!(heard.all(), ["set up", "initialized"], "nothing was made in vain");
    for result in [host.disable("x").await, host.reload("x").await, host.kill("x").await] {
        let error = result.unwrap_err();
        assert!(matches!(error, HostError::Path(PathError::NoMount(_))), "{error}");
    }
}

#[tokio::test]
async fn two_mounts_have_storage_of_their_own() {
    let (host, _) = host();
    for path in ["a", "b"] {
        host.enable(Enable::secrets("documents").at(path)).await.unwrap();
        host.write(&format!("{path}/doc/x"), json!({ "at": path })).await.success().unwrap();
    }
    assert_eq!(host.read("a/doc/x").await.field("/at"), "a");
    host.disable("a").await.unwrap();
    assert_eq!(host.read("b/doc/x").await.field("/at"), "b");
    let raw: Option<serde_json::Value> = host.storage("b").unwrap().get("doc/x").await.unwrap();
    assert_eq!(raw.unwrap()["at"], "b");
}

#[tokio::test]
async fn a_reload_keeps_what_is_stored_and_requests_wait_for_it() {
    let (host, heard) = host();
    host.enable(Enable::secrets("documents").at("docs")).await.unwrap();
    host.write("docs/doc/x", json!({ "n": 1 })).await.success().unwrap();
    heard.take();
    host.reload("docs").await.unwrap();
    assert_eq!(heard.all(), ["cleaned up", "set up", "initialized"]);
    let reading = async {
        for _ in 0..200 {
            let answer = host.read("docs/doc/x").await;
            assert_eq!(answer.status, 200, "{answer:?}");
            tokio::task::yield_now().await;
        }
    };
    let reloading = async {
        for _ in 0..50 {
            host.reload_plugin("documents").await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    tokio::join!(reading, reloading);
}

#[tokio::test]
async fn a_kill_is_noticed_at_the_next_request_which_is_answered() {
    let (host, heard) = host();
    host.enable(Enable::secrets("documents").at("docs")).await.unwrap();
    host.write("docs/doc/x", json!({ "n": 1 })).await.success().unwrap();
    host.kill("docs").await.unwrap();
    assert_eq!(heard.take(), ["set up", "initialized"], "no cleanup after a crash");
    assert_eq!(host.read("docs/doc/x").await.field("/n"), 1);
    assert_eq!(heard.all(), ["set up", "initialized"]);
}

#[tokio::test]
async fn seals_and_restarts_keep_what_is_stored() {
    let (host, heard) = host();
    host.enable(Enable::secrets("documents").at("docs")).await.unwrap();
    host.write("docs/doc/x", json!({ "n": 1 })).await.success().unwrap();
    host.seal().await;
    assert_eq!(heard.take().last().unwrap(), "cleaned up");
    assert!(host.is_sealed());
    assert_eq!(host.read("docs/doc/x").await.status, 503);
    for result in [
        host.disable("docs").await,
        host.reload("docs").await,
        host.move_mount("docs", "y").await,
        host.enable(Enable::secrets("documents").at("y")).await.map(drop),
    ] {
        assert!(matches!(result, Err(HostError::Sealed)), "{result:?}");
    }
    host.unseal().await.unwrap();
    assert_eq!(heard.take(), ["set up", "initialized"]);
    assert_eq!(host.read("docs/doc/x").await.field("/n"), 1);
    host.restart().await.unwrap();
    assert_eq!(heard.take(), ["cleaned up", "set up", "initialized"]);
    assert_eq!(host.read("docs/doc/x").await.field("/n"), 1);
}

#[tokio::test]
async fn a_store_outlives_its_host() {
    let store = Store::new();
    let first = Host::builder().store(store.clone()).build();
    register(&first);
    let mount = first.enable(Enable::secrets("documents").at("docs")).await.unwrap();
    first.write("docs/doc/x", json!({ "n": 1 })).await.success().unwrap();
    drop(first);
    assert_eq!(store.count(&mount.uuid), 1);
}

#[tokio::test]
async fn a_move_keeps_what_is_stored() {
    let (host, heard) = host();
    let before = host.enable(Enable::secrets("documents").at("from")).await.unwrap();
    host.enable(Enable::secrets("documents").at("taken")).await.unwrap();
    host.write("from/doc/x", json!({ "n": 1 })).await.success().unwrap();
    heard.take();
    host.move_mount("from", "to/there").await.unwrap();
    assert!(heard.all().is_empty(), "the backend is not told");
    assert_eq!(host.read("from/doc/x").await.status, 404);
    assert_eq!(host.read("to/there/doc/x").await.field("/n"), 1);
    let after = host.mounts().into_iter().find(|mount| mount.path == "to/there/").unwrap();
    assert_eq!((after.uuid, after.accessor), (before.uuid, before.accessor));
    for (to, said) in [("taken", "already in use"), ("auth/x", "cannot become an auth method")] {
        let refused = host.move_mount("to/there", to).await.unwrap_err();
        assert!(refused.to_string().contains(said), "{to}: {refused}");
    }
    assert_eq!(host.read("to/there/doc/x").await.field("/n"), 1);
}

#[tokio::test]
async fn a_read_only_node_reads_and_does_not_write() {
    let (host, _) = host();
    host.enable(Enable::secrets("documents").at("docs")).await.unwrap();
    host.write("docs/doc/x", json!({ "n": 1 })).await.success().unwrap();
    host.set_read_only(true);
    assert_eq!(host.read("docs/doc/x").await.field("/n"), 1);
    let refused = host.write("docs/doc/x", json!({ "n": 2 })).await;
    assert!(!refused.is_success(), "{refused:?}");
    assert!(error(&refused).contains("cannot write to readonly storage"), "{refused:?}");
    host.reload("docs").await.unwrap();
    assert!(!host.delete("docs/doc/x").await.is_success(), "also after a reload");
    host.set_read_only(false);
    host.write("docs/doc/x", json!({ "n": 2 })).await.success().unwrap();
}

#[tokio::test]
async fn backends_are_told_what_changed_behind_their_back() {
    let (host, heard) = host();
    host.enable(Enable::secrets("documents").at("docs")).await.unwrap();
    heard.take();
    host.invalidate("docs", "doc/x").await.unwrap();
    assert_eq!(heard.all(), ["invalidated doc/x"]);
}

#[tokio::test]
async fn requests_need_a_token_and_an_object() {
    let (host, _) = host();
    host.enable(Enable::secrets("documents").at("docs")).await.unwrap();
    for request in [
        ApiRequest::new(Operation::Read, "docs/doc/x"),
        ApiRequest::new(Operation::Read, "docs/doc/x").token("s.unknown"),
    ] {
        let answer = host.request(request).await;
        assert_eq!((answer.status, error(&answer)), (403, "permission denied"));
    }
    let request = ApiRequest::new(Operation::Update, "docs/doc/x").token(host.root_token());
    assert_eq!(host.request(request.data(json!([1]))).await.status, 400);
    assert_eq!(host.help("docs/doc/x").await.status, 200);
    assert_eq!(host.patch("docs/doc/x", json!({})).await.status, 405);
    let ttl = std::time::Duration::from_secs(77);
    host.system().change(|values| values.default_lease_ttl = ttl);
    assert_eq!(host.read("docs/ask").await.field("/default_lease_ttl"), 77);
}
