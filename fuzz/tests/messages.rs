//! Every message of the protocol, from a peer that may send anything.
#![allow(clippy::expect_used, reason = "what serves the tests is test code too")]

use std::fmt::Debug;
use std::time::Duration;

use plugin_fuzz::{Limits, target};
use plugin_proto::pb;
use prost::Message;

/// What stands for a secret here.
const PLANTED: &str = "planted-7261";

/// What can be decoded encodes to what decodes to the same.
fn survives<M: Message + Default + PartialEq + Clone + Debug>(input: &[u8]) {
    let Ok(message) = M::decode(input) else { return };
    let encoded = message.encode_to_vec();
    assert_eq!(encoded.len(), message.encoded_len());
    let again = M::decode(&encoded[..]).expect("what was encoded");
    // A number that is not one is unequal to itself.
    if message == message.clone() {
        assert!(again == message, "{message:?} comes back as {again:?}");
    }
    let _ = format!("{message:?}");
}

/// Lists the messages by package, and tries an input as each of them.
macro_rules! messages {
    ($($($package:ident)::+ { $($message:ident),* })*) => {
        fn as_any(input: &[u8]) {
            $({
                use plugin_proto::$($package)::+::{$($message),*};
                $(survives::<$message>(input);)*
            })*
        }

        const LISTED: usize = [$($(stringify!($message)),*),*].len();
    };
}

messages! {
    dbplugin::v5 { Empty, InitializeRequest, InitializeResponse, NewUserRequest, UsernameConfig, NewUserResponse, UpdateUserRequest, ChangePassword, ChangePublicKey, ChangeExpiration, UpdateUserResponse, DeleteUserRequest, DeleteUserResponse, TypeResponse, Statements }
    grpc::health::v1 { HealthCheckRequest, HealthCheckResponse, HealthListRequest, HealthListResponse }
    logical { EventData, EventPluginInfo, EventReceived, Entity, Alias, Group, MfaMethodId, MfaConstraintAny, MfaRequirement, PluginEnvironment, Empty, VersionReply }
    pb { Empty, Header, Request, Response, Secret, LeaseOptions, Auth, RequestWrapInfo, ResponseWrapInfo, TokenEntry, Connection, ConnectionState, CertificateChain, Certificate, ProtoError, HandleRequestArgs, HandleRequestReply, HandleExistenceCheckArgs, HandleExistenceCheckReply, InitializeArgs, InitializeReply, SpecialPathsReply, SetupArgs, SetupReply, TypeReply, InvalidateKeyArgs, Paths, SendEventRequest, RecordObservationRequest, StorageEntry, StorageListArgs, StorageListPageArgs, StorageListReply, StorageGetArgs, StorageGetReply, StoragePutArgs, StoragePutReply, StorageDeleteArgs, StorageDeleteReply, StorageIsTransactionalReply, StorageBeginTxReply, StorageCommitTxArgs, StorageCommitTxReply, StorageRollbackTxArgs, StorageRollbackTxReply, TtlReply, TaintedReply, CachingDisabledReply, ReplicationStateReply, ResponseWrapDataArgs, ResponseWrapDataReply, MlockEnabledReply, LocalMountReply, EntityInfoArgs, EntityInfoReply, PluginEnvReply, GroupsForEntityReply, GeneratePasswordFromPolicyRequest, GeneratePasswordFromPolicyReply, ClusterInfoReply, GenerateIdentityTokenRequest, GenerateIdentityTokenResponse, RegisterRotationJobRequest, RegisterRotationJobResponse, RotationJobInput, DeregisterRotationJobRequest, DeregisterRotationRequestInput }
    plugin { ConnInfo, Empty, StdioData }
    pluginutil::multiplexing { MultiplexingSupportRequest, MultiplexingSupportResponse }
    plugin::conn_info { Knock }
}

#[test]
fn no_message_is_missing() {
    let sources = [
        include_str!("../../plugin-proto/src/generated/dbplugin.v5.rs"),
        include_str!("../../plugin-proto/src/generated/grpc.health.v1.rs"),
        include_str!("../../plugin-proto/src/generated/logical.rs"),
        include_str!("../../plugin-proto/src/generated/pb.rs"),
        include_str!("../../plugin-proto/src/generated/plugin.rs"),
        include_str!("../../plugin-proto/src/generated/pluginutil.multiplexing.rs"),
    ];
    let declared = sources.map(|source| source.matches("::prost::Message)").count());
    assert_eq!(LISTED, declared.iter().sum::<usize>());
}

/// Whatever else a message holds, `Debug` does not show its secrets.
fn hides_secrets(input: &[u8]) {
    if let Ok(mut request) = pb::Request::decode(input) {
        request.data = PLANTED.into();
        request.client_token = PLANTED.to_owned();
        for header in request.headers.values_mut() {
            header.header.push(PLANTED.to_owned());
        }
        if let Some(secret) = &mut request.secret {
            secret.internal_data = PLANTED.into();
        }
        assert!(!format!("{request:?}").contains(PLANTED), "a request shows a secret");
    }
    if let Ok(mut response) = pb::Response::decode(input) {
        response.data = PLANTED.into();
        if let Some(auth) = &mut response.auth {
            auth.client_token = PLANTED.to_owned();
            auth.internal_data = PLANTED.into();
        }
        if let Some(wrap) = &mut response.wrap_info {
            wrap.token = PLANTED.to_owned();
        }
        assert!(!format!("{response:?}").contains(PLANTED), "a response shows a secret");
    }
    if let Ok(mut entry) = pb::StorageEntry::decode(input) {
        entry.value = PLANTED.into();
        assert!(!format!("{entry:?}").contains(PLANTED), "an entry shows its value");
    }
}

fn check(input: &[u8]) {
    as_any(input);
    hides_secrets(input);
}

target!(
    messages,
    // Keys of fields, lengths and small numbers, as they stand on the wire.
    words: &[
        "\u{8}", "\u{a}", "\u{10}", "\u{12}", "\u{18}", "\u{1a}", "\u{20}", "\u{22}", "\u{2a}",
        "\u{32}", "\u{3a}", "\u{42}", "\u{4a}", "\u{52}", "\u{62}", "\u{7a}", "\u{0}", "\u{1}",
        "\u{2}", "\u{3}", "\u{4}", "\u{6}", "\u{8}\u{1}", "\u{a}\u{0}", "\u{a}\u{2}\u{a}\u{0}",
        "\u{a}\u{4}read", "\u{12}\u{1}a", "\u{b}", "\u{c}",
    ],
    limits: Limits { time: Duration::from_secs(1), memory: 1 << 20, memory_per_byte: 2048 },
    check: check
);
