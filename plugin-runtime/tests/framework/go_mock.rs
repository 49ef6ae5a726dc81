//! The Go SDK's mock backend, except for its calls to a server.

use plugin_runtime::{Backend, BackendType, ErrorKind, Initialize, Operation, StatusCode};
use serde_json::{Value, json};

use crate::mount::{Mount, data, refusal};

#[path = "../plugins/go_mock.rs"]
#[allow(dead_code, reason = "a test has a main function of its own")]
mod example;

fn mount() -> Mount<example::Mock> {
    Mount::of(example::backend(plugin_runtime::Mount::default(), false))
}

#[test]
fn it_is_a_secrets_engine_or_an_auth_method() {
    for (auth, kind) in [(false, BackendType::Secrets), (true, BackendType::Auth)] {
        let backend = example::backend(plugin_runtime::Mount::default(), auth).build().unwrap();
        assert_eq!(backend.kind(), kind);
        assert_eq!(backend.special_paths().unauthenticated, ["special"]);
    }
}

#[tokio::test]
async fn each_kind_of_error_has_its_number() {
    let mount = mount();
    for (number, kind) in [
        (0, ErrorKind::Unknown),
        (1, ErrorKind::User),
        (2, ErrorKind::Internal),
        (3, ErrorKind::Coded(StatusCode::FORBIDDEN)),
        (4, ErrorKind::BadRequest),
        (5, ErrorKind::UnsupportedOperation),
        (6, ErrorKind::UnsupportedPath),
        (7, ErrorKind::InvalidRequest),
        (8, ErrorKind::PermissionDenied),
        (9, ErrorKind::MultiAuthzPending),
    ] {
        for operation in [Operation::Create, Operation::Update] {
            let body = json!({ "err_type": number });
            let (found, text) = refusal(mount.send(operation, "errors/type", body).await);
            assert_eq!(found, kind, "{number}");
            assert_eq!(text == "test", number < 5, "{number}: {text}");
        }
    }
    let shut_down = (ErrorKind::Unknown, "connection is shut down".to_owned());
    assert_eq!(refusal(mount.read("errors/rpc").await), shut_down);
    assert_eq!(refusal(mount.write("errors/type", Value::Null).await), shut_down);
}

#[tokio::test]
async fn the_store_keeps_values_by_path() {
    let mount = mount();
    let write = mount.request(Operation::Update, "kv/a", json!({ "value": "one", "version": "3" }));
    assert_eq!(mount.backend.exists(&write).await.unwrap(), Some(false));
    let written = mount.send_request(write.clone()).await.unwrap().unwrap();
    assert_eq!(data(&written), json!({ "value": "one" }));
    assert_eq!(mount.backend.exists(&write).await.unwrap(), Some(true));
    assert_eq!(&*mount.storage.entry("kv/a").await.unwrap().unwrap().value, b"one");
    for (body, version) in [(Value::Null, 0), (json!({ "version": "7" }), 7)] {
        let read = mount.send(Operation::Read, "kv/a", body).await.unwrap().unwrap();
        assert_eq!(data(&read), json!({ "value": "one", "version": version }));
    }
    assert_eq!(mount.list("kv/").await, ["a"]);
    mount.delete("kv/a").await.unwrap();
    assert_eq!(mount.read("kv/a").await.unwrap(), None);
}

#[tokio::test]
async fn the_value_in_memory_is_emptied_by_an_invalidation() {
    let mount = mount();
    let value = async || data(&mount.read("internal").await.unwrap().unwrap())["value"].clone();
    assert_eq!(value().await, "bar");
    assert_eq!(mount.write("internal", json!({ "value": "other" })).await.unwrap(), None);
    mount.backend.invalidate("else").await;
    assert_eq!(value().await, "other");
    mount.backend.invalidate("internal").await;
    assert_eq!(value().await, "");
}

#[tokio::test]
async fn the_rest_answers_what_suites_ask_for() {
    let mount = mount();
    let read = async |path: &str| data(&mount.read(path).await.unwrap().unwrap());
    assert_eq!(read("special").await, json!({ "data": "foo" }));
    let path = std::env::var("PATH").unwrap();
    assert_eq!(read("env/PATH").await, json!({ "key": path, "PATH": path }));
    assert_eq!(read("init-req").await, json!({}));
    mount.backend.initialize(Initialize::new(mount.storage.clone())).await.unwrap();
    let told = read("init-req").await;
    for field in
        ["mount_point", "mount_type", "mount_accessor", "backend_uuid", "mount_running_version"]
    {
        assert_eq!(told[field], "", "{field}");
    }
}

#[tokio::test]
async fn rotation_fields_are_checked_and_kept() {
    let mount = mount();
    for (body, reason) in [
        (
            json!({ "rotation_schedule": "* * * * *", "rotation_period": 1 }),
            "mutually exclusive fields",
        ),
        (json!({ "rotation_window": 1, "rotation_period": 1 }), "rotation_window does not apply"),
        (json!({ "rotation_window": 1 }), "cannot use rotation_window without"),
        (json!({ "rotation_period": "1h" }), "error registering rotation job"),
    ] {
        let (kind, text) = refusal(mount.write("config", body).await);
        assert_eq!(kind, ErrorKind::BadRequest);
        assert!(text.starts_with(reason), "{text}");
    }
    assert_eq!(mount.read("config").await.unwrap(), None);
    let body = json!({ "disable_automated_rotation": "true", "rotation_period": "1h" });
    mount.write("config", body).await.unwrap();
    let config = data(&mount.read("config").await.unwrap().unwrap());
    let expected = json!({
        "rotation_schedule": "",
        "rotation_window": 0,
        "rotation_period": 3600,
        "disable_automated_rotation": true,
    });
    assert_eq!(config, expected);
}
