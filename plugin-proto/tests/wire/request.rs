//! The backend's calls, requests and responses.

use plugin_proto::pb::*;

use crate::sample::tables;

tables! { backend_calls_have_the_published_numbers:
    Empty {}
    ProtoError { 1 err_type uint32, 2 err_msg string, 3 err_code int64, }
    HandleRequestArgs { 1 storage_id uint32, 2 request message, }
    HandleRequestReply { 1 response message, 2 err message, }
    HandleExistenceCheckArgs { 1 storage_id uint32, 2 request message, }
    HandleExistenceCheckReply { 1 check_found bool, 2 exists bool, 3 err message, }
    InitializeArgs {}
    InitializeReply { 1 err message, }
    SpecialPathsReply { 1 paths message, }
    SetupArgs { 1 broker_id uint32, 2 config map, 3 backend_uuid string, }
    SetupReply { 1 err string, }
    TypeReply { 1 r#type uint32, }
    InvalidateKeyArgs { 1 key string, }
    Paths {
        1 root strings, 2 unauthenticated strings, 3 local_storage strings,
        4 seal_wrap_storage strings, 5 write_forwarded_storage strings, 6 binary strings,
        7 limited strings, 8 allow_snapshot_read strings,
    }
}

mod requests {
    use super::*;

    tables! { requests_and_responses_have_the_published_numbers:
        Header { 1 header strings, }
        Request {
            1 id string, 2 replication_cluster string, 3 operation string, 4 path string,
            5 data json, 6 secret message, 7 auth message, 8 headers map_of_messages,
            9 client_token string, 10 client_token_accessor string, 11 display_name string,
            12 mount_point string, 13 mount_type string, 14 mount_accessor string,
            15 wrap_info message, 16 client_token_remaining_uses int64, 17 entity_id string,
            18 policy_override bool, 19 unauthenticated bool, 20 connection message,
            21 requires_snapshot_id string,
        }
        Response {
            1 secret message, 2 auth message, 3 data json, 4 redirect string, 5 warnings strings,
            6 wrap_info message, 7 headers map_of_messages, 8 mount_type string,
        }
        Secret { 1 lease_options message, 2 internal_data json, 3 lease_id string, }
        LeaseOptions {
            1 ttl int64, 2 renewable bool, 3 increment int64, 4 issue_time message, 5 max_ttl int64,
        }
        Auth {
            1 lease_options message, 2 internal_data json, 3 display_name string,
            4 policies strings, 5 metadata map, 6 client_token string, 7 accessor string,
            8 period int64, 9 num_uses int64, 10 entity_id string, 11 alias message,
            12 group_aliases messages, 13 bound_cidrs strings, 14 token_policies strings,
            15 identity_policies strings, 16 explicit_max_ttl int64, 17 token_type uint32,
            18 no_default_policy bool,
        }
        RequestWrapInfo { 1 ttl int64, 2 format string, 3 seal_wrap bool, }
        ResponseWrapInfo {
            1 ttl int64, 2 token string, 3 accessor string, 4 creation_time message,
            5 wrapped_accessor string, 6 wrapped_entity_id string, 7 format string,
            8 creation_path string, 9 seal_wrap bool,
        }
        TokenEntry {
            1 id string, 2 accessor string, 3 parent string, 4 policies strings, 5 path string,
            6 meta map, 7 display_name string, 8 num_uses int64, 9 creation_time int64,
            10 ttl int64, 11 explicit_max_ttl int64, 12 role string, 13 period int64,
            14 entity_id string, 15 bound_cidrs strings, 16 namespace_id string,
            17 cubbyhole_id string, 18 r#type uint32, 19 internal_meta map,
            20 inline_policy string, 21 no_identity_policies bool, 22 external_id string,
        }
    }
}

mod connections {
    use super::*;

    tables! { connections_have_the_published_numbers:
        Connection {
            1 remote_addr string, 2 connection_state message, 3 remote_port int32,
            4 proxied_certificates_raw blobs, 5 peer_certificates_raw blobs,
        }
        ConnectionState {
            1 version uint32, 2 handshake_complete bool, 3 did_resume bool, 4 cipher_suite uint32,
            5 negotiated_protocol string, 6 negotiated_protocol_is_mutual bool,
            7 server_name string, 8 peer_certificates message, 9 verified_chains messages,
            10 signed_certificate_timestamps blobs, 11 ocsp_response bytes, 12 tls_unique bytes,
        }
        CertificateChain { 1 certificates messages, }
        Certificate { 1 asn1_data bytes, }
    }
}
