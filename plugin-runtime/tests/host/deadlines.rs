//! What a plugin is told of the time that a request has, by a host and by a server.

use plugin_runtime::test::Mounted;
use serde_json::Value;

use crate::tutorial::example;

#[path = "../../examples/wire_backend/main.rs"]
#[allow(dead_code, unreachable_pub, reason = "an example is a program of its own")]
mod wire_backend;

plugin_runtime::three_ways! {
    backend: wire_backend::WireBackend::new,
    binary: example("wire_backend"),
    tests: what_a_client_asks_for_has_no_deadline,
}

async fn what_a_client_asks_for_has_no_deadline(mount: Mounted) {
    let answer = mount.read("echo").await.success().unwrap();
    assert_eq!(answer.field("/operation"), "read");
    assert_eq!(answer.data["deadline_ms"], Value::Null);
}
