//! A plugin on the public Go SDK under this host. `cargo xtask test` builds it and names it.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use plugin_host::{Answer, ApiRequest, Enable, Host, Launch};
use plugin_runtime::Operation;
use serde_json::{Value, json};

use crate::engine::error;
use crate::scratch::{Scratch, exists, until};

const PEER: &str = "XTASK_GO_PEER";

/// The plugin's file; `None`, and a word about it, where it was not built.
fn peer() -> Option<PathBuf> {
    let found = std::env::var_os(PEER).map(PathBuf::from);
    if found.is_none() {
        let ci = std::env::var("CI").is_ok_and(|value| value == "true");
        let go = Command::new("go").arg("version").output().is_ok();
        assert!(!(ci && go), "there is Go, and {PEER} is not set: run cargo xtask test");
        // Past the test harness, which would show it of a failing test alone.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {PEER} names no build of benches/go-peer; cargo xtask test sets it"
        );
    }
    found
}

/// A host with the plugin mounted at `mock` and `other`.
async fn host(scratch: &Scratch, peer: &std::path::Path) -> Host {
    scratch.copy(peer, "go-peer");
    let run = scratch.run();
    let host = Host::builder()
        .plugin_directory(scratch.plugins())
        .launch(move |path| Launch::new(path).directory(&run))
        .build();
    host.register(scratch.registration("go-peer")).await.unwrap();
    assert_eq!(host.plugins()[0].version, "v0.1.0");
    for path in ["mock", "other"] {
        host.enable(Enable::secrets("go-peer").at(path)).await.unwrap();
    }
    host
}

async fn write(host: &Host, path: &str, text: &str) -> Answer {
    let data: Value = serde_json::from_str(text).unwrap();
    let request = ApiRequest::new(Operation::Update, path).token(host.root_token());
    host.request(request.data(data)).await
}

#[tokio::test]
async fn it_behaves_as_the_plugin_in_rust_does() {
    let Some(peer) = peer() else { return };
    let scratch = Scratch::new();
    let host = host(&scratch, &peer).await;
    for text in [
        r#"{"message":"Hello World"}"#,
        r#"{"b":123456789012345,"a":1.5,"a b":null,"path":"x"}"#,
        r#"{"error":"why","more":1}"#,
    ] {
        for _ in 0..2 {
            let written = write(&host, "mock/team/a b", text).await;
            assert_eq!((written.status, written.warnings.len()), (204, 0), "{written:?}");
            let read = host.read("mock/team/a b").await;
            assert_eq!(read.data, serde_json::from_str::<Value>(text).unwrap());
        }
    }
    for (text, reason) in [
        ("{}", "data must be provided to store in secret"),
        (r#"{"error":"x"}"#, "data whose only field is `error`"),
        (r#"{"error":1,"data":2}"#, "data whose only field is `error`"),
        (r#"{"http_status_code":200,"a":1}"#, "data with the field `http_status_code`"),
    ] {
        let refused = write(&host, "mock/test", text).await;
        assert_eq!(refused.status, 400, "{text}: {refused:?}");
        assert!(error(&refused).starts_with(reason), "{text}: {refused:?}");
    }
    assert_eq!(host.list("mock").await.keys(), ["team/"], "nothing else was stored");

    let missing = host.read("mock/a/b").await;
    assert_eq!((missing.status, error(&missing)), (400, "No value at mock/a/b"));
    for path in ["z", "a", "a/b", "a/c/d"] {
        assert_eq!(write(&host, &format!("other/{path}"), r#"{"a":1}"#).await.status, 204);
    }
    assert_eq!(host.list("other").await.keys(), ["a", "a/", "z"]);
    assert_eq!(host.list("other/a").await.keys(), ["b", "c/"]);
    assert_eq!(host.list("other/nowhere").await.status, 404);
    for _ in 0..2 {
        assert_eq!(host.delete("other/a/b").await.status, 204, "twice");
    }
    assert_eq!(host.list("other/a").await.keys(), ["c/"]);
    assert_eq!(host.read("mock/z").await.status, 400, "the mounts share nothing");
    assert_eq!(host.read("mock/").await.status, 400);
    assert_eq!(host.patch("mock/team/a b", json!({ "a": 1 })).await.status, 405);
}

#[tokio::test]
async fn it_lives_and_dies_as_the_plugin_in_rust_does() {
    let Some(peer) = peer() else { return };
    let scratch = Scratch::new();
    let host = host(&scratch, &peer).await;
    for path in ["mock/x", "other/x"] {
        assert_eq!(write(&host, path, &format!(r#"{{"at":"{path}"}}"#)).await.status, 204);
    }
    let pid = |path: &str| host.process(path).unwrap().unwrap().pid();
    let answers = async || {
        for path in ["mock/x", "other/x"] {
            assert_eq!(host.read(path).await.field("/at"), path);
        }
        assert_eq!(pid("mock"), pid("other"), "in one process");
        pid("mock")
    };
    let first = answers().await;
    host.reload("mock").await.unwrap();
    let second = answers().await;
    assert_ne!(first, second);
    host.kill("other").await.unwrap();
    let third = answers().await;
    assert_ne!(second, third);
    host.restart().await.unwrap();
    let fourth = answers().await;
    for gone in [first, second, third] {
        assert!(!exists(gone));
    }
    host.disable("mock").await.unwrap();
    assert_eq!(host.read("other/x").await.field("/at"), "other/x");
    let last = host.process("other").unwrap().unwrap();
    assert_eq!(last.pid(), fourth);
    host.disable("other").await.unwrap();
    assert!(last.exited_by_now().unwrap().success(), "{:?}", last.exited_by_now());
    until("its sockets are gone", || std::fs::read_dir(scratch.run()).unwrap().count() == 0).await;
}
