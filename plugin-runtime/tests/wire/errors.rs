//! Errors by their numbers, which decide the HTTP status that the server answers with.

use serde_json::json;

use crate::host::Host;
use crate::host::mount::{data_of, request};

/// Kind, number, text and status.
const KINDS: [(&str, u32, &str, i64); 10] = [
    ("unknown", 0, "a plain text", 0),
    ("user", 1, "the user's mistake", 0),
    ("internal", 2, "the backend's mistake", 0),
    ("coded", 3, "a conflict", 409),
    ("unsupported-operation", 5, "unsupported operation", 0),
    ("unsupported-path", 6, "unsupported path", 0),
    ("invalid-request", 7, "invalid request", 0),
    ("permission-denied", 8, "permission denied", 0),
    ("multi-authz-pending", 9, "request needs further approval", 0),
    ("unrecoverable", 10, "unrecoverable error", 0),
];

#[tokio::test]
async fn each_kind_has_its_number_its_text_and_its_status() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    for (kind, number, text, code) in KINDS {
        let reply = mount.read(&format!("error/{kind}")).await.unwrap();
        let err = reply.err.unwrap_or_else(|| panic!("{kind}: no error"));
        assert_eq!(
            (err.err_type, err.err_msg.as_str(), err.err_code),
            (number, text, code),
            "{kind}"
        );
        assert_eq!(reply.response, None, "{kind}");
    }
}

#[tokio::test]
async fn a_rollback_on_an_unknown_path_is_an_unknown_operation() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let reply = mount.send(request("rollback", "", &json!({}))).await.unwrap();
    assert_eq!(reply.err.map(|err| err.err_type), Some(5));
    assert_eq!(reply.response, None);
}

#[tokio::test]
async fn a_bad_request_is_an_error_response() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let reply = mount.read("error/bad-request").await.unwrap();
    assert_eq!(reply.err, None);
    assert_eq!(data_of(&reply), json!({ "error": "a bad request" }));
}

#[tokio::test]
async fn an_explanation_travels_as_text_and_where_the_text_is_dropped_as_a_response_too() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    for (kind, number, _, _) in KINDS {
        let explained = json!({ "explained": "in more words" });
        let sent = request("read", &format!("error/{kind}"), &explained);
        let reply = mount.send(sent).await.unwrap();
        let err = reply.err.clone().unwrap_or_else(|| panic!("{kind}: no error"));
        assert_eq!((err.err_type, err.err_msg.as_str()), (number, "in more words"), "{kind}");
        // Servers drop the text of the kinds from 5 on.
        if number >= 5 {
            assert_eq!(data_of(&reply), json!({ "error": "in more words" }), "{kind}");
        } else {
            assert_eq!(reply.response, None, "{kind}");
        }
    }
}

#[tokio::test]
async fn no_error_has_an_empty_text() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let reply = mount.read("error/empty").await.unwrap();
    assert_eq!(reply.err.unwrap().err_msg, "unknown error");
}

#[tokio::test]
async fn what_caused_an_error_is_for_the_log_alone() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let reply = mount.read("error/caused").await.unwrap();
    assert_eq!(reply.err.as_ref().unwrap().err_msg, "what the caller sees");
    assert!(!format!("{reply:?}").contains("what only the log sees"));
    let line = host.process.logged("what only the log sees").await;
    assert_eq!(line["error"], "what the caller sees: what only the log sees");
    assert_eq!((&line["@level"], &line["operation"]), (&json!("warn"), &json!("read")));
}
