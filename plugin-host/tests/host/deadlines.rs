//! Which deadline a plugin gets for a request, by a host and by a server.

use plugin_host::test::Mounted;
use serde_json::Value;

use crate::tutorial::example;

#[path = "../../../plugin-runtime/tests/plugins/wire_backend/backend/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "the plugin has no other use for it")]
mod wire_backend;

plugin_host::three_ways! {
    backend: wire_backend::WireBackend::new,
    binary: example("wire_backend"),
    tests: what_a_client_asks_for_has_no_deadline,
}

async fn what_a_client_asks_for_has_no_deadline(mount: Mounted) {
    let answer = mount.read("echo").await.success().unwrap();
    assert_eq!(answer.field("/operation"), "read");
    assert_eq!(answer.data["deadline_ms"], Value::Null);
}
