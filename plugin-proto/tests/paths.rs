//! The paths of every method. They are the contract: a server finds a method by its path alone.
#![cfg(all(feature = "client", feature = "server"))]

use std::io;
use std::sync::{Arc, Mutex};

use plugin_proto::dbplugin::v5::database_client::DatabaseClient;
use plugin_proto::grpc::health::v1::health_client::HealthClient;
use plugin_proto::logical::plugin_version_client::PluginVersionClient;
use plugin_proto::pb::backend_client::BackendClient;
use plugin_proto::pb::backend_server::{Backend, BackendServer};
use plugin_proto::pb::events_client::EventsClient;
use plugin_proto::pb::observations_client::ObservationsClient;
use plugin_proto::pb::storage_client::StorageClient;
use plugin_proto::pb::system_view_client::SystemViewClient;
use plugin_proto::plugin::grpc_broker_client::GrpcBrokerClient;
use plugin_proto::plugin::grpc_controller_client::GrpcControllerClient;
use plugin_proto::plugin::grpc_stdio_client::GrpcStdioClient;
use plugin_proto::pluginutil::multiplexing::plugin_multiplexing_client::PluginMultiplexingClient;
use plugin_proto::{dbplugin, grpc, logical, pb, plugin, pluginutil};
use tonic::server::NamedService;
use tonic::{Request, Response, Status};

/// Calls each method over a connection that notes the path and then fails, and compares.
macro_rules! check_paths {
    ($client:ident: $($method:ident($request:expr) => $path:literal,)*) => {
        $({
            let seen = Arc::new(Mutex::new(None));
            let note = Arc::clone(&seen);
            let connection = tower::service_fn(move |request: http::Request<tonic::body::Body>| {
                *note.lock().unwrap() = Some(request.uri().path().to_owned());
                async { Err::<http::Response<tonic::body::Body>, _>(io::Error::other("noted")) }
            });
            let answer = $client::new(connection).$method($request).await;
            assert!(answer.is_err());
            assert_eq!(seen.lock().unwrap().as_deref(), Some($path));
        })*
    };
}

#[tokio::test]
async fn services_of_every_plugin_are_called_by_their_published_paths() {
    check_paths! { GrpcBrokerClient:
        start_stream(tokio_stream::iter([plugin::ConnInfo::default()])) => "/plugin.GRPCBroker/StartStream",
    }
    check_paths! { GrpcControllerClient:
        shutdown(plugin::Empty {}) => "/plugin.GRPCController/Shutdown",
    }
    check_paths! { GrpcStdioClient:
        stream_stdio(()) => "/plugin.GRPCStdio/StreamStdio",
    }
    check_paths! { HealthClient:
        check(grpc::health::v1::HealthCheckRequest::default()) => "/grpc.health.v1.Health/Check",
        list(grpc::health::v1::HealthListRequest {}) => "/grpc.health.v1.Health/List",
        watch(grpc::health::v1::HealthCheckRequest::default()) => "/grpc.health.v1.Health/Watch",
    }
    check_paths! { PluginMultiplexingClient:
        multiplexing_support(pluginutil::multiplexing::MultiplexingSupportRequest {})
            => "/pluginutil.multiplexing.PluginMultiplexing/MultiplexingSupport",
    }
    check_paths! { PluginVersionClient:
        version(logical::Empty {}) => "/logical.PluginVersion/Version",
    }
}

#[tokio::test]
async fn backends_and_databases_are_called_by_their_published_paths() {
    check_paths! { BackendClient:
        handle_request(pb::HandleRequestArgs::default()) => "/pb.Backend/HandleRequest",
        special_paths(pb::Empty {}) => "/pb.Backend/SpecialPaths",
        handle_existence_check(pb::HandleExistenceCheckArgs::default()) => "/pb.Backend/HandleExistenceCheck",
        cleanup(pb::Empty {}) => "/pb.Backend/Cleanup",
        invalidate_key(pb::InvalidateKeyArgs::default()) => "/pb.Backend/InvalidateKey",
        setup(pb::SetupArgs::default()) => "/pb.Backend/Setup",
        initialize(pb::InitializeArgs {}) => "/pb.Backend/Initialize",
        r#type(pb::Empty {}) => "/pb.Backend/Type",
    }
    check_paths! { DatabaseClient:
        initialize(dbplugin::v5::InitializeRequest::default()) => "/dbplugin.v5.Database/Initialize",
        new_user(dbplugin::v5::NewUserRequest::default()) => "/dbplugin.v5.Database/NewUser",
        update_user(dbplugin::v5::UpdateUserRequest::default()) => "/dbplugin.v5.Database/UpdateUser",
        delete_user(dbplugin::v5::DeleteUserRequest::default()) => "/dbplugin.v5.Database/DeleteUser",
        r#type(dbplugin::v5::Empty {}) => "/dbplugin.v5.Database/Type",
        close(dbplugin::v5::Empty {}) => "/dbplugin.v5.Database/Close",
    }
}

#[tokio::test]
async fn services_of_the_server_are_called_by_their_published_paths() {
    check_paths! { StorageClient:
        list(pb::StorageListArgs::default()) => "/pb.Storage/List",
        list_page(pb::StorageListPageArgs::default()) => "/pb.Storage/ListPage",
        get(pb::StorageGetArgs::default()) => "/pb.Storage/Get",
        put(pb::StoragePutArgs::default()) => "/pb.Storage/Put",
        delete(pb::StorageDeleteArgs::default()) => "/pb.Storage/Delete",
        is_transactional(pb::Empty {}) => "/pb.Storage/IsTransactional",
        begin_read_only_tx(pb::Empty {}) => "/pb.Storage/BeginReadOnlyTx",
        begin_tx(pb::Empty {}) => "/pb.Storage/BeginTx",
        commit(pb::StorageCommitTxArgs::default()) => "/pb.Storage/Commit",
        rollback(pb::StorageRollbackTxArgs::default()) => "/pb.Storage/Rollback",
    }
    check_paths! { SystemViewClient:
        default_lease_ttl(pb::Empty {}) => "/pb.SystemView/DefaultLeaseTTL",
        max_lease_ttl(pb::Empty {}) => "/pb.SystemView/MaxLeaseTTL",
        tainted(pb::Empty {}) => "/pb.SystemView/Tainted",
        caching_disabled(pb::Empty {}) => "/pb.SystemView/CachingDisabled",
        replication_state(pb::Empty {}) => "/pb.SystemView/ReplicationState",
        response_wrap_data(pb::ResponseWrapDataArgs::default()) => "/pb.SystemView/ResponseWrapData",
        mlock_enabled(pb::Empty {}) => "/pb.SystemView/MlockEnabled",
        local_mount(pb::Empty {}) => "/pb.SystemView/LocalMount",
        entity_info(pb::EntityInfoArgs::default()) => "/pb.SystemView/EntityInfo",
        plugin_env(pb::Empty {}) => "/pb.SystemView/PluginEnv",
        groups_for_entity(pb::EntityInfoArgs::default()) => "/pb.SystemView/GroupsForEntity",
        generate_password_from_policy(pb::GeneratePasswordFromPolicyRequest::default())
            => "/pb.SystemView/GeneratePasswordFromPolicy",
        cluster_info(pb::Empty {}) => "/pb.SystemView/ClusterInfo",
        generate_identity_token(pb::GenerateIdentityTokenRequest::default())
            => "/pb.SystemView/GenerateIdentityToken",
        register_rotation_job(pb::RegisterRotationJobRequest::default())
            => "/pb.SystemView/RegisterRotationJob",
        deregister_rotation_job(pb::DeregisterRotationJobRequest::default())
            => "/pb.SystemView/DeregisterRotationJob",
    }
    check_paths! { EventsClient:
        send_event(pb::SendEventRequest::default()) => "/pb.Events/SendEvent",
    }
    check_paths! { ObservationsClient:
        record_observation(pb::RecordObservationRequest::default())
            => "/pb.Observations/RecordObservation",
    }
}

#[test]
fn server_halves_have_the_published_names() {
    use dbplugin::v5::database_server::DatabaseServer;
    use grpc::health::v1::health_server::HealthServer;
    use logical::plugin_version_server::PluginVersionServer;
    use pb::events_server::EventsServer;
    use pb::observations_server::ObservationsServer;
    use pb::storage_server::StorageServer;
    use pb::system_view_server::SystemViewServer;
    use plugin::grpc_broker_server::GrpcBrokerServer;
    use plugin::grpc_controller_server::GrpcControllerServer;
    use plugin::grpc_stdio_server::GrpcStdioServer;
    use pluginutil::multiplexing::plugin_multiplexing_server::PluginMultiplexingServer;

    for (name, published) in [
        (BackendServer::<()>::NAME, "pb.Backend"),
        (DatabaseServer::<()>::NAME, "dbplugin.v5.Database"),
        (EventsServer::<()>::NAME, "pb.Events"),
        (GrpcBrokerServer::<()>::NAME, "plugin.GRPCBroker"),
        (GrpcControllerServer::<()>::NAME, "plugin.GRPCController"),
        (GrpcStdioServer::<()>::NAME, "plugin.GRPCStdio"),
        (HealthServer::<()>::NAME, "grpc.health.v1.Health"),
        (ObservationsServer::<()>::NAME, "pb.Observations"),
        (PluginMultiplexingServer::<()>::NAME, "pluginutil.multiplexing.PluginMultiplexing"),
        (PluginVersionServer::<()>::NAME, "logical.PluginVersion"),
        (StorageServer::<()>::NAME, "pb.Storage"),
        (SystemViewServer::<()>::NAME, "pb.SystemView"),
    ] {
        assert_eq!(name, published);
    }
}

/// Answers each call with the name of the method, wherever the answer has room for it.
struct NamesItsMethods;

type GrpcResult<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl Backend for NamesItsMethods {
    async fn handle_request(
        &self,
        request: Request<pb::HandleRequestArgs>,
    ) -> GrpcResult<pb::HandleRequestReply> {
        let data = request.into_inner().request.unwrap_or_default().data;
        let response = pb::Response { data, ..Default::default() };
        Ok(Response::new(pb::HandleRequestReply { response: Some(Box::new(response)), err: None }))
    }
    async fn special_paths(&self, _: Request<pb::Empty>) -> GrpcResult<pb::SpecialPathsReply> {
        Err(Status::aborted("special_paths"))
    }
    async fn handle_existence_check(
        &self,
        _: Request<pb::HandleExistenceCheckArgs>,
    ) -> GrpcResult<pb::HandleExistenceCheckReply> {
        Err(Status::aborted("handle_existence_check"))
    }
    async fn cleanup(&self, _: Request<pb::Empty>) -> GrpcResult<pb::Empty> {
        Err(Status::aborted("cleanup"))
    }
    async fn invalidate_key(&self, _: Request<pb::InvalidateKeyArgs>) -> GrpcResult<pb::Empty> {
        Err(Status::aborted("invalidate_key"))
    }
    async fn setup(&self, _: Request<pb::SetupArgs>) -> GrpcResult<pb::SetupReply> {
        Err(Status::aborted("setup"))
    }
    async fn initialize(&self, _: Request<pb::InitializeArgs>) -> GrpcResult<pb::InitializeReply> {
        Err(Status::aborted("initialize"))
    }
    async fn r#type(&self, _: Request<pb::Empty>) -> GrpcResult<pb::TypeReply> {
        Err(Status::aborted("type"))
    }
}

fn message<T>(answer: GrpcResult<T>) -> String {
    answer.err().map(|status| status.message().to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn a_client_reaches_the_method_of_the_server_half_it_asks_for() {
    let mut client = BackendClient::new(BackendServer::new(NamesItsMethods));

    let request = pb::Request { data: "{\"a\":1}".into(), ..Default::default() };
    let arguments = pb::HandleRequestArgs { storage_id: 0, request: Some(Box::new(request)) };
    let reply = client.handle_request(arguments).await.unwrap().into_inner();
    assert_eq!(reply.response.unwrap().data, "{\"a\":1}");

    assert_eq!(message(client.special_paths(pb::Empty {}).await), "special_paths");
    let arguments = pb::HandleExistenceCheckArgs::default();
    assert_eq!(message(client.handle_existence_check(arguments).await), "handle_existence_check");
    assert_eq!(message(client.cleanup(pb::Empty {}).await), "cleanup");
    let arguments = pb::InvalidateKeyArgs::default();
    assert_eq!(message(client.invalidate_key(arguments).await), "invalidate_key");
    assert_eq!(message(client.setup(pb::SetupArgs::default()).await), "setup");
    assert_eq!(message(client.initialize(pb::InitializeArgs {}).await), "initialize");
    assert_eq!(message(client.r#type(pb::Empty {}).await), "type");
}
