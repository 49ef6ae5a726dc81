//! System view, events and observations.

use plugin_proto::pb::*;

use crate::sample::tables;

tables! { system_view_calls_have_the_published_numbers:
    TtlReply { 1 ttl int64, }
    TaintedReply { 1 tainted bool, }
    CachingDisabledReply { 1 disabled bool, }
    ReplicationStateReply { 1 state int32, }
    ResponseWrapDataArgs { 1 data json, 2 ttl int64, 3 jwt bool, }
    ResponseWrapDataReply { 1 wrap_info message, 2 err string, }
    MlockEnabledReply { 1 enabled bool, }
    LocalMountReply { 1 local bool, }
    EntityInfoArgs { 1 entity_id string, }
    EntityInfoReply { 1 entity message, 2 err string, }
    PluginEnvReply { 1 plugin_environment message, 2 err string, }
    GroupsForEntityReply { 1 groups messages, 2 err string, }
    GeneratePasswordFromPolicyRequest { 1 policy_name string, }
    GeneratePasswordFromPolicyReply { 1 password string, }
    ClusterInfoReply { 1 cluster_name string, 2 cluster_id string, 3 err string, }
}

mod vault {
    use super::*;

    tables! { calls_of_vault_alone_have_the_published_numbers:
        GenerateIdentityTokenRequest { 1 audience string, 2 ttl int64, }
        GenerateIdentityTokenResponse { 1 token string, 2 ttl int64, }
        RegisterRotationJobRequest { 1 job message, }
        RegisterRotationJobResponse { 1 rotation_id string, 2 err string, }
        RotationJobInput {
            1 name string, 2 mount_point string, 3 path string, 4 rotation_schedule string,
            5 rotation_window int64, 6 rotation_period int64,
        }
        DeregisterRotationJobRequest { 1 req message, }
        DeregisterRotationRequestInput { 1 mount_point string, 2 req_path string, }
        SendEventRequest { 1 event_type string, 2 event message, }
        RecordObservationRequest { 1 observation_type string, 2 data message, }
    }
}
