//! The forms of an answer, as they are on the wire.

use plugin_proto::pb;
use prost_types::Timestamp;
use serde_json::{Value, json};

use crate::host::Host;
use crate::host::mount::{data_of, request};

const SECOND: i64 = 1_000_000_000;

/// Go's zero time: Go peers refuse a lease without an issue time.
const GO_ZERO_TIME: Timestamp = Timestamp { seconds: -62_135_596_800, nanos: 0 };

async fn answer(form: &str) -> pb::Response {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let reply = mount.read(&format!("response/{form}")).await.unwrap();
    assert_eq!(reply.err, None, "{form}");
    *reply.response.unwrap_or_else(|| panic!("{form}: no response"))
}

fn json_of(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|_| panic!("not JSON: {bytes:?}"))
}

#[tokio::test]
async fn data_is_always_json() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    for (form, expected) in [
        ("empty", json!(null)),
        ("keys", json!({ "keys": ["a", "b/"] })),
        ("no-keys", json!({})),
        ("warnings", json!({ "a": 1 })),
        ("headers", json!(null)),
        ("wrapped", json!(null)),
        ("redirect", json!(null)),
        ("role", json!({ "role": "dev" })),
        ("error", json!({ "error": "in words" })),
        (
            "raw",
            json!({
                "http_status_code": 418,
                "http_content_type": "text/plain",
                "http_raw_body": "c2hvcnQgYW5kIHN0b3V0",
                "http_raw_cache_control": "no-store",
            }),
        ),
        ("lease", json!({ "password": "p1" })),
        ("auth", json!(null)),
    ] {
        let reply = mount.read(&format!("response/{form}")).await.unwrap();
        assert_eq!(reply.err, None, "{form}");
        assert_eq!(data_of(&reply), expected, "{form}");
    }
}

#[tokio::test]
async fn nothing_to_say_is_no_response_at_all() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let reply = mount.read("nothing").await.unwrap();
    assert_eq!(reply, pb::HandleRequestReply::default());
}

#[tokio::test]
async fn warnings_headers_wrapping_and_redirects_have_fields_of_their_own() {
    assert_eq!(answer("warnings").await.warnings, ["careful", "really"]);
    assert_eq!(answer("headers").await.headers["X-One"].header, ["1", "2"]);
    let wrap = answer("wrapped").await.wrap_info.expect("a request to wrap");
    assert_eq!(wrap, pb::ResponseWrapInfo { ttl: 60 * SECOND, ..Default::default() });
    assert_eq!(answer("redirect").await.redirect, "https://example.com/");
}

#[tokio::test]
async fn a_leased_secret_has_its_terms_and_a_time_of_issue() {
    let secret = answer("lease").await.secret.expect("a secret");
    let lease = pb::LeaseOptions {
        ttl: 60 * SECOND,
        renewable: true,
        increment: 0,
        issue_time: Some(GO_ZERO_TIME),
        max_ttl: 120 * SECOND,
    };
    assert_eq!(secret.lease_options, Some(lease));
    assert_eq!(json_of(&secret.internal_data), json!({ "user": "u1" }));
    assert_eq!(secret.lease_id, "");
}

#[tokio::test]
async fn a_login_has_its_alias_its_policies_and_internal_data_that_are_json() {
    let auth = answer("auth").await.auth.expect("a login");
    assert_eq!(auth.alias.expect("an alias").name, "alice");
    assert_eq!(
        (auth.display_name.as_str(), &auth.policies[..]),
        ("alice", &["dev".to_owned()][..])
    );
    let lease = auth.lease_options.expect("terms");
    assert_eq!((lease.ttl, lease.issue_time), (60 * SECOND, Some(GO_ZERO_TIME)));
    assert_eq!(json_of(&auth.internal_data), Value::Null);
}

#[tokio::test]
async fn an_answer_that_a_server_would_misread_is_an_error() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    for (operation, path) in [
        ("read", "response/misread"),
        // Servers do not check the shape of these answers.
        ("resolve-role", "response/keys"),
        ("alias-lookahead", "response/lease"),
    ] {
        let reply = mount.send(request(operation, path, &Value::Null)).await.unwrap();
        assert_eq!(reply.response, None, "{operation} {path}");
        assert_eq!(reply.err.expect("an error").err_type, 2, "{operation} {path}");
    }
    for (operation, path) in
        [("resolve-role", "response/role"), ("alias-lookahead", "response/auth")]
    {
        let reply = mount.send(request(operation, path, &Value::Null)).await.unwrap();
        assert_eq!(reply.err, None, "{operation} {path}");
    }
}
