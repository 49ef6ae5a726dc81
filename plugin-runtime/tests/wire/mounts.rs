//! The life of a mount: `Setup`, its connection, `Cleanup`.

use std::time::{Duration, Instant};

use plugin_proto::pb;
use serde_json::json;

use crate::host::mount::Mount;
use crate::host::storage::Fault;
use crate::host::view::Mood;
use crate::host::{Host, to_instance};

async fn kind(mount: &Mount) -> Result<u32, tonic::Status> {
    let reply = mount.backend.clone().r#type(mount.to(pb::Empty {})).await?;
    Ok(reply.into_inner().r#type)
}

#[tokio::test]
async fn a_probe_makes_no_connection() {
    let host = Host::start().await;
    let brokered = host.brokered();
    let broker_id = host.broker_id();
    host.announce(broker_id, &brokered.address);
    // A probe has neither a mount nor a configuration.
    assert_eq!(host.set_up("probe", broker_id, "", &[]).await.unwrap(), "");
    let mut backend = host.backend();
    let kind = backend.r#type(to_instance("probe", pb::Empty {})).await.unwrap();
    assert_eq!(kind.into_inner().r#type, 1);
    let paths = backend.special_paths(to_instance("probe", pb::Empty {})).await.unwrap();
    assert_eq!(paths.into_inner().paths.unwrap().root, ["root/*"]);
    backend.cleanup(to_instance("probe", pb::Empty {})).await.unwrap();
    assert_eq!(brokered.connections(), 0);
}

#[tokio::test]
async fn a_backend_learns_what_it_is_mounted_as() {
    let host = Host::start().await;
    let config = [
        ("plugin_name", "wire"),
        ("plugin_type", "secret"),
        ("plugin_version", "v1.2.3"),
        ("version", "2"),
    ];
    let mount = host.mount_with("mount", &config).await.unwrap();
    let expected = json!({
        "uuid": "uuid-of-mount",
        "plugin_name": "wire",
        "plugin_type": "secret",
        "plugin_version": "v1.2.3",
        "options": { "version": "2" },
    });
    assert_eq!(mount.ask("mount", &json!({})).await, expected);
}

#[tokio::test]
async fn a_mount_connects_when_it_first_needs_the_server_and_once() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    mount.read("echo").await.unwrap();
    assert_eq!(mount.brokered.connections(), 0);
    let list = || mount.storage(json!({ "op": "list", "prefix": "" }));
    let together = futures_util::future::join_all((0..16).map(|_| list())).await;
    assert_eq!(together, vec![json!({ "answer": [] }); 16]);
    assert_eq!(mount.brokered.connections(), 1);
    list().await;
    assert_eq!(mount.brokered.connections(), 1);
    mount.clean_up().await.unwrap();
}

#[tokio::test]
async fn the_kind_and_the_special_paths_arrive() {
    let host = Host::start().await;
    for (id, config, number) in [("secrets", &[][..], 1), ("auth", &[("kind", "auth")][..], 2)] {
        let mount = host.mount_with(id, config).await.unwrap();
        assert_eq!(kind(&mount).await.unwrap(), number, "{id}");
    }
    let mount = host.mount("mount").await;
    let reply = mount.backend.clone().special_paths(mount.to(pb::Empty {})).await.unwrap();
    let expected = pb::Paths {
        root: vec!["root/*".to_owned()],
        unauthenticated: vec!["login".to_owned(), "open/+/here".to_owned()],
        seal_wrap_storage: vec!["sealed/".to_owned()],
        ..Default::default()
    };
    assert_eq!(reply.into_inner().paths, Some(expected));
}

#[tokio::test]
async fn an_address_may_be_announced_before_the_setup_or_after_it() {
    let host = Host::start().await;
    let before = host.mount("before").await;
    assert!(before.read("echo").await.is_ok());

    let brokered = host.brokered();
    let broker_id = host.broker_id();
    let announce = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        host.announce(broker_id, &brokered.address);
    };
    let (setup, ()) = tokio::join!(host.set_up("after", broker_id, "uuid", &[]), announce);
    assert_eq!(setup.unwrap(), "");
    let mount = Mount::new("after", host.backend(), brokered);
    assert_eq!(mount.storage(json!({ "op": "list", "prefix": "" })).await, json!({ "answer": [] }));
    assert_eq!(mount.brokered.connections(), 1);
}

#[tokio::test]
async fn without_an_address_the_setup_fails_after_five_seconds() {
    let host = Host::start().await;
    let begun = Instant::now();
    let text = host.set_up("mount", 77, "uuid", &[]).await.unwrap();
    assert_eq!(text, "timeout waiting for connection info");
    let took = begun.elapsed();
    assert!(took >= Duration::from_millis(4900), "{took:?}");
    assert!(took < Duration::from_secs(9), "{took:?}");
    // It leaves nothing behind.
    let status = host.backend().r#type(to_instance("mount", pb::Empty {})).await.unwrap_err();
    assert_eq!(status.message(), "no backend instance found");
    host.is_served("mount").await;
}

#[tokio::test]
async fn a_setup_that_fails_says_why_and_harms_no_other_mount() {
    let host = Host::start().await;
    let other = host.mount("other").await;
    for (name, value, text) in [
        ("factory", "fail", "the option `factory` is invalid"),
        ("factory", "panic", "the handler panicked; see the plugin's log"),
        (
            "special_paths",
            "illegal",
            "the root path `/slash` is illegal: paths are relative to the mount and start \
             without a slash",
        ),
    ] {
        let failed = host.mount_with("failing", &[(name, value)]).await.map(|_| ());
        assert_eq!(failed.unwrap_err(), text, "{name}={value}");
        let status = host.backend().r#type(to_instance("failing", pb::Empty {})).await;
        assert_eq!(status.unwrap_err().message(), "no backend instance found", "{name}={value}");
        assert_eq!(
            other.storage(json!({ "op": "list", "prefix": "" })).await,
            json!({ "answer": [] })
        );
    }
    host.process.logged("the factory panics").await;
    assert_eq!(other.brokered.connections(), 1);
}

#[tokio::test]
async fn a_setup_without_a_broker_id_fails() {
    let host = Host::start().await;
    let text = host.set_up("mount", 0, "uuid", &[]).await.unwrap();
    assert!(text.contains("broker id"), "{text}");
    host.is_served("mount").await;
}

#[tokio::test]
async fn without_a_way_back_to_the_server_what_needs_it_fails_and_says_why() {
    let host = Host::start().await;
    let broker_id = host.broker_id();
    let nowhere = host.process.directory().join("nowhere");
    host.announce(broker_id, nowhere.to_str().unwrap());
    assert_eq!(host.set_up("mount", broker_id, "uuid", &[]).await.unwrap(), "");
    let mount = Mount::new("mount", host.backend(), host.brokered());
    mount.read("echo").await.unwrap();
    let answer = mount.storage(json!({ "op": "list", "prefix": "" })).await.to_string();
    assert!(answer.contains("cannot connect to the server's brokered service"), "{answer}");
    mount.clean_up().await.unwrap();
    host.is_served("other").await;
}

#[tokio::test]
async fn cleanup_is_done_once_however_often_it_is_ordered() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    for _ in 0..2 {
        mount.clean_up().await.unwrap();
    }
    host.backend().cleanup(to_instance("unknown", pb::Empty {})).await.unwrap();
    assert_eq!(mount.read("echo").await.unwrap_err().message(), "no backend instance found");
    host.shut_down().await;
    let log = host.process.left().await.stderr;
    assert_eq!(log.matches("cleaned up").count(), 1, "{log}");
}

#[tokio::test]
async fn cleanup_ends_a_mount_whose_backend_panics_over_it() {
    let host = Host::start().await;
    let mount = host.mount_with("mount", &[("cleanup", "panic")]).await.unwrap();
    mount.clean_up().await.unwrap();
    assert_eq!(mount.read("echo").await.unwrap_err().message(), "no backend instance found");
    host.process.logged("the cleanup panics").await;
}

#[tokio::test]
async fn two_mounts_have_a_connection_and_storage_each() {
    let host = Host::start().await;
    let (one, two) = (host.mount("one").await, host.mount("two").await);
    one.storage(json!({ "op": "put", "key": "key", "value": "of one" })).await;
    two.storage(json!({ "op": "put", "key": "key", "value": "of two" })).await;
    for (mount, value) in [(&one, "of one"), (&two, "of two")] {
        assert_eq!(mount.brokered.storage.stored("key").unwrap().value, value);
        assert_eq!(mount.brokered.connections(), 1);
    }
    one.clean_up().await.unwrap();
    let read = two.storage(json!({ "op": "get", "key": "key" })).await;
    assert_eq!(read["answer"]["value"], "of two");
}

#[tokio::test]
async fn a_second_setup_of_the_same_instance_replaces_the_first() {
    let host = Host::start().await;
    let first = host.mount_with("mount", &[("number", "1")]).await.unwrap();
    let second = host.mount_with("mount", &[("number", "2")]).await.unwrap();
    let seen = second.ask("mount", &json!({})).await;
    assert_eq!(seen["options"]["number"], "2");
    second.storage(json!({ "op": "put", "key": "key", "value": "value" })).await;
    assert_eq!(first.brokered.storage.count("Put"), 0);
    assert_eq!(second.brokered.storage.count("Put"), 1);
    host.process.logged("cleaned up").await;
}

#[tokio::test]
async fn the_start_may_write_and_may_fail() {
    let host = Host::start().await;
    for (value, expected) in [
        ("", None),
        ("put", None),
        ("fail", Some((4, "the start fails"))),
        ("panic", Some((2, "the handler panicked; see the plugin's log"))),
    ] {
        let mount = host.mount_with("mount", &[("initialize", value)]).await.unwrap();
        let start = mount.backend.clone().initialize(mount.to(pb::InitializeArgs {})).await;
        let err = start.unwrap().into_inner().err;
        let err = err.as_ref().map(|err| (err.err_type, err.err_msg.as_str()));
        assert_eq!(err, expected, "{value}");
        let written = mount.brokered.storage.stored("initialized").is_some();
        assert_eq!(written, value == "put", "{value}");
    }
}

#[tokio::test]
async fn a_refused_write_of_the_start_is_no_failure_on_a_standby() {
    let refused = "1 error occurred: cannot write to readonly storage";
    let (standby, secondary, active) = (24_576, 8192 | 64, 8224);
    for (start, state, mood, expected) in [
        ("put", standby, Mood::Answering, None),
        ("put-explained", standby, Mood::Answering, None),
        ("put", 512, Mood::Answering, None),
        ("put", standby, Mood::Unimplemented, None),
        ("fail", standby, Mood::Answering, Some((4, "the start fails"))),
        ("put", active, Mood::Answering, Some((0, refused))),
        ("put-explained", active, Mood::Answering, Some((2, "cannot begin"))),
        // The mount is local to its cluster, where storage is writable.
        ("put", secondary, Mood::Answering, Some((0, refused))),
    ] {
        let host = Host::start().await;
        let mount = host.mount_with("mount", &[("initialize", start)]).await.unwrap();
        mount.brokered.view.replication_state(state);
        mount.brokered.view.be(mood);
        mount.brokered.storage.fail("Put", Fault::Reply(refused));
        let reply = mount.backend.clone().initialize(mount.to(pb::InitializeArgs {})).await;
        let err = reply.unwrap().into_inner().err;
        let err = err.as_ref().map(|err| (err.err_type, err.err_msg.as_str()));
        assert_eq!(err, expected, "{start} {state}");
        if expected.is_none() {
            let line = host.process.logged("`initialize` could not write").await;
            assert_eq!(line["@level"], "info", "{line}");
            assert!(line["error"].as_str().unwrap().contains(refused), "{line}");
        }
    }
}
