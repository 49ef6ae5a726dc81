//! The engine as a client of a server sees it, wherever it is mounted.
#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "what serves the tests is test code too"
)]

use std::time::Duration;

use plugin_host::ApiRequest;
use plugin_host::test::Mounted;
use plugin_runtime::Operation;
use serde_json::{Value, json};

plugin_host::three_ways! {
    backend: |_mount| backend_kv_mock::engine(),
    binary: env!("CARGO_BIN_EXE_backend-kv-mock"),
    tests:
        documents,
        what_no_server_would_give_back_is_refused,
        lists_have_direct_children_with_a_slash_on_folders,
        documents_outlive_their_process,
}

/// The same tests on the same engine in Go. `cargo xtask test` builds it and names it.
#[test]
fn the_engine_in_go_passes_too() {
    const PEER: &str = "XTASK_GO_PEER";
    let Some(peer) = std::env::var_os(PEER).map(std::path::PathBuf::from) else {
        // The tests of the host fail without it where there is Go and everything must run.
        eprintln!("skipped: {PEER} names no build of benches/go-peer; cargo xtask test sets it");
        return;
    };
    plugin_host::test::block_on(async {
        let mounted = async || plugin_host::test::over_the_wire(&peer).await.unwrap();
        documents(mounted().await).await;
        what_no_server_would_give_back_is_refused(mounted().await).await;
        lists_have_direct_children_with_a_slash_on_folders(mounted().await).await;
        documents_outlive_their_process(mounted().await).await;
    });
}

async fn documents(mount: Mounted) {
    let document = json!({ "message": "Hello World", "b": [1, { "c": null }], "a b": 1.5 });
    let missing = mount.read("team/a b").await;
    let words = format!("No value at {}", mount.at("team/a b"));
    assert_eq!((missing.status, missing.errors), (400, vec![words]));
    for _ in 0..2 {
        let written = mount.write("team/a b", &document).await;
        assert_eq!((written.status, &written.data), (204, &Value::Null));
    }
    let read = mount.read("team/a b").await.success().unwrap();
    assert_eq!((&read.data, read.warnings.len()), (&document, 0));
    assert_eq!(read.lease, None);

    let wrapped = ApiRequest::new(Operation::Read, mount.at("team/a b"));
    let wrapped = mount.client().request(wrapped.wrapped(Duration::from_secs(60))).await;
    let token = wrapped.success().unwrap().wrap.unwrap().token;
    let holder = mount.client().with_token(token);
    let unwrapped = holder.write("sys/wrapping/unwrap", Value::Null).await;
    assert_eq!(unwrapped.success().unwrap().data, document);

    for _ in 0..2 {
        assert_eq!(mount.delete("team/a b").await.status, 204);
    }
    assert_eq!(mount.read("team/a b").await.status, 400);
    let stranger = mount.with_token("s.unknown").read("team/a b").await;
    assert_eq!((stranger.status, stranger.errors), (403, vec!["permission denied".to_owned()]));
}

async fn what_no_server_would_give_back_is_refused(mount: Mounted) {
    for (data, reason) in [
        (json!({}), "data must be provided to store in secret"),
        (json!({ "error": "x" }), "data whose only field is `error`"),
        (json!({ "error": 1, "data": 2 }), "data whose only field is `error`"),
        (json!({ "http_status_code": 200, "a": 1 }), "data with the field `http_status_code`"),
    ] {
        let refused = mount.write("test", &data).await;
        assert_eq!(refused.status, 400, "{data}");
        assert!(refused.errors[0].starts_with(reason), "{data}: {refused:?}");
    }
    assert_eq!(mount.list("").await.status, 404, "nothing was stored");
}

async fn lists_have_direct_children_with_a_slash_on_folders(mount: Mounted) {
    for path in ["z", "a", "a/b", "a/c/d"] {
        mount.write(path, json!({ "a": 1 })).await.success().unwrap();
    }
    assert_eq!(mount.list("").await.keys(), ["a", "a/", "z"]);
    assert_eq!(mount.list("a").await.keys(), ["b", "c/"]);
    assert_eq!(mount.list("nowhere").await.status, 404);
}

async fn documents_outlive_their_process(mount: Mounted) {
    mount.write("test", json!({ "a": 1 })).await.success().unwrap();
    let mounts = json!({ "mounts": [mount.at("")] });
    mount.client().write("sys/plugins/reload/backend", mounts).await.success().unwrap();
    assert_eq!(mount.read("test").await.success().unwrap().data, json!({ "a": 1 }));
    mount.client().disable_secrets(mount.path()).await.success().unwrap();
    let gone = mount.read("test").await;
    let words = format!("no handler for route \"{}\". route entry not found.", mount.at("test"));
    assert_eq!((gone.status, gone.errors), (404, vec![words]));
}
