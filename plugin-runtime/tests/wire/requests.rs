//! Which parts of a request reach a backend.

use plugin_proto::logical::Alias;
use plugin_proto::pb;
use prost_types::Timestamp;
use serde_json::{Value, json};

use crate::host::mount::{data_of, request};
use crate::host::{Host, owned};

/// A second, in the nanoseconds of the wire.
const SECOND: i64 = 1_000_000_000;

fn lease() -> Option<pb::LeaseOptions> {
    Some(pb::LeaseOptions {
        ttl: 60 * SECOND,
        renewable: true,
        increment: 30 * SECOND,
        issue_time: Some(Timestamp { seconds: 1_700_000_000, nanos: 0 }),
        max_ttl: 120 * SECOND,
    })
}

fn seen_lease() -> Value {
    json!({
        "ttl": 60, "max_ttl": 120, "renewable": true, "increment": 30, "issue_time": 1_700_000_000,
    })
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn chain(certificates: &[&'static str]) -> pb::CertificateChain {
    let certificates = certificates
        .iter()
        .map(|certificate| pb::Certificate { asn1_data: (*certificate).into() })
        .collect();
    pb::CertificateChain { certificates }
}

fn connection() -> pb::Connection {
    pb::Connection {
        remote_addr: "192.0.2.1".to_owned(),
        remote_port: 4321,
        proxied_certificates_raw: vec!["proxied".into()],
        peer_certificates_raw: vec!["peer".into()],
        connection_state: Some(pb::ConnectionState {
            version: 0x0304,
            handshake_complete: true,
            did_resume: true,
            cipher_suite: 0x1301,
            negotiated_protocol: "h2".to_owned(),
            negotiated_protocol_is_mutual: true,
            server_name: "bao.example.com".to_owned(),
            peer_certificates: Some(chain(&["leaf", "middle"])),
            verified_chains: vec![chain(&["leaf", "root"])],
            signed_certificate_timestamps: vec!["sct".into()],
            ocsp_response: "ocsp".into(),
            tls_unique: "unique".into(),
        }),
    }
}

fn auth() -> pb::Auth {
    let alias = |name: &str| Alias { name: name.to_owned(), ..Default::default() };
    pb::Auth {
        lease_options: lease(),
        internal_data: r#"{"user":"u"}"#.into(),
        display_name: "display".to_owned(),
        policies: texts(&["p1", "p2"]),
        metadata: owned(&[("meta", "data")]),
        client_token: "auth-token".to_owned(),
        accessor: "auth-accessor".to_owned(),
        period: 15 * SECOND,
        num_uses: 5,
        entity_id: "auth-entity".to_owned(),
        alias: Some(alias("alice")),
        group_aliases: vec![alias("group")],
        bound_cidrs: texts(&["10.0.0.0/8"]),
        token_policies: texts(&["p3"]),
        identity_policies: texts(&["p4"]),
        explicit_max_ttl: 90 * SECOND,
        token_type: 2,
        no_default_policy: true,
    }
}

#[tokio::test]
async fn every_field_of_a_request_arrives() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let sent = pb::Request {
        id: "id-1".to_owned(),
        replication_cluster: "cluster".to_owned(),
        operation: "update".to_owned(),
        path: "echo".to_owned(),
        data: r#"{"number":12345678901234567890,"text":"Grüße","nested":{"list":[1,null]}}"#.into(),
        secret: Some(pb::Secret {
            lease_options: lease(),
            internal_data: r#"{"role":"dev"}"#.into(),
            lease_id: "lease-1".to_owned(),
        }),
        auth: Some(auth()),
        headers: [("X-Header".to_owned(), pb::Header { header: texts(&["one", "two"]) })].into(),
        client_token: "token".to_owned(),
        client_token_accessor: "accessor".to_owned(),
        display_name: "name".to_owned(),
        mount_point: "wire/".to_owned(),
        mount_type: "wire".to_owned(),
        mount_accessor: "wire_1".to_owned(),
        wrap_info: Some(pb::RequestWrapInfo {
            ttl: 10 * SECOND,
            format: "jwt".to_owned(),
            seal_wrap: true,
        }),
        client_token_remaining_uses: 3,
        entity_id: "entity".to_owned(),
        policy_override: true,
        unauthenticated: true,
        connection: Some(connection()),
        requires_snapshot_id: "snapshot".to_owned(),
    };
    let expected = json!({
        "id": "id-1",
        "replication_cluster": "cluster",
        "operation": "update",
        "path": "echo",
        "data": { "number": 12_345_678_901_234_567_890_u64, "text": "Grüße",
                  "nested": { "list": [1, null] } },
        "secret": { "lease": seen_lease(), "internal_data": { "role": "dev" },
                    "lease_id": "lease-1" },
        "auth": {
            "lease": seen_lease(), "internal_data": { "user": "u" }, "display_name": "display",
            "policies": ["p1", "p2"], "metadata": { "meta": "data" },
            "client_token": "auth-token", "accessor": "auth-accessor", "period": 15,
            "num_uses": 5, "entity_id": "auth-entity", "alias": "alice",
            "group_aliases": ["group"], "bound_cidrs": ["10.0.0.0/8"],
            "token_policies": ["p3"], "identity_policies": ["p4"], "explicit_max_ttl": 90,
            "token_type": "Batch", "no_default_policy": true,
        },
        "headers": { "X-Header": ["one", "two"] },
        "client_token": "token",
        "client_token_accessor": "accessor",
        "display_name": "name",
        "mount_point": "wire/",
        "mount_type": "wire",
        "mount_accessor": "wire_1",
        "wrap": { "ttl": 10, "format": "jwt", "seal_wrap": true },
        "entity_id": "entity",
        "policy_override": true,
        "unauthenticated": true,
        "connection": {
            "remote_addr": "192.0.2.1",
            "remote_port": 4321,
            "proxied_certificates": ["proxied"],
            "peer_certificates": ["peer"],
            "tls": {
                "version": 0x0304,
                "handshake_complete": true,
                "did_resume": true,
                "cipher_suite": 0x1301,
                "negotiated_protocol": "h2",
                "server_name": "bao.example.com",
                "peer_certificates": ["leaf", "middle"],
                "verified_chains": [["leaf", "root"]],
                "signed_certificate_timestamps": ["sct"],
                "ocsp_response": "ocsp",
                "tls_unique": "unique",
            },
        },
        "requires_snapshot_id": "snapshot",
        "deadline_ms": null,
    });
    let seen = data_of(&mount.send(sent).await.unwrap());
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&seen[field], value, "{field}");
    }
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_request_without_anything_is_one_too() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    // Reads have `null` as their data, the server's own requests have none.
    for data in ["null", ""] {
        let sent = pb::Request {
            operation: "read".to_owned(),
            path: "echo".to_owned(),
            data: data.into(),
            ..Default::default()
        };
        let seen = data_of(&mount.send(sent).await.unwrap());
        for field in ["data", "secret", "auth", "wrap", "connection", "deadline_ms"] {
            assert_eq!(seen[field], Value::Null, "{field} of `{data}`");
        }
    }
}

#[tokio::test]
async fn every_operation_arrives_by_its_name() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    for operation in [
        "create",
        "read",
        "update",
        "patch",
        "delete",
        "list",
        "scan",
        "help",
        "header",
        "renew",
        "revoke",
        "rollback",
        "resolve-path",
    ] {
        let reply = mount.send(request(operation, "echo", &Value::Null)).await.unwrap();
        assert_eq!(data_of(&reply)["operation"], operation);
    }
    let reply = mount.send(request("recover", "echo", &Value::Null)).await.unwrap();
    assert_eq!(data_of(&reply)["operation"], "unknown");
}

#[tokio::test]
async fn data_that_are_not_json_are_the_callers_mistake() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    for data in [&b"{"[..], b"[1]", b"\"text\"", b"\xff\xfe", b"{\"a\":\"\xff\"}"] {
        let sent = pb::Request {
            operation: "read".to_owned(),
            path: "bytes".to_owned(),
            data: data.to_vec().into(),
            ..Default::default()
        };
        let reply = mount.send(sent).await.unwrap();
        assert!(reply.err.is_some(), "{data:?}: {reply:?}");
    }
    assert_eq!(mount.ask("bytes", &json!({ "a": 1 })).await, json!({ "a": 1 }));
}

#[tokio::test]
async fn a_call_without_a_request_is_refused() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let empty = mount.to(pb::HandleRequestArgs { storage_id: 0, request: None });
    let status = mount.backend.clone().handle_request(empty).await.unwrap_err();
    assert_eq!(status.code(), tonic::Code::InvalidArgument);
}

#[tokio::test]
async fn forty_megabytes_pass_both_ways() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let text = format!(r#"{{"blob":"{}"}}"#, "x".repeat(40 << 20));
    let sent = pb::Request {
        operation: "update".to_owned(),
        path: "bytes".to_owned(),
        data: text.clone().into(),
        ..Default::default()
    };
    let reply = mount.send(sent).await.unwrap();
    assert_eq!(reply.err, None);
    assert!(reply.response.unwrap().data == text.as_bytes(), "other bytes come back");
}

#[tokio::test]
async fn the_existence_check_has_three_answers_and_errors() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    for (path, found, exists, err) in [
        ("there", true, true, None),
        ("not-there", true, false, None),
        ("anything", false, false, None),
        ("wrong", false, false, Some((1, "the caller is wrong"))),
        ("panic", false, false, Some((2, "the handler panicked; see the plugin's log"))),
    ] {
        let args = pb::HandleExistenceCheckArgs {
            storage_id: 0,
            request: Some(Box::new(request("create", path, &json!({ "a": 1 })))),
        };
        let reply = mount.backend.clone().handle_existence_check(mount.to(args)).await;
        let reply = reply.unwrap().into_inner();
        assert_eq!((reply.check_found, reply.exists), (found, exists), "{path}");
        let seen = reply.err.as_ref().map(|err| (err.err_type, err.err_msg.as_str()));
        assert_eq!(seen, err, "{path}");
    }
}

#[tokio::test]
async fn an_invalidated_key_arrives() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let args = mount.to(pb::InvalidateKeyArgs { key: "role/dev".to_owned() });
    mount.backend.clone().invalidate_key(args).await.unwrap();
    assert_eq!(host.process.logged("invalidated").await["key"], "role/dev");
}
