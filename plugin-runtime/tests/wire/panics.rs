//! A panic ends one call. The process, and its other mounts, continue.

use plugin_proto::pb;
use serde_json::{Value, json};

use crate::host::mount::request;
use crate::host::{Host, to_instance};

const TEXT: &str = "the handler panicked; see the plugin's log";

#[tokio::test]
async fn a_panic_is_an_internal_error_of_its_request_alone() {
    let mut host = Host::start().await;
    let mount = host.mount("mount").await;
    let other = host.mount("other").await;
    let slow_body = json!({ "milliseconds": 500 });
    let slow = other.ask("slow", &slow_body);
    let panics = async {
        for how in ["literal", "formatted", "payload"] {
            let sent = request("read", &format!("panic/{how}"), &json!({ "secret": "planted" }));
            let reply = mount.send(sent).await.unwrap();
            let err = reply.err.unwrap_or_else(|| panic!("{how}: no error"));
            assert_eq!((err.err_type, err.err_msg.as_str()), (2, TEXT), "{how}");
        }
    };
    let (slept, ()) = tokio::join!(slow, panics);
    assert_eq!(slept["slept"], 500);
    assert!(mount.read("echo").await.is_ok());
    assert!(host.process.is_alive());
}

#[tokio::test]
async fn the_log_has_a_panics_place_and_a_formatted_text_only_in_debug_builds() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    for (how, reason) in [
        ("literal", "a fixed text"),
        (
            "formatted",
            if cfg!(debug_assertions) {
                "cannot work with planted"
            } else {
                "withheld, as it may hold secrets"
            },
        ),
        ("payload", "withheld, as it may hold secrets"),
    ] {
        let before = host.process.stderr.so_far().len();
        let sent = request("read", &format!("panic/{how}"), &json!({ "secret": "planted" }));
        mount.send(sent).await.unwrap();
        let whole = |text: &str| text.len() > before && text.ends_with('\n');
        let log = host.process.stderr.until(whole, crate::host::PATIENCE).await.expect("a line");
        let lines: Vec<Value> =
            log[before..].lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let [line] = &lines[..] else { panic!("{how}: {lines:?}") };
        assert_eq!((&line["@level"], &line["@message"]), (&json!("error"), &json!("panic")));
        assert_eq!(line["reason"], reason, "{how}");
        let place = line["place"].as_str().unwrap();
        assert!(place.contains("wire_backend/"), "{how}: {place}");
        let secret_shown = log.contains("planted");
        assert_eq!(secret_shown, how != "literal" && cfg!(debug_assertions), "{how}");
    }
}

#[tokio::test]
async fn panics_outside_of_requests_are_caught_too() {
    let host = Host::start().await;
    let mount = host.mount_with("mount", &[("kind", "panic")]).await.unwrap();
    let mut backend = host.backend();
    let status = backend.r#type(to_instance("mount", pb::Empty {})).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (tonic::Code::Internal, TEXT));
    let args = pb::InvalidateKeyArgs { key: "panic".to_owned() };
    let status = backend.invalidate_key(mount.to(args)).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (tonic::Code::Internal, TEXT));
    assert!(mount.read("echo").await.is_ok());
}
