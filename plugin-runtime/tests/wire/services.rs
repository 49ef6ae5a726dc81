//! The services other than the backend's own.

use std::time::Duration;

use plugin_proto::grpc::health::v1::health_check_response::ServingStatus;
use plugin_proto::grpc::health::v1::health_client::HealthClient;
use plugin_proto::grpc::health::v1::{HealthCheckRequest, HealthListRequest};
use plugin_proto::logical::plugin_version_client::PluginVersionClient;
use plugin_proto::pb::events_client::EventsClient;
use plugin_proto::plugin::grpc_stdio_client::GrpcStdioClient;
use plugin_proto::pluginutil::multiplexing::MultiplexingSupportRequest;
use plugin_proto::pluginutil::multiplexing::plugin_multiplexing_client::PluginMultiplexingClient;
use plugin_proto::{logical, pb};
use tonic::{Code, Request};

use crate::host::mount::request;
use crate::host::{Host, origin, to_instance};

/// Long enough to show that no message arrives.
const A_WHILE: Duration = Duration::from_millis(300);

#[tokio::test]
async fn one_process_serves_many_mounts() {
    let host = Host::start().await;
    let mut client = PluginMultiplexingClient::with_origin(host.connection.clone(), origin());
    let reply = client.multiplexing_support(MultiplexingSupportRequest {}).await.unwrap();
    assert!(reply.into_inner().supported);
}

#[tokio::test]
async fn the_version_has_its_v_with_and_without_an_instance() {
    let host = Host::start().await;
    let mut client = PluginVersionClient::with_origin(host.connection.clone(), origin());
    let plain = client.version(Request::new(logical::Empty {})).await.unwrap();
    assert_eq!(plain.into_inner().plugin_version, "v1.2.3");
    let named = client.version(to_instance("probe", logical::Empty {})).await.unwrap();
    assert_eq!(named.into_inner().plugin_version, "v1.2.3");
}

#[tokio::test]
async fn health_is_that_of_the_service_plugin() {
    let host = Host::start().await;
    let mut client = HealthClient::with_origin(host.connection.clone(), origin());
    for (service, expected) in [
        ("plugin", Ok(ServingStatus::Serving)),
        ("", Ok(ServingStatus::Serving)),
        ("pb.Backend", Err(Code::NotFound)),
    ] {
        let check = HealthCheckRequest { service: service.to_owned() };
        let reply = client.check(check).await;
        let status = reply.map(|reply| reply.into_inner().status()).map_err(|e| e.code());
        assert_eq!(status, expected, "{service}");
    }
    let list = client.list(HealthListRequest {}).await.unwrap().into_inner();
    let statuses: Vec<_> =
        list.statuses.iter().map(|(name, reply)| (name.as_str(), reply.status())).collect();
    assert_eq!(statuses, [("plugin", ServingStatus::Serving)]);
}

#[tokio::test]
async fn watched_health_is_told_once_and_then_stays() {
    let host = Host::start().await;
    let mut client = HealthClient::with_origin(host.connection.clone(), origin());
    for (service, expected) in
        [("plugin", ServingStatus::Serving), ("pb.Backend", ServingStatus::ServiceUnknown)]
    {
        let watch = HealthCheckRequest { service: service.to_owned() };
        let mut updates = client.watch(watch).await.unwrap().into_inner();
        let first = updates.message().await.unwrap().expect("a status");
        assert_eq!(first.status(), expected, "{service}");
        let second = tokio::time::timeout(A_WHILE, updates.message()).await;
        assert!(second.is_err(), "{service}: {second:?}");
    }
}

#[tokio::test]
async fn the_stream_of_output_stays_open_and_silent() {
    let host = Host::start().await;
    let mut client = GrpcStdioClient::with_origin(host.connection.clone(), origin());
    let mut output = client.stream_stdio(()).await.unwrap().into_inner();
    let mount = host.mount("mount").await;
    mount.read("log/levels").await.unwrap();
    let chunk = tokio::time::timeout(A_WHILE, output.message()).await;
    assert!(chunk.is_err(), "{chunk:?}");
    host.shut_down().await;
    let end = tokio::time::timeout(Duration::from_secs(5), output.message()).await;
    assert!(!matches!(end, Ok(Ok(Some(_)))), "it ends with the process: {end:?}");
    assert!(end.is_ok(), "it ends with the process");
}

#[tokio::test]
async fn an_unknown_service_or_method_is_unimplemented() {
    let host = Host::start().await;
    let mut client = EventsClient::with_origin(host.connection.clone(), origin());
    let status = client.send_event(pb::SendEventRequest::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented, "{status}");

    let mut raw = tonic::client::Grpc::with_origin(host.connection.clone(), origin());
    for path in ["/pb.Backend/Nonsense", "/pb.Storage/Get", "/", "/pb.Backend", "//"] {
        raw.ready().await.unwrap();
        let codec = tonic_prost::ProstCodec::<pb::Empty, pb::Empty>::default();
        let path = http::uri::PathAndQuery::from_static(path);
        let call = raw.unary(Request::new(pb::Empty {}), path.clone(), codec);
        let status = call.await.unwrap_err();
        assert_eq!(status.code(), Code::Unimplemented, "{path}: {status}");
    }
}

#[tokio::test]
async fn a_call_names_the_instance_that_it_is_for_exactly_once() {
    let host = Host::start().await;
    let _mount = host.mount("mount").await;
    for (ids, text) in [
        (&[][..], "no multiplexing ID found"),
        (&[""][..], "empty multiplex ID in metadata"),
        (&["mount", "mount"][..], "unexpected number of IDs in metadata: (2)"),
        (&["a", "b", "c"][..], "unexpected number of IDs in metadata: (3)"),
        (&["unknown"][..], "no backend instance found"),
    ] {
        let args = pb::HandleRequestArgs {
            storage_id: 0,
            request: Some(Box::new(request("read", "echo", &serde_json::Value::Null))),
        };
        let mut call = Request::new(args);
        for id in ids {
            call.metadata_mut().append("multiplex_id", id.parse().unwrap());
        }
        let status = host.backend().handle_request(call).await.unwrap_err();
        assert_eq!((status.code(), status.message()), (Code::Unknown, text), "{ids:?}");
    }
}

#[tokio::test]
async fn every_call_to_an_unknown_instance_says_that_there_is_none() {
    let host = Host::start().await;
    let mut backend = host.backend();
    let id = "unknown";
    let check = pb::HandleExistenceCheckArgs::default();
    let statuses = [
        backend.special_paths(to_instance(id, pb::Empty {})).await.err(),
        backend.r#type(to_instance(id, pb::Empty {})).await.err(),
        backend.initialize(to_instance(id, pb::InitializeArgs {})).await.err(),
        backend.invalidate_key(to_instance(id, pb::InvalidateKeyArgs::default())).await.err(),
        backend.handle_existence_check(to_instance(id, check)).await.err(),
    ];
    for (number, status) in statuses.into_iter().enumerate() {
        let status = status.unwrap_or_else(|| panic!("call {number} is answered"));
        assert_eq!(status.message(), "no backend instance found", "{number}");
    }
}
