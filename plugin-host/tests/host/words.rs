//! What is said of the server's own paths, said by a real server too.

use std::time::Duration;

use plugin_host::test::Mounted;
use plugin_host::{Answer, ApiRequest};
use plugin_runtime::Operation;
use serde_json::{Value, json};

use crate::leased::engine;
use crate::tutorial::example;

plugin_host::three_ways! {
    backend: |_mount| engine::engine(),
    binary: example("leased"),
    tests: mounts, tokens, wrapping, leases,
}

fn refusal(answer: &Answer) -> (u16, String) {
    (answer.status, answer.errors.join("; "))
}

fn names(data: &Value) -> Vec<&str> {
    data.as_object().unwrap().keys().map(String::as_str).collect()
}

async fn refused(mount: &Mounted, cases: impl IntoIterator<Item = (&str, Value, u16, &str)>) {
    for (path, data, status, words) in cases {
        let answer = mount.client().write(path, &data).await;
        assert_eq!(refusal(&answer), (status, words.to_owned()), "{path} {data}");
    }
}

async fn mounts(mount: Mounted) {
    let client = mount.client();
    let info = client.read("sys/mounts/mount").await.success().unwrap();
    let fields = [
        "accessor",
        "config",
        "description",
        "external_entropy_access",
        "local",
        "options",
        "plugin_version",
        "running_plugin_version",
        "running_sha256",
        "seal_wrap",
        "type",
        "uuid",
    ];
    assert_eq!(names(&info.data), fields);
    assert_eq!(
        names(&info.data["config"]),
        ["default_lease_ttl", "force_no_cache", "max_lease_ttl",]
    );
    let plugin = info.field("/type").as_str().unwrap();
    let all = client.read("sys/mounts").await.success().unwrap();
    assert_eq!(all.data["mount/"], info.data);

    let of = |plugin: &str| json!({ "type": plugin });
    let reload = "sys/plugins/reload/backend";
    let no_mount = "1 error occurred:\n\t* cannot fetch mount entry on \"no/\"\n\n";
    let unsupported = "1 error occurred:\n\t* unsupported operation\n\n";
    refused(
        &mount,
        [
            ("sys/mounts/mount", of(plugin), 400, "path is already in use at mount/"),
            ("sys/mounts/mount/sub", of(plugin), 400, "path is already in use at mount/"),
            ("sys/mounts/x", of("no"), 400, "plugin not found in the catalog: no"),
            ("sys/mounts/x", json!({}), 400, "backend type must be specified as a string"),
            ("sys/mounts/sys/x", of(plugin), 400, "cannot mount \"sys/x/\""),
            ("sys/mounts/auth/x", of(plugin), 400, "cannot mount \"auth/x/\""),
            ("sys/auth/token", of(plugin), 400, "path is already in use at token/"),
            ("sys/mounts", json!({}), 405, unsupported),
            (
                "sys/remount",
                json!({ "from": "no", "to": "x" }),
                400,
                "no matching mount at \"no/\"",
            ),
            (
                "sys/remount",
                json!({ "from": "mount", "to": "auth/q" }),
                400,
                "cannot remount to destination auth/q/",
            ),
            (
                "sys/remount",
                json!({ "from": "no" }),
                400,
                "both 'from' and 'to' path must be specified as a string",
            ),
            (reload, json!({}), 400, "plugin or mounts must be provided"),
            (reload, json!({ "plugin": "no" }), 400, "plugin not found in the catalog: \"no\""),
            (reload, json!({ "mounts": ["no/"] }), 400, no_mount),
            (
                "sys/mounts/no/tune",
                json!({ "description": "d" }),
                400,
                "tune of path \"no/\" failed: no mount entry found",
            ),
            (
                "sys/mounts/mount/tune",
                json!({ "plugin_version": "" }),
                400,
                "version \"\" is not a valid semantic version: malformed version: ",
            ),
        ],
    )
    .await;
    let missing = refusal(&client.read("sys/mounts/no").await);
    assert_eq!(missing, (400, "No secret engine mount at no/".to_owned()));

    let tuning = json!({
        "description": "d", "allowed_response_headers": ["X-B"], "default_lease_ttl": "1h",
        "passthrough_request_headers": "X-A,X-C", "max_lease_ttl": 7200,
    });
    assert_eq!(client.write("sys/mounts/mount/tune", &tuning).await.status, 204);
    let mut tuned = client.read("sys/mounts/mount/tune").await.success().unwrap().data;
    tuned.as_object_mut().unwrap().retain(|name, _| !matches!(name.as_str(), "plugin_version"));
    let expected = json!({
        "allowed_response_headers": ["X-B"], "default_lease_ttl": 3600, "description": "d",
        "force_no_cache": false, "max_lease_ttl": 7200,
        "passthrough_request_headers": ["X-A", "X-C"],
    });
    assert_eq!(tuned, expected);
    assert_eq!(client.disable_secrets("no").await.status, 204);
}

async fn tokens(mount: Mounted) {
    let client = mount.client();
    let body = json!({ "policies": ["root"], "ttl": "1h", "meta": { "k": "v" } });
    let made = client.write("auth/token/create", body).await.success().unwrap().auth.unwrap();
    assert_eq!(made.lease_duration, Duration::from_secs(3600));
    let found = client.with_token(&made.client_token).read("auth/token/lookup-self").await;
    let found = found.success().unwrap();
    let fields = [
        "accessor",
        "creation_time",
        "creation_ttl",
        "display_name",
        "entity_id",
        "expire_time",
        "explicit_max_ttl",
        "id",
        "issue_time",
        "meta",
        "num_uses",
        "orphan",
        "path",
        "policies",
        "renewable",
        "ttl",
        "type",
    ];
    assert_eq!(names(&found.data), fields);
    for (field, expected) in [
        ("/id", json!(made.client_token)),
        ("/creation_ttl", json!(3600)),
        ("/display_name", json!("token")),
        ("/meta", json!({ "k": "v" })),
        ("/policies", json!(["root"])),
        ("/path", json!("auth/token/create")),
        ("/type", json!("service")),
    ] {
        assert_eq!(*found.field(field), expected, "{field}");
    }
    let accessor = json!({ "accessor": made.accessor });
    let by_accessor = client.write("auth/token/lookup-accessor", &accessor).await;
    assert_eq!(by_accessor.success().unwrap().field("/id"), "");
    assert_eq!(client.write("auth/token/revoke-accessor", &accessor).await.status, 204);
    let token = json!({ "token": made.client_token });
    let invalid = "1 error occurred:\n\t* invalid accessor\n\n";
    refused(
        &mount,
        [
            ("auth/token/lookup", token.clone(), 403, "bad token"),
            ("auth/token/renew", token.clone(), 400, "token not found"),
            ("auth/token/revoke", json!({}), 400, "missing token ID"),
            ("auth/token/renew-self", json!({}), 400, "lease is not renewable"),
            ("auth/token/lookup-accessor", accessor.clone(), 400, invalid),
        ],
    )
    .await;
    assert_eq!(client.write("auth/token/revoke", token).await.status, 204, "once more");
    let again = client.write("auth/token/revoke-accessor", &accessor).await;
    let warnings = vec!["No token found with this accessor".to_owned()];
    assert_eq!((again.status, again.warnings), (200, warnings));
    for client in [client.with_token(made.client_token), client.without_token()] {
        let denied = refusal(&client.read("sys/mounts").await);
        assert_eq!(denied, (403, "permission denied".to_owned()));
    }
}

async fn wrapping(mount: Mounted) {
    let client = mount.client();
    let request = ApiRequest::new(Operation::Update, "sys/wrapping/wrap").data(json!({ "a": 1 }));
    let wrapped = client.request(request.wrapped(Duration::from_secs(60))).await;
    let wrap = wrapped.success().unwrap().wrap.unwrap();
    assert_eq!((wrap.ttl.as_secs(), wrap.creation_path.as_str()), (60, "sys/wrapping/wrap"));
    let token = json!({ "token": wrap.token });
    let found = client.write("sys/wrapping/lookup", &token).await.success().unwrap();
    let expected = json!({
        "creation_path": "sys/wrapping/wrap", "creation_time": wrap.creation_time,
        "creation_ttl": 60,
    });
    assert_eq!(found.data, expected);
    let unwrapped = client.write("sys/wrapping/unwrap", &token).await.success().unwrap();
    assert_eq!(unwrapped.data, json!({ "a": 1 }));
    let gone = "wrapping token is not valid or does not exist";
    refused(
        &mount,
        [
            ("sys/wrapping/lookup", token.clone(), 400, gone),
            ("sys/wrapping/unwrap", token, 400, gone),
            ("sys/wrapping/wrap", json!({}), 400, "endpoint requires response wrapping to be used"),
        ],
    )
    .await;
    // Any answer can be wrapped, those of the server's own paths too.
    let request = ApiRequest::new(Operation::Read, "sys/mounts/mount");
    let wrapped = client.request(request.wrapped(Duration::from_secs(60))).await;
    let holder = client.with_token(wrapped.success().unwrap().wrap.unwrap().token);
    let unwrapped = holder.write("sys/wrapping/unwrap", Value::Null).await.success().unwrap();
    assert_eq!(unwrapped.data, client.read("sys/mounts/mount").await.data);
}

async fn leases(mount: Mounted) {
    let url = json!({ "url": "https://tokens.example.com" });
    mount.write("config", url).await.success().unwrap();
    mount.write("role/dev", json!({ "user": "svc", "ttl": "1h" })).await.success().unwrap();
    let lease = mount.read("creds/dev").await.success().unwrap().lease.unwrap();
    let client = mount.client();
    let named = json!({ "lease_id": lease.id });
    let found = client.write("sys/leases/lookup", &named).await.success().unwrap();
    let fields = ["expire_time", "id", "issue_time", "last_renewal", "path", "renewable", "ttl"];
    assert_eq!(names(&found.data), fields);
    assert_eq!(*found.field("/path"), mount.at("creds/dev"));
    let listed = client.list("sys/leases/lookup/mount/creds").await;
    assert_eq!(listed.keys(), ["dev/"]);
    let listed = client.list("sys/leases/lookup/mount/creds/dev").await.keys();
    assert_eq!(listed, [lease.id.rsplit('/').next().unwrap()]);
    assert_eq!(client.list("sys/leases/lookup/no").await.status, 404);
    refused(
        &mount,
        [
            ("sys/leases/lookup", json!({ "lease_id": "no" }), 400, "invalid lease"),
            ("sys/leases/lookup", json!({}), 400, "lease_id must be specified"),
            ("sys/leases/renew", json!({ "lease_id": "no" }), 400, "lease not found"),
            ("sys/leases/renew", json!({}), 400, "lease_id must be specified"),
            ("sys/leases/revoke", json!({}), 400, "lease_id must be specified"),
            ("sys/leases/revoke", json!({ "lease_id": "no" }), 204, ""),
            ("sys/leases/revoke-prefix/no", json!({}), 204, ""),
        ],
    )
    .await;
    assert_eq!(
        client
            .write("sys/leases/revoke", json!({ "lease_id": lease.id, "sync": true }))
            .await
            .status,
        204
    );
    assert_eq!(mount.list("service").await.status, 404, "the token is gone");
}
