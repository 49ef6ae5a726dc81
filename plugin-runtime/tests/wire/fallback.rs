//! Protocols 3 and 4: what a server does that knows nothing else, or whose start with protocol 5 failed.

use std::path::Path;

use plugin_proto::logical::Empty;
use plugin_proto::logical::plugin_version_client::PluginVersionClient;
use plugin_proto::pb;
use plugin_proto::pluginutil::multiplexing::MultiplexingSupportRequest;
use plugin_proto::pluginutil::multiplexing::plugin_multiplexing_client::PluginMultiplexingClient;
use rustls::version::{TLS12, TLS13};
use serde_json::{Value, json};

use crate::host::api::Api;
use crate::host::certificate::HostCertificate;
use crate::host::connection::Connection;
use crate::host::line::Line;
use crate::host::mount::{data_of, request};
use crate::host::process::Launch;
use crate::host::{Host, origin, tls, to_instance};

/// No call names the mount.
const THE_MOUNT: &str = "";

#[tokio::test]
async fn the_highest_version_that_both_speak_is_in_a_line_without_a_certificate() {
    for (offered, chosen) in [("3,4", "4"), ("4,3", "4"), ("3", "3"), ("4", "4")] {
        let launch = Launch::to_describe().env("PLUGIN_PROTOCOL_VERSIONS", offered);
        let text = launch.start().line().await;
        assert!(text.ends_with("|grpc|\n"), "{text}");
        let line = Line::parse(&text);
        assert_eq!((line.fields[1].as_str(), line.fields.len()), (chosen, 6), "{text}");
    }
    let api = Api::of(&HostCertificate::shared()).await;
    let text = Launch::for_token(&api.token()).start().line().await;
    assert!(text.starts_with("1|4|unix|") && text.ends_with("|grpc|\n"), "{text}");
}

#[tokio::test]
async fn a_process_that_describes_the_plugin_does_nothing_else() {
    let host = Host::describing(|launch| launch).await;
    let _mount = host.mount(THE_MOUNT).await;
    let mut backend = host.backend();
    let kind = backend.r#type(pb::Empty {}).await.unwrap().into_inner();
    assert_eq!(kind.r#type, 1);
    let paths = backend.special_paths(pb::Empty {}).await.unwrap().into_inner().paths.unwrap();
    assert!(!paths.unauthenticated.is_empty(), "{paths:?}");
    let mut version = PluginVersionClient::with_origin(host.connection.clone(), origin());
    assert_eq!(version.version(Empty {}).await.unwrap().into_inner().plugin_version, "v1.2.3");

    let sent = || Some(Box::new(request("read", "echo", &Value::Null)));
    let args = pb::HandleRequestArgs { storage_id: 0, request: sent() };
    let existence = pb::HandleExistenceCheckArgs { storage_id: 0, request: sent() };
    let key = pb::InvalidateKeyArgs { key: "key".to_owned() };
    for refused in [
        backend.handle_request(args).await.map(drop),
        backend.handle_existence_check(existence).await.map(drop),
        backend.initialize(pb::InitializeArgs {}).await.map(drop),
        backend.invalidate_key(key).await.map(drop),
    ] {
        let status = refused.unwrap_err();
        assert!(status.message().contains("metadata mode"), "{status:?}");
    }
    backend.cleanup(pb::Empty {}).await.unwrap();
    assert!(!host.socket().exists(), "the socket goes before the answer");
}

#[tokio::test]
async fn setup_may_come_before_the_announcement() {
    let host = Host::describing(|launch| launch).await;
    let brokered = host.brokered();
    let id = host.broker_id();
    let setting_up = host.set_up(THE_MOUNT, id, "uuid", &[]);
    let announcing = async {
        tokio::task::yield_now().await;
        host.announce(id, &brokered.address);
    };
    let (err, ()) = tokio::join!(setting_up, announcing);
    assert_eq!(err.unwrap(), "");
}

#[tokio::test]
async fn a_mount_is_served_whatever_version_of_tls_the_server_speaks() {
    let pair = HostCertificate::shared();
    for versions in [&[&TLS12][..], &[&TLS13], &[&TLS12, &TLS13]] {
        let api = Api::of(&pair).await;
        let host = Host::with_shared_pair(&api, versions, |launch| launch).await;
        let mount = host.mount(THE_MOUNT).await;
        mount.backend.clone().initialize(pb::InitializeArgs {}).await.unwrap();
        let step = json!({ "op": "put", "key": "a", "value": "b" });
        mount.storage(step).await;
        let stored = mount.brokered.storage.stored("a").expect("an entry");
        assert_eq!(stored.value, "b", "{versions:?}");
        let names = (Some(pair.name.to_owned()), Some(pair.name.to_owned()));
        assert_eq!(mount.brokered.names(), names, "{versions:?}");
    }
}

#[tokio::test]
async fn one_process_serves_one_mount() {
    let api = Api::of(&HostCertificate::shared()).await;
    let host = Host::with_shared_pair(&api, &[&TLS13], |launch| launch).await;
    let mut client = PluginMultiplexingClient::with_origin(host.connection.clone(), origin());
    let answer = client.multiplexing_support(MultiplexingSupportRequest {}).await.unwrap();
    assert!(!answer.into_inner().supported);
    let mount = host.mount(THE_MOUNT).await;
    // Whatever a server names, there is one instance.
    let kind = host.backend().r#type(to_instance("named", pb::Empty {})).await.unwrap();
    assert_eq!(kind.into_inner().r#type, 1);
    assert!(mount.read("echo").await.unwrap().err.is_none());
}

#[tokio::test]
async fn what_a_cleanup_must_do_is_done_before_its_answer() {
    let api = Api::of(&HostCertificate::shared()).await;
    let host = Host::with_shared_pair(&api, &[&TLS13], |launch| launch).await;
    let mount = host.mount(THE_MOUNT).await;
    mount.read("echo").await.unwrap();
    mount.clean_up().await.unwrap();
    // As the server does, which looks for no more.
    host.process.signal(nix::sys::signal::Signal::SIGKILL);
    let remains = host.process.left().await;
    assert_eq!(remains.sockets().len(), 0, "{remains:?}");
    assert!(remains.stderr.contains("cleaned up"), "{remains:?}");
}

#[tokio::test]
async fn after_a_cleanup_an_order_to_leave_is_followed() {
    let api = Api::of(&HostCertificate::shared()).await;
    let mut host = Host::with_shared_pair(&api, &[&TLS13], |launch| launch).await;
    let mount = host.mount(THE_MOUNT).await;
    mount.clean_up().await.unwrap();
    mount.clean_up().await.unwrap();
    host.close_broker();
    host.shut_down().await;
    let remains = host.process.left().await;
    assert_eq!(remains.status.code(), Some(0), "{remains:?}");
}

#[tokio::test]
async fn no_error_reaches_the_server_as_a_success() {
    let api = Api::of(&HostCertificate::shared()).await;
    let host = Host::with_shared_pair(&api, &[&TLS13], |launch| launch).await;
    let mount = host.mount(THE_MOUNT).await;
    for (kind, number) in
        [("unrecoverable", 2), ("multi-authz-pending", 9), ("permission-denied", 8), ("user", 1)]
    {
        let err = mount.read(&format!("error/{kind}")).await.unwrap().err.expect("an error");
        assert_eq!(err.err_type, number, "{kind}");
        assert!(!err.err_msg.is_empty(), "{kind}");
    }
    let explained = json!({ "explained": "in more words" });
    let reply = mount.send(request("read", "error/unrecoverable", &explained)).await.unwrap();
    assert_eq!(data_of(&reply), json!({ "error": "in more words" }));
}

#[tokio::test]
async fn only_the_holder_of_the_pair_is_let_in() {
    let pair = HostCertificate::shared();
    let api = Api::of(&pair).await;
    let host = Host::with_shared_pair(&api, &[&TLS13], |launch| launch).await;
    let other = HostCertificate::shared_with_others();
    for versions in [&[&TLS12], &[&TLS13]] {
        for certificate in [None, Some(&other)] {
            let config = tls::client_of(versions, certificate, &pair.certificate);
            let let_in = match Connection::open_by(&host.line.address, config, pair.name).await {
                Ok(connection) => connection.answers().await,
                Err(_) => false,
            };
            assert!(!let_in, "{versions:?}");
        }
    }
    if let Ok(connection) = Connection::open_plaintext(&host.line.address).await {
        assert!(!connection.answers().await, "plaintext");
    }
    assert!(host.mount(THE_MOUNT).await.read("echo").await.unwrap().err.is_none());
}

#[tokio::test]
async fn a_server_that_sends_a_certificate_gets_auto_mtls_in_each_version() {
    let certificate = HostCertificate::generate();
    for version in ["3", "4"] {
        let launch = Launch::by_server(&certificate).env("PLUGIN_PROTOCOL_VERSIONS", version);
        let process = launch.start();
        let line = Line::parse(&process.line().await);
        assert_eq!(line.fields[1], version);
        let config = tls::client(Some(&certificate), &line.certificate());
        let connection = Connection::open(&line.address, config).await.unwrap();
        assert!(connection.answers().await, "{version}");
        if let Ok(connection) = Connection::open_plaintext(&line.address).await {
            assert!(!connection.answers().await, "{version}");
        }
        assert!(Path::new(&line.address).exists());
    }
}
