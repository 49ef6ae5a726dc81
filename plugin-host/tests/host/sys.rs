//! The paths that are the server's own, through a client.

use plugin_host::{Answer, ApiRequest, Checksum, Client, Host};
use plugin_runtime::framework::extract::Fields;
use plugin_runtime::framework::{Framework, read};
use plugin_runtime::{BackendType, Error, Operation};
use serde_json::{Value, json};

use crate::tutorial::example;

async fn nothing() -> plugin_runtime::Result<()> {
    Ok(())
}

fn host() -> (Host, Client) {
    let host = Host::new();
    host.register_backend(BackendType::Secrets, "engine", |mount| {
        let options = move || std::future::ready(Ok::<_, Error>(Fields(mount.options.clone())));
        Framework::secrets(()).path("x", read(nothing)).path("options", read(options))
    });
    host.register_backend(BackendType::Auth, "method", |_mount| {
        Framework::auth(()).path("x", read(nothing))
    });
    let client = Client::of(&host);
    (host, client)
}

fn refusal(answer: Answer) -> (u16, String) {
    (answer.status, answer.errors.join("; "))
}

fn bad(text: &str) -> (u16, String) {
    (400, text.to_owned())
}

#[tokio::test]
async fn mounts_are_made_shown_and_taken_away() {
    let (_host, client) = host();
    let wanted = json!({
        "type": "engine", "description": "d", "options": { "a": "b" },
        "config": { "passthrough_request_headers": "X-A,X-B", "max_lease_ttl": "2h" },
    });
    assert_eq!(client.write("sys/mounts/one", wanted).await.status, 204);
    assert_eq!(client.enable_auth("two", "method").await.status, 204);
    let one = client.read("sys/mounts/one").await.success().unwrap();
    assert_eq!(one.field("/type"), "engine");
    assert_eq!(one.field("/description"), "d");
    assert_eq!(one.field("/options"), &json!({ "a": "b" }));
    let config = json!({
        "default_lease_ttl": 0, "force_no_cache": false, "max_lease_ttl": 7200,
        "passthrough_request_headers": ["X-A", "X-B"],
    });
    assert_eq!(one.field("/config"), &config);
    let all = client.read("sys/mounts").await.success().unwrap();
    assert_eq!(all.data, json!({ "one/": one.data }));
    let auth = client.read("sys/auth").await.success().unwrap();
    let names: Vec<_> = auth.data.as_object().unwrap().keys().collect();
    assert_eq!(names, ["two/"]);
    assert_eq!(auth.data["two/"]["config"]["token_type"], "default-service");
    for _ in 0..2 {
        assert_eq!(
            client.disable_secrets("one").await.status,
            204,
            "disabling an empty path succeeds"
        );
        assert_eq!(client.disable_auth("two").await.status, 204);
    }
    assert_eq!(refusal(client.read("sys/mounts/one").await), bad("No secret engine mount at one/"));
    assert_eq!(refusal(client.read("sys/auth/two").await), bad("No auth engine at two/"));
}

#[tokio::test]
async fn an_auth_method_that_can_t_be_is_refused_without_its_prefix() {
    let (_host, client) = host();
    client.enable_auth("am", "method").await.success().unwrap();
    let wrong = json!({ "type": "method", "config": { "token_type": "wrong" } });
    for (path, data, words) in [
        ("sys/auth/am", json!({ "type": "method" }), "path is already in use at am/"),
        ("sys/auth/x", wrong, "invalid value for 'token_type'"),
        ("sys/auth/no/tune", json!({}), "tune of path \"auth/no/\" failed: no mount entry found"),
        (
            "sys/auth/am/tune",
            json!({ "plugin_version": "v9.9.9" }),
            "plugin not found in the catalog: method, version=v9.9.9",
        ),
    ] {
        assert_eq!(refusal(client.write(path, &data).await), bad(words), "{path} {data}");
    }
    let words = "cannot fetch sysview for path \"auth/no/\"";
    assert_eq!(refusal(client.read("sys/auth/no/tune").await), bad(words));
}

#[tokio::test]
async fn options_are_merged_and_reach_the_plugin_with_a_reload() {
    let (_host, client) = host();
    let wanted = json!({ "type": "engine", "options": { "a": "1", "b": "2" } });
    client.write("sys/mounts/kv", wanted).await.success().unwrap();
    let tuning = json!({ "options": { "b": "", "c": "3" } });
    client.write("sys/mounts/kv/tune", tuning).await.success().unwrap();
    let tuned = client.read("sys/mounts/kv/tune").await.success().unwrap();
    assert_eq!(tuned.field("/options"), &json!({ "a": "1", "c": "3" }));
    for data in [json!({ "plugin": "engine" }), json!({ "mounts": ["kv/"] })] {
        let reloaded = client.write("sys/plugins/reload/backend", data).await;
        assert!(reloaded.success().unwrap().field("/reload_id").is_string());
    }
    assert_eq!(client.read("kv/options").await.data, json!({ "a": "1", "c": "3" }));
}

#[tokio::test]
async fn a_mount_moves_with_its_answer() {
    let (_host, client) = host();
    client.enable_secrets("kv", "engine").await.success().unwrap();
    let moved = client.write("sys/remount", json!({ "from": "kv", "to": "kw" })).await;
    assert!(moved.success().unwrap().field("/migration_id").is_string());
    assert_eq!(client.read("kw/x").await.status, 404);
    assert!(client.read("kv/x").await.errors[0].contains("no handler for route"));
}

#[tokio::test]
async fn plugins_come_into_the_catalog_and_leave_it() {
    let file = example("wire_backend");
    let host = Host::builder().plugin_directory(file.parent().unwrap()).build();
    let client = Client::of(&host);
    let sha256 = Checksum::of_file(&file).unwrap().to_string();
    let path = "sys/plugins/catalog/secret/mine";
    let wanted = json!({ "sha256": sha256, "command": "wire_backend", "env": ["A=1"] });
    assert_eq!(client.write(path, wanted).await.status, 204);
    assert_eq!(client.list("sys/plugins/catalog/secret").await.keys(), ["mine"]);
    let all = client.read("sys/plugins/catalog").await.success().unwrap();
    assert_eq!(all.field("/secret"), &json!(["mine"]));
    let version = all.field("/detailed/0/version").as_str().unwrap().to_owned();
    let query = ApiRequest::new(Operation::Read, path).data(json!({ "version": version }));
    let known = client.request(query).await.success().unwrap();
    let expected = json!({
        "args": [], "builtin": false, "command": "wire_backend", "declarative": false,
        "name": "mine", "oci": false, "sha256": sha256, "version": version,
    });
    assert_eq!(known.data, expected);
    client.enable_secrets("kv", "mine").await.success().unwrap();
    let mount = client.read("sys/mounts/kv").await.success().unwrap();
    assert_eq!(mount.field("/running_sha256"), sha256.as_str());
    assert_eq!(mount.field("/plugin_version"), version.as_str(), "the choice is noted");

    for (data, expected) in [
        (json!({ "command": "x" }), bad("missing SHA-256 value")),
        (json!({ "sha256": "zz" }), bad("missing command value")),
        (json!({ "sha256": "zz", "command": "x" }), bad("Could not decode SHA-256 value from Hex")),
        (
            json!({ "sha256": sha256, "command": "wire_backend", "version": "abc" }),
            bad("version \"abc\" is not a valid semantic version: malformed version: abc"),
        ),
    ] {
        assert_eq!(refusal(client.write(path, &data).await), expected, "{data}");
    }
    let elsewhere = json!({ "sha256": sha256, "command": "../x" });
    assert_eq!(client.write(path, elsewhere).await.status, 500);
    let query = ApiRequest::new(Operation::Delete, path).data(json!({ "version": version }));
    for _ in 0..2 {
        assert_eq!(client.request(query.clone()).await.status, 204);
    }
    assert_eq!(client.list("sys/plugins/catalog/secret").await.status, 404);
}

#[tokio::test]
async fn a_token_for_one_use_is_gone_after_it() {
    let (_host, client) = host();
    let made = client.write("auth/token/create", json!({ "num_uses": 1 })).await;
    let holder = client.with_token(made.success().unwrap().auth.unwrap().client_token);
    assert_eq!(holder.read("sys/mounts").await.status, 200);
    assert_eq!(holder.read("sys/mounts").await.status, 403);
}

#[tokio::test]
async fn a_sealed_host_says_so_and_little_else() {
    let (_host, client) = host();
    let stranger = client.without_token();
    let status = async || {
        let raw = stranger.read("sys/seal-status").await.success().unwrap().raw.unwrap();
        let status: Value = serde_json::from_slice(&raw.body).unwrap();
        (status["sealed"].clone(), stranger.read("sys/health").await.status)
    };
    assert_eq!(status().await, (json!(false), 200));
    assert_eq!(stranger.write("sys/seal", Value::Null).await.status, 403);
    assert_eq!(client.write("sys/seal", Value::Null).await.status, 204);
    assert_eq!(status().await, (json!(true), 503));
    let sealed = (503, "Vault is sealed".to_owned());
    assert_eq!(refusal(client.read("sys/mounts").await), sealed);
    assert_eq!(refusal(client.read("kv/x").await), sealed);
    assert_eq!(stranger.write("sys/unseal", json!({ "key": "x" })).await.status, 200);
    assert_eq!(status().await, (json!(false), 200));
}

#[tokio::test]
async fn a_path_that_this_host_does_not_have_says_what_it_has() {
    let (_host, client) = host();
    for path in ["sys/policies/acl/x", "sys/leases/count", "sys/wrapping/pubkey", "auth/token/x"] {
        let answer = client.write(path, json!({})).await;
        assert_eq!(answer.status, 404, "{path}");
        let words = format!("this host has no `{path}`: of a server's own paths it has ");
        assert!(answer.errors[0].starts_with(&words), "{answer:?}");
        assert!(answer.errors[0].contains("sys/plugins/catalog"), "{answer:?}");
    }
}
