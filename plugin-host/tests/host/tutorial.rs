//! The tutorial's session, in this process and with a plugin's.

use plugin_host::{Checksum, Enable, Host, PluginType, Registration};
use serde_json::json;

/// An example of `plugin-runtime`. Cargo builds it with all tests of the workspace.
pub(crate) fn example(name: &str) -> std::path::PathBuf {
    let test = std::env::current_exe().unwrap();
    let target = test.parent().and_then(std::path::Path::parent).unwrap();
    let path = target.join("examples").join(name);
    assert!(
        path.exists(),
        "{} is missing: cargo build -p vault-plugin-runtime --examples",
        path.display()
    );
    path
}

#[tokio::test]
async fn over_the_wire() {
    let plugin = example("wire_backend");
    let host = Host::builder().plugin_directory(plugin.parent().unwrap()).build();
    let sum = Checksum::of_file(&plugin).unwrap();
    let registration = Registration::new(PluginType::Secret, "wire_backend", sum);
    host.register(registration).await.unwrap();
    let mount = host.enable(Enable::secrets("wire_backend").at("mock")).await.unwrap();
    assert_eq!(mount.path, "mock/");
    let answer = host.write("mock/store/x", json!({ "a": 1 })).await;
    println!("{answer:?}");
    host.disable("mock").await.unwrap();
    assert!(host.processes().is_empty());
}
