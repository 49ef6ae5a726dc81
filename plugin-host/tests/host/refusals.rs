//! What servers refuse before a plugin sees it, and what of a request reaches one.

use std::time::Duration;

use plugin_host::{Answer, ApiRequest, Client, Enable, Host, HostError};
use plugin_runtime::framework::extract::Internal;
use plugin_runtime::framework::{
    Framework, Leased, LeasedSecret, Revoked, SecretType, login, read,
};
use plugin_runtime::{
    Alias, Auth, BackendType, Error, Operation, Request, Response, Result, Storage,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::engine::error;

/// What is kept with a lease that can't be revoked.
#[derive(Serialize, Deserialize)]
struct Stuck {}

impl LeasedSecret for Stuck {
    const TYPE: &'static str = "stuck";
}

async fn issue() -> Result<Leased<Stuck, Value>> {
    Ok(Leased::new(Stuck {}, json!({ "secret": 1 })).ttl(Duration::from_secs(3600)))
}

async fn refuse(_: Internal<Stuck>) -> Result<Revoked> {
    Err(Error::bad_request("the other system refuses"))
}

/// What reached the plugin.
async fn echo(request: Request) -> Result<Response> {
    let data: Value = request.data.parse()?;
    Response::new(&json!({ "operation": request.operation.name(), "data": data }))
}

async fn put(request: Request, storage: Storage) -> Result<()> {
    #[derive(Deserialize)]
    struct Wish {
        key: String,
    }
    let Wish { key } = request.data.parse()?;
    storage.put(&*key, &1).await?;
    Ok(storage.delete(&key).await?)
}

async fn group_without_a_name() -> Result<Auth> {
    let mut auth = Auth::of(Alias::named("alice"));
    auth.group_aliases = vec![Alias::named("")];
    Ok(auth)
}

/// A host with a secrets engine at `m` and an auth method at `a`.
async fn host() -> (Host, Client) {
    let host = Host::new();
    host.register_backend(BackendType::Secrets, "engine", |_| {
        Framework::secrets(())
            .path("echo", read(echo).write(echo).delete(echo))
            .path("put", plugin_runtime::framework::write(put))
            .path("stuck", read(issue))
            .secret(SecretType::<_, Stuck>::new(refuse))
    });
    host.register_backend(BackendType::Auth, "method", |_| {
        Framework::auth(()).path("login", login(group_without_a_name))
    });
    host.enable(Enable::secrets("engine").at("m")).await.unwrap();
    host.enable(Enable::auth("method").at("a")).await.unwrap();
    let client = Client::of(&host);
    (host, client)
}

fn refusal(answer: &Answer) -> (u16, &str) {
    (answer.status, error(answer))
}

#[tokio::test]
async fn nothing_is_written_to_a_path_that_ends_in_a_slash() {
    let (_host, client) = host().await;
    let refused = (400, "cannot write to a path ending in '/'");
    for path in ["m/echo/", "m/", "no/", "auth/a/login/", "sys/mounts/x/", "auth/token/create/"] {
        for operation in [Operation::Update, Operation::Create, Operation::Patch] {
            let request = ApiRequest::new(operation, path).data(json!({ "a": 1 }));
            assert_eq!(refusal(&client.request(request.clone()).await), refused, "{path}");
            let anonymous = client.without_token().request(request).await;
            assert_eq!(refusal(&anonymous), refused, "{path}");
        }
        assert_ne!(client.read(path).await.errors, [refused.1], "{path}");
    }
}

#[tokio::test]
async fn a_path_is_printable() {
    let (_host, client) = host().await;
    for end in ["\t", "x\0y", "\n", "\u{7f}", "\u{a0}", "\u{202e}", "\u{feff}x"] {
        for path in [format!("m/{end}"), format!("no/{end}"), format!("sys/mounts/{end}")] {
            for operation in [Operation::Read, Operation::Update, Operation::List, Operation::Help]
            {
                let answer = client.request(ApiRequest::new(operation, path.as_str())).await;
                let nothing: [String; 0] = [];
                assert_eq!(
                    (answer.status, answer.errors.as_slice()),
                    (400, &nothing[..]),
                    "{path:?}"
                );
            }
        }
    }
    assert_eq!(client.read("m/ü x\"'\\").await.status, 404);
}

#[tokio::test]
async fn who_asks_for_an_unclean_path_is_sent_to_the_clean_one() {
    let (_host, client) = host().await;
    for (path, clean) in [
        ("m//echo", "/v1/m/echo"),
        ("m/./echo", "/v1/m/echo"),
        ("m/x/../echo", "/v1/m/echo"),
        ("m/..", "/v1/"),
        ("sys//mounts", "/v1/sys/mounts"),
        ("m/echo//", "/v1/m/echo/"),
        ("m//ü", "/v1/m/%C3%BC"),
    ] {
        for answer in [client.read(path).await, client.write(path, json!({ "a": 1 })).await] {
            assert_eq!((answer.status, answer.redirect.as_deref()), (307, Some(clean)), "{path}");
        }
    }
    let request = ApiRequest::new(Operation::Read, "m//echo").data(json!({ "a": ["x", "y z"] }));
    let answer = client.request(request).await;
    assert_eq!(answer.redirect.as_deref(), Some("/v1/m/echo?a=x&a=y%20z"));
    assert_eq!(refusal(&client.help("m/../x").await), (400, "relative paths not supported"));
}

#[tokio::test]
async fn a_body_is_an_object_or_none_at_all() {
    let (_host, client) = host().await;
    for (body, reaches) in [
        (Value::Null, Value::Null),
        (json!({}), json!({})),
        (json!({ "a": null }), json!({ "a": null })),
    ] {
        let answer = client.write("m/echo", &body).await.success().unwrap();
        assert_eq!(*answer.field("/data"), reaches, "{body}");
    }
    for (body, kind) in [(json!([1]), "array"), (json!("x"), "string"), (json!(1), "number")] {
        let words = format!(
            "failed to decode JSON input: json: cannot unmarshal {kind} into Go value of type \
             map[string]interface {{}}"
        );
        for path in ["m/echo", "sys/mounts/x", "auth/token/create"] {
            assert_eq!(refusal(&client.write(path, &body).await), (400, words.as_str()), "{body}");
        }
    }
    let many: serde_json::Map<_, _> = (0..600).map(|n| (n.to_string(), json!("v"))).collect();
    let words = "refused JSON input due to high complexity: exceeded maximum number of strings";
    assert_eq!(refusal(&client.write("m/echo", many).await), (400, words));
    let large = json!({ "a": "x".repeat(32 << 20) });
    assert_eq!(
        refusal(&client.write("m/echo", large).await),
        (413, "http: request body too large")
    );
}

#[tokio::test]
async fn a_query_is_text() {
    let (_host, client) = host().await;
    for (query, reaches) in [
        (json!({ "a": 1, "b": true, "c": null }), json!({ "a": "1", "b": "true", "c": "null" })),
        (json!({ "a": ["x"], "b": ["x", 1], "c": [] }), json!({ "a": "x", "b": ["x", "1"] })),
        (json!({ "a": { "b": 1 } }), json!({ "a": "{\"b\":1}" })),
        (json!({}), Value::Null),
        (json!([1]), Value::Null),
    ] {
        for operation in [Operation::Read, Operation::Delete] {
            let request = ApiRequest::new(operation, "m/echo").data(&query);
            let answer = client.request(request).await.success().unwrap();
            assert_eq!(*answer.field("/data"), reaches, "{query}");
        }
    }
    let asked = async |query: Value| {
        client.request(ApiRequest::new(Operation::Read, "m/echo").data(query)).await
    };
    assert_eq!(asked(json!({ "list": "true" })).await.status, 404, "a list of m/echo/");
    assert_eq!(asked(json!({ "list": "maybe" })).await.status, 400);
    assert_eq!(asked(json!({ "list": "1", "scan": "1" })).await.status, 400);
    assert!(asked(json!({ "help": "1" })).await.raw.is_some());
}

#[tokio::test]
async fn only_a_servers_own_requests_renew_revoke_and_roll_back() {
    let (_host, client) = host().await;
    let words = "cannot handle internal-only request operation";
    for operation in [
        Operation::Renew,
        Operation::Revoke,
        Operation::Rollback,
        Operation::ResolvePath,
        Operation::ResolveRole,
        Operation::AliasLookahead,
        Operation::Unknown,
    ] {
        let answer = client.request(ApiRequest::new(operation, "m/echo")).await;
        assert_eq!(refusal(&answer), (400, words), "{operation}");
    }
    let created =
        client.request(ApiRequest::new(Operation::Create, "m/echo").data(json!({}))).await;
    assert_eq!(*created.field("/operation"), "update", "whether it creates is found out");
}

#[tokio::test]
async fn an_answer_to_head_has_no_body() {
    let (_host, client) = host().await;
    for (path, status) in [("m/echo", 405), ("sys/mounts", 405), ("no/x", 404), ("m//x", 307)] {
        let answer = client.request(ApiRequest::new(Operation::Header, path)).await;
        assert_eq!((answer.status, answer.errors.len()), (status, 0), "{path}");
        assert!(answer.data.is_null() && answer.raw.is_none(), "{path}");
    }
}

#[tokio::test]
async fn a_mount_stays_while_a_lease_of_it_cannot_be_revoked() {
    let (host, client) = host().await;
    let lease = client.read("m/stuck").await.success().unwrap().lease.unwrap();
    for _ in 0..2 {
        let refused = client.disable_secrets("m").await;
        assert_eq!(refused.status, 400);
        let words = format!("failed to revoke {:?} (1 / 1): failed to revoke entry: ", lease.id);
        assert!(error(&refused).starts_with(&words), "{refused:?}");
        assert!(error(&refused).ends_with("the other system refuses"), "{refused:?}");
    }
    assert!(matches!(host.disable("m").await, Err(HostError::Revoke(_))));
    assert!(host.lease(&lease.id).is_some());
    assert_eq!(client.read("sys/mounts/m").await.status, 200);
    let gone = client.read("m/echo").await;
    assert_eq!(gone.status, 404);
    assert!(error(&gone).ends_with("is tainted."), "{gone:?}");
    let renewed = client.renew(&lease.id, Duration::ZERO).await;
    assert_eq!(renewed.status, 400, "{renewed:?}");
    assert!(matches!(host.move_mount("m", "n").await, Err(HostError::Revoke(_))));
    assert_eq!(client.write("sys/leases/revoke-force/m", json!({})).await.status, 204);
    assert_eq!(client.disable_secrets("m").await.status, 204);
    assert!(host.lease(&lease.id).is_none());
    assert_eq!(client.read("sys/mounts/m").await.status, 400);
}

#[tokio::test]
async fn an_option_version_is_for_kv_alone() {
    let (host, client) = host().await;
    for (path, plugin, words) in [
        ("sys/mounts/x", "engine", "secrets engine \"engine\" does not allow setting a version"),
        ("sys/auth/x", "method", "auth method \"method\" does not allow setting a version"),
        ("sys/mounts/x", "none", "secrets engine \"none\" does not allow setting a version"),
    ] {
        let wanted = json!({ "type": plugin, "options": { "version": "2" } });
        assert_eq!(refusal(&client.write(path, wanted).await), (400, words));
    }
    let enabled = host.enable(Enable::secrets("engine").at("x").option("version", "1")).await;
    assert!(matches!(enabled, Err(HostError::VersionOption { .. })), "{enabled:?}");
    host.enable(Enable::secrets("engine").at("x").option("version", "")).await.unwrap();
    host.register_backend(BackendType::Secrets, "kv", |_| {
        Framework::secrets(()).path("echo", read(echo))
    });
    host.enable(Enable::secrets("kv").option("version", "2")).await.unwrap();
}

#[tokio::test]
async fn keys_in_storage_are_printable() {
    let (host, client) = host().await;
    for key in ["\0", "a\tb", "\u{7f}", "x/\u{202e}", "\u{a0}"] {
        let refused = client.write("m/put", json!({ "key": key })).await;
        assert_eq!(refused.status, 500, "{key:?}");
        assert!(error(&refused).contains("key contains non-printable characters"), "{refused:?}");
    }
    for key in ["ü", "a b", "日本"] {
        assert_eq!(client.write("m/put", json!({ "key": key })).await.status, 204, "{key:?}");
    }
    assert!(host.storage("m").unwrap().list("").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_group_has_a_name() {
    let (_host, client) = host().await;
    let answer = client.login("auth/a/login", json!({})).await;
    assert_eq!(refusal(&answer), (500, "missing alias name"));
}

#[tokio::test]
async fn a_token_ends_with_the_one_it_was_made_with() {
    let (_host, client) = host().await;
    let create = async |client: &Client, path: &str| {
        let wanted = json!({ "policies": ["root"], "ttl": "1h" });
        client.write(path, wanted).await.success().unwrap().auth.unwrap().client_token
    };
    let parent = create(&client, "auth/token/create").await;
    let holder = client.with_token(&parent);
    let child = create(&holder, "auth/token/create").await;
    let grandchild = create(&client.with_token(&child), "auth/token/create").await;
    let orphan = create(&holder, "auth/token/create-orphan").await;
    let endless = holder.write("auth/token/create", json!({ "policies": ["root"] })).await;
    let words = "expiring root tokens cannot create non-expiring root tokens";
    assert_eq!(refusal(&endless), (400, words));
    assert_eq!(client.write("auth/token/revoke", json!({ "token": parent })).await.status, 204);
    for (token, status) in [(&parent, 403), (&child, 403), (&grandchild, 403), (&orphan, 200)] {
        let answer = client.with_token(token).read("auth/token/lookup-self").await;
        assert_eq!(answer.status, status);
    }
}
