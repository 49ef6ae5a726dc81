//! The Go SDK's mock backend, as the example `go_mock`, path by path.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::{Answer, ApiRequest, BlockingClient};
use plugin_runtime::Operation;
use serde_json::{Value, json};

use crate::example::Example;
use crate::on_every_server;

on_every_server!(
    each_kind_of_error_has_its_status,
    values_are_kept_by_path,
    other_paths_answer_what_suites_ask_for,
    what_looks_like_a_lost_connection_has_the_plugin_reloaded,
    an_argument_makes_it_an_auth_method_and_a_variable_its_version[CatalogVersions],
);

fn engine(binary: &ServerBinary) -> Result<(Example, BlockingClient)> {
    let example = Example::start(binary, "go_mock")?;
    let api = example.api();
    api.enable_secrets("mock", "go_mock").success()?;
    Ok((example, api))
}

fn each_kind_of_error_has_its_status(binary: &ServerBinary) -> Result<()> {
    let (_example, api) = engine(binary)?;
    for (kind, status, text) in [
        (0, 500, "test"),
        (1, 500, "test"),
        (2, 500, "test"),
        (3, 403, "test"),
        (4, 400, "test"),
        (5, 405, "unsupported operation"),
        (6, 404, "unsupported path"),
        (7, 400, "invalid request"),
        (8, 403, "permission denied"),
        (9, 500, "request needs further approval"),
    ] {
        let answer = api.write("mock/errors/type", json!({ "err_type": kind }));
        assert_eq!(answer.status, status, "{kind}: {answer:?}");
        assert!(answer.error_text().contains(text), "{kind}: {answer:?}");
    }
    Ok(())
}

fn values_are_kept_by_path(binary: &ServerBinary) -> Result<()> {
    let (_example, api) = engine(binary)?;
    assert_eq!(api.read("mock/kv/a").status, 404);
    assert_eq!(api.list("mock/kv").status, 404);
    let body = json!({ "value": "one", "version": "3", "strange": 1 });
    let written = api.write("mock/kv/a", &body).success()?;
    assert_eq!(written.data, json!({ "value": "one" }));
    let warning = "Endpoint ignored these unrecognized parameters: [strange]";
    assert_eq!(written.warnings, [warning]);
    for (fields, version) in [(json!({}), 0), (json!({ "version": 7 }), 7)] {
        let expected = json!({ "value": "one", "version": version });
        let read = ApiRequest::new(Operation::Read, "mock/kv/a").data(&fields);
        assert_eq!(api.request(read).success()?.data, expected, "{fields}");
    }
    assert_eq!(api.list("mock/kv").success()?.keys(), ["a"]);
    assert_eq!(api.delete("mock/kv/a").status, 204);
    assert_eq!(api.read("mock/kv/a").status, 404);

    // A policy that allows no `create` shows that the existence check is asked.
    let policy = r#"path "mock/kv/*" { capabilities = ["update"] }"#;
    api.write("sys/policies/acl/update", json!({ "policy": policy })).success()?;
    let token = api.write("auth/token/create", json!({ "policies": ["update"] })).success()?;
    let updater = api.with_token(token.auth.context("no token")?.client_token);
    let body = json!({ "value": "two" });
    assert_eq!(updater.write("mock/kv/b", &body).status, 403);
    api.write("mock/kv/b", &body).success()?;
    updater.write("mock/kv/b", &body).success()?;
    Ok(())
}

fn other_paths_answer_what_suites_ask_for(binary: &ServerBinary) -> Result<()> {
    let (_example, api) = engine(binary)?;
    let stranger = api.without_token();
    assert_eq!(stranger.read("mock/special").success()?.data, json!({ "data": "foo" }));
    let raw = api.read("mock/raw");
    let body = raw.raw.context("a raw body")?.body;
    assert_eq!((raw.status, &body[..]), (200, &b"Response"[..]));

    let value = |api: &BlockingClient| -> Result<Value> {
        Ok(api.read("mock/internal").success()?.data["value"].clone())
    };
    assert_eq!(value(&api)?, "bar");
    assert_eq!(api.write("mock/internal", json!({ "value": "other" })).status, 204);
    assert_eq!(value(&api)?, "other");

    let home = api.read("mock/env/HOME").success()?;
    assert_eq!(home.data["key"], home.data["HOME"]);
    assert_ne!(home.data["key"], "");
    assert_eq!(api.read("mock/env/NOT_THERE").success()?.data["key"], "");

    let told = api.read("mock/init-req").success()?;
    // It is not the one of `sys/mounts`, which names the mount's storage.
    assert_eq!(told.data["backend_uuid"].as_str().map(str::len), Some(36), "a UUID");
    assert_eq!(told.data["mount_type"], "go_mock");

    let rotation = json!({ "rotation_period": "1h" });
    let refused = api.write("mock/config", &rotation);
    assert_eq!(refused.status, 400);
    assert!(refused.error_text().contains("error registering rotation job"), "{refused:?}");
    let off = json!({ "rotation_period": "1h", "disable_automated_rotation": true });
    assert_eq!(api.write("mock/config", &off).status, 204);
    assert_eq!(api.read("mock/config").success()?.data["rotation_period"], 3600);
    Ok(())
}

fn what_looks_like_a_lost_connection_has_the_plugin_reloaded(binary: &ServerBinary) -> Result<()> {
    let (example, api) = engine(binary)?;
    for path in ["mock/errors/rpc", "mock/errors/kill"] {
        api.write("mock/internal", json!({ "value": "other" })).success()?;
        let before = example.server.wait_for_plugins(1, Duration::from_secs(10))?;
        assert_eq!(api.read(path).status, 500, "{path}");
        let value = read_when_back(&api, "mock/internal")?;
        assert_eq!(value.data["value"], "bar", "{path}: a new process");
        let after = example.server.wait_for_plugins(1, Duration::from_secs(10))?;
        assert_ne!(before, after, "{path}");
    }
    Ok(())
}

/// Until the server has noticed the end of the process, some milliseconds, it asks the dead socket.
fn read_when_back(api: &BlockingClient, path: &str) -> Result<Answer> {
    let start = Instant::now();
    loop {
        let answer = api.read(path);
        if answer.is_success() || start.elapsed() > Duration::from_secs(10) {
            return Ok(answer.success()?);
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn an_argument_makes_it_an_auth_method_and_a_variable_its_version(
    binary: &ServerBinary,
) -> Result<()> {
    let (example, api) = engine(binary)?;
    let mounts = api.read("sys/mounts").success()?;
    assert_eq!(mounts.data["mock/"]["running_plugin_version"], "v0.0.0+mock");

    let plugin = json!({
        "command": "go_mock",
        "sha256": example.sha256("go_mock")?,
        "args": ["--strange", "--auth", "extra"],
        "env": ["TESTING_MOCK_VAULT_PLUGIN_VERSION=v1.2.3"],
    });
    api.write("sys/plugins/catalog/auth/mock-auth", &plugin).success()?;
    api.enable_auth("mock", "mock-auth").success()?;
    let mounts = api.read("sys/auth").success()?;
    assert_eq!(mounts.data["mock/"]["running_plugin_version"], "v1.2.3");
    let written = api.write("auth/mock/kv/a", json!({ "value": "one" })).success()?;
    assert_eq!(written.data, json!({ "value": "one" }));
    Ok(())
}
