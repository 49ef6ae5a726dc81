//! A node that stands by: what a backend does there, in this process and in one of its own.

use std::path::PathBuf;

use plugin_host::{Enable, Host, HostError};
use plugin_runtime::framework::Framework;
use plugin_runtime::framework::extract::State;
use plugin_runtime::{BackendType, Error, ReplicationState, Result, Storage, SystemView};
use serde_json::json;
use tempfile::TempDir;

use crate::scratch::Scratch;

#[path = "../../../plugin-runtime/tests/plugins/standby.rs"]
#[allow(dead_code, unreachable_pub, reason = "an example is a program of its own")]
mod engine;

/// A host with the example `standby`, and the folder of its journal.
struct Node {
    host: Host,
    folder: TempDir,
    _scratch: Scratch,
}

impl Node {
    /// In this process, and on the wire.
    async fn both() -> [Self; 2] {
        let (one, two) = (Scratch::new(), Scratch::new());
        let within = Host::new();
        within.register_backend(BackendType::Secrets, "standby", engine::engine);
        let wire = two.builder().build();
        two.example("standby", "standby");
        wire.register(two.registration("standby")).await.unwrap();
        [(within, one), (wire, two)].map(|(host, scratch)| Self {
            host,
            folder: TempDir::new().unwrap(),
            _scratch: scratch,
        })
    }

    async fn enable(&self) {
        let journal = self.journal();
        let engine = Enable::secrets("standby").at("e");
        self.host.enable(engine.option("journal", journal.to_str().unwrap())).await.unwrap();
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    /// What was noted since this was asked last.
    fn noted(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.journal()).unwrap_or_default();
        std::fs::write(self.journal(), "").unwrap();
        // The name of the node, which is the same each time, follows.
        text.lines().map(|line| line.rsplit_once(' ').unwrap().0.to_owned()).collect()
    }

    async fn stored(&self) -> Vec<String> {
        self.host.storage("e").unwrap().list("").await.unwrap()
    }
}

#[tokio::test]
async fn the_work_of_every_minute_is_done_once_the_node_is_active() {
    for node in Node::both().await {
        let host = &node.host;
        node.enable().await;
        assert_eq!(node.noted(), ["initialize", "create"]);
        for name in ["a", "b"] {
            let path = format!("e/half-done/{name}");
            host.write(&path, json!({})).await.success().unwrap();
        }
        host.stand_by().await.unwrap();
        assert_eq!(node.noted(), ["initialize"], "a new backend, which may not write");
        for _ in 0..2 {
            host.tick().await;
        }
        assert_eq!(node.noted(), ["on every node"; 2]);
        host.roll_back_now("e").await.unwrap();
        assert_eq!(node.noted(), ["on every node"], "whatever the age of what is half done");

        host.become_active().await.unwrap();
        assert_eq!(node.noted(), ["initialize", "create"]);
        host.tick().await;
        let mut noted = node.noted();
        noted.sort_unstable();
        assert_eq!(noted, ["on every node", "periodic", "undo a", "undo b"]);
        host.tick().await;
        assert_eq!(node.noted(), ["periodic", "on every node"], "what is undone is struck");
    }
}

#[tokio::test]
async fn a_mount_can_be_enabled_on_a_standby_and_is_initialized_later() {
    for node in Node::both().await {
        node.host.stand_by().await.unwrap();
        node.enable().await;
        assert_eq!(node.noted(), ["initialize"]);
        assert_eq!(node.stored().await, [""; 0]);
        let refused = node.host.write("e/role/a", json!({ "value": "x" })).await;
        assert!(!refused.is_success(), "{refused:?}");
        node.host.become_active().await.unwrap();
        assert_eq!(node.noted(), ["initialize", "create"]);
        assert_eq!(node.stored().await, ["initialized"]);
    }
}

#[tokio::test]
async fn a_sealed_node_takes_its_role_and_stays_sealed() {
    let [node, _] = Node::both().await;
    node.enable().await;
    node.host.seal().await;
    node.host.stand_by().await.unwrap();
    assert!(node.host.is_sealed());
    node.noted();
    node.host.unseal().await.unwrap();
    assert_eq!(node.noted(), ["initialize"], "as a standby");
}

/// How a backend starts.
#[derive(Clone, Copy, Debug)]
enum Start {
    Writes,
    Explains,
    Fails,
    Panics,
}

async fn start(how: State<Start>, storage: Storage) -> Result<()> {
    let written = storage.put("started", &true).await;
    match *how {
        Start::Writes => Ok(written?),
        Start::Explains => written.map_err(|error| Error::internal("no start").with_source(error)),
        Start::Fails => Err(Error::new("out of luck")),
        Start::Panics => panic!("out of bounds"),
    }
}

/// Enables a backend on a host.
async fn enabled(host: &Host, how: Start) -> Result<(), HostError> {
    host.register_backend(BackendType::Secrets, "start", move |_| {
        Framework::secrets(how).initialize(start)
    });
    let enabled = host.enable(Enable::secrets("start")).await.map(drop);
    if enabled.is_ok() {
        host.disable("start").await?;
    }
    enabled
}

#[tokio::test]
async fn a_refused_write_is_no_failure_where_the_node_may_not_write() {
    let host = Host::new();
    let is_accepted = async |how| enabled(&host, how).await.is_ok();
    host.stand_by().await.unwrap();
    for (how, expected) in [
        (Start::Writes, true),
        (Start::Explains, true),
        (Start::Fails, false),
        (Start::Panics, false),
    ] {
        assert_eq!(is_accepted(how).await, expected, "{how:?}");
    }
    host.become_active().await.unwrap();
    assert!(is_accepted(Start::Writes).await);
    // An active node whose storage refuses writes has a fault.
    host.set_read_only(true);
    for how in [Start::Writes, Start::Explains] {
        assert!(!is_accepted(how).await, "{how:?}");
    }
    // A secondary writes to mounts that are local to it.
    for (local_mount, expected) in [(false, true), (true, false)] {
        host.system().change(|values| {
            values.replication_state = ReplicationState::PERFORMANCE_SECONDARY;
            values.local_mount = local_mount;
        });
        assert_eq!(is_accepted(Start::Writes).await, expected, "local: {local_mount}");
    }
}

#[tokio::test]
async fn a_backend_without_a_server_may_write() {
    assert_eq!(SystemView::unavailable().may_write().await, Ok(true));
}
