//! The connection back to the server: found as long as the server listens, and explained if it does
//! not.

use plugin_proto::pb;
use serde_json::{Value, json};

use crate::host::Host;
use crate::host::certificate::HostCertificate;
use crate::host::mount::{Mount, request};

fn list() -> Value {
    json!({ "op": "list", "prefix": "" })
}

/// Returns the client's answer from a backend that passes on the failure of its storage.
async fn failure(mount: &Mount) -> pb::ProtoError {
    let reply = mount.send(request("update", "storage", &list())).await.unwrap();
    reply.err.unwrap_or_else(|| panic!("{} has a way back", mount.id))
}

fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

#[tokio::test]
async fn a_mount_survives_the_removal_of_the_servers_socket_before_its_first_use() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    std::fs::remove_file(&mount.brokered.address).unwrap();
    mount.read("echo").await.unwrap();
    assert_eq!(mount.brokered.connections(), 0, "nothing was dialled before it was needed");
    assert_eq!(mount.storage(list()).await, json!({ "answer": [] }));
    assert_eq!(mount.brokered.connections(), 1);
}

#[tokio::test]
async fn a_socket_that_another_one_takes_the_place_of_is_still_the_servers() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let path = &mount.brokered.address;
    std::fs::rename(path, format!("{path}.away")).unwrap();
    let _other = std::os::unix::net::UnixListener::bind(path).unwrap();
    assert_eq!(mount.storage(list()).await, json!({ "answer": [] }));
    assert_eq!(mount.brokered.connections(), 1);
}

#[tokio::test]
async fn a_mount_costs_one_descriptor_before_and_after_its_first_use() {
    let host = Host::start().await;
    let files = || {
        let folder = format!("/proc/{}/fd", host.process.id);
        std::fs::read_dir(folder).unwrap().count()
    };
    let before = files();
    let mut mounts = Vec::new();
    for number in 0..8 {
        mounts.push(host.mount(&format!("mount-{number}")).await);
    }
    assert!(files() <= before + 8, "{before}, then {}", files());
    for mount in &mounts {
        mount.storage(list()).await;
    }
    assert_eq!(files(), before + 8);
    for mount in &mounts {
        mount.clean_up().await.unwrap();
    }
    assert_eq!(files(), before);
}

#[tokio::test]
async fn each_cause_of_a_failed_dial_is_named() {
    let host = Host::start().await;
    let nowhere = host.process.directory().join("nowhere").to_str().unwrap().to_owned();

    // A socket's file outlives the server that listened there.
    let left = host.process.directory().join("left").to_str().unwrap().to_owned();
    drop(std::os::unix::net::UnixListener::bind(&left).unwrap());

    let plain = host.process.directory().join("plain").to_str().unwrap().to_owned();
    std::fs::write(&plain, "no socket").unwrap();

    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let port = port.to_string();

    let other = host.brokered_by(&HostCertificate::generate());
    let cases = [
        ("missing", "unix", nowhere.as_str(), "No such file or directory"),
        ("left", "unix", left.as_str(), "Connection refused"),
        ("plain", "unix", plain.as_str(), "Connection refused"),
        ("port", "tcp", port.as_str(), "Connection refused"),
        ("name", "tcp", "no address at all", "invalid socket address"),
        ("other", "unix", other.address.as_str(), "not the certificate"),
    ];
    for (id, network, address, cause) in cases {
        let mount = host.mount_at(id, network, address).await;
        let err = failure(&mount).await;
        for part in [cause, address] {
            assert_eq!(count(&err.err_msg, part), 1, "{id}: `{part}` in {}", err.err_msg);
        }
        let logged = host.process.logged(&format!("brokered service at {address}")).await;
        let text = logged["error"].as_str().unwrap_or_default();
        assert_eq!(count(text, cause), 1, "{id}: `{cause}` in {logged}");
        assert_eq!(count(text, "cannot reach the server's storage"), 1, "{id}: {logged}");
        let view = mount.ask("view/tainted", &Value::Null).await.to_string();
        assert_eq!(count(&view, "cannot reach the server: "), 1, "{id}: {view}");
        assert!(view.contains(cause), "{id}: {view}");
    }
    host.is_served("mount").await;
}

#[tokio::test]
async fn a_server_that_refuses_the_plugins_certificate_is_quoted() {
    let host = Host::start().await;
    // It expects another client than this plugin.
    let other = HostCertificate::generate();
    let brokered = crate::host::brokered::Brokered::listen(
        host.process.directory(),
        crate::host::tls::server(&host.certificate, &other.certificate),
    );
    let mount = host.mount_at("mount", "unix", &brokered.address).await;
    let err = failure(&mount).await;
    assert!(err.err_msg.contains("alert"), "{}", err.err_msg);
    assert!(err.err_msg.contains("cannot reach the server's storage"), "{}", err.err_msg);
}
