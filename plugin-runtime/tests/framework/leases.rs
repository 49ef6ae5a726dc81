//! Leases: which answers have one, and who renews and revokes them.

use std::time::Duration;

use plugin_runtime::framework::extract::Internal;
use plugin_runtime::framework::{
    Framework, FrameworkError, Leased, LeasedSecret, Revoked, SecretType, read,
};
use plugin_runtime::{Auth, Error, ErrorKind, Lease, Operation, Response, Result, Secret, Storage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::mount::{Mount, refusal, secret};

#[derive(Serialize, Deserialize)]
struct User {
    user: String,
}

impl LeasedSecret for User {
    const TYPE: &'static str = "user";
}

#[derive(Serialize, Deserialize)]
struct Fixed {}

impl LeasedSecret for Fixed {
    const TYPE: &'static str = "fixed";
}

#[derive(Serialize, JsonSchema)]
struct Visible {
    password: &'static str,
}

const VISIBLE: Visible = Visible { password: "p" };

async fn issue() -> Leased<User, Visible> {
    Leased::new(User { user: "svc".to_owned() }, VISIBLE)
}

async fn issue_for_a_minute() -> Leased<Fixed, Visible> {
    Leased::new(Fixed {}, VISIBLE).ttl(Duration::from_secs(60)).max_ttl(Duration::from_secs(90))
}

/// Something that no type shows: an answer that was put together from parts.
async fn issue_unknown() -> Result<Response> {
    Response::secret(secret(json!({ "secret_type": "unknown" }), Lease::default()), &VISIBLE)
}

async fn renew(Internal(user): Internal<User>, lease: Lease) -> Result<Lease> {
    match user.user.as_str() {
        "gone" => Err(Error::bad_request("the user is gone")),
        _ => Ok(Lease::of(lease.ttl + lease.increment)),
    }
}

async fn revoke(Internal(user): Internal<User>, storage: Storage) -> Result<Revoked> {
    let key = format!("revoked/{}", user.user);
    if storage.entry(&key).await?.is_some() {
        return Ok(Revoked::AlreadyGone);
    }
    storage.put(key, &true).await?;
    Ok(Revoked::Done)
}

async fn never() -> Result<()> {
    Err(Error::unrecoverable())
}

fn mount() -> Mount<()> {
    let user = SecretType::<_, User>::new(revoke).renew(renew);
    Mount::of(
        Framework::secrets(())
            .path("creds/dev", read(issue))
            .path("creds/fixed", read(issue_for_a_minute))
            .path("creds/unknown", read(issue_unknown))
            .secret(user.default_ttl(Duration::from_secs(30)))
            .secret(SecretType::<_, Fixed>::new(never)),
    )
}

fn user(name: &str, lease: Lease) -> Secret {
    secret(json!({ "secret_type": "user", "user": name }), lease)
}

#[tokio::test]
async fn an_answer_with_a_lease_is_completed_by_its_kind() {
    let mount = mount();
    for (path, ttl, max_ttl, renewable, internal) in [
        ("creds/dev", 30, 0, true, json!({ "secret_type": "user", "user": "svc" })),
        ("creds/fixed", 60, 90, false, json!({ "secret_type": "fixed" })),
    ] {
        let answer = mount.read(path).await.unwrap().unwrap();
        let secret = answer.leased_secret().unwrap();
        let lease = &secret.lease;
        let found = (lease.ttl.as_secs(), lease.max_ttl.as_secs(), lease.renewable);
        assert_eq!(found, (ttl, max_ttl, renewable), "{path}");
        assert_eq!(secret.internal_data.parse::<Value>().unwrap(), internal);
        assert_eq!(answer.data().parse::<Value>().unwrap(), json!({ "password": "p" }));
    }
    let (kind, text) = refusal(mount.read("creds/unknown").await);
    assert_eq!(kind, ErrorKind::Internal);
    assert!(text.contains("Framework::secret()"), "{text}");
}

#[tokio::test]
async fn a_renewal_answers_the_new_terms_and_keeps_what_the_plugin_needs() {
    let lease = Lease {
        ttl: Duration::from_secs(30),
        increment: Duration::from_secs(5),
        ..Lease::default()
    };
    let before = user("svc", lease);
    let answer = mount().lease(Operation::Renew, Some(before.clone())).await.unwrap().unwrap();
    let after = answer.leased_secret().unwrap();
    assert_eq!(after.lease.ttl, Duration::from_secs(35));
    assert!(after.lease.renewable);
    assert_eq!(after.internal_data, before.internal_data);
    assert!(answer.data().is_none(), "the caller's data stay");

    let gone = mount().lease(Operation::Renew, Some(user("gone", Lease::default()))).await;
    assert_eq!(refusal(gone), (ErrorKind::BadRequest, "the user is gone".to_owned()));
}

#[tokio::test]
async fn a_revocation_may_come_twice() {
    let mount = mount();
    for _ in 0..2 {
        let revoked = mount.lease(Operation::Revoke, Some(user("svc", Lease::default()))).await;
        assert_eq!(revoked.unwrap(), None);
    }
    assert_eq!(mount.storage.list("revoked/").await.unwrap(), ["svc"]);
    let fixed = secret(json!({ "secret_type": "fixed" }), Lease::default());
    let refused = mount.lease(Operation::Revoke, Some(fixed)).await;
    assert_eq!(refusal(refused).0, ErrorKind::Unrecoverable);
}

#[tokio::test]
async fn what_is_no_lease_of_this_backend_is_refused() {
    let mount = mount();
    let of = |internal: Value| Some(secret(internal, Lease::default()));
    let unsupported = "secret is unsupported by this backend";
    for (name, sent, text) in [
        ("no secret", None, "request has no secret"),
        ("no kind", of(json!({ "user": "svc" })), unsupported),
        ("no internal data", of(Value::Null), unsupported),
        ("a kind that is not text", of(json!({ "secret_type": 1 })), unsupported),
        ("a strange kind", of(json!({ "secret_type": "strange" })), unsupported),
        (
            "other internal data",
            of(json!({ "secret_type": "user" })),
            "internal data does not match",
        ),
    ] {
        for operation in [Operation::Renew, Operation::Revoke] {
            let (_, found) = refusal(mount.lease(operation, sent.clone()).await);
            assert_eq!(found, text, "{name} {operation}");
        }
    }
    let fixed = of(json!({ "secret_type": "fixed" }));
    let refused = refusal(mount.lease(Operation::Renew, fixed).await);
    assert_eq!(refused.0, ErrorKind::UnsupportedOperation, "a kind without renewal");
}

#[tokio::test]
async fn logins_are_renewed_only_where_that_was_declared() {
    async fn renew_login(Internal(user): Internal<User>) -> Auth {
        Auth { display_name: user.user, ..Auth::default() }
    }
    let internal_data = user("svc", Lease::default()).internal_data;
    let renew = |mount: &Mount<()>| {
        let mut request = mount.request(Operation::Renew, "login", Value::Null);
        request.auth = Some(Auth { internal_data: internal_data.clone(), ..Auth::default() });
        request
    };
    let without = Mount::of(Framework::auth(()));
    let refused = without.send_request(renew(&without)).await;
    let text = "this auth type doesn't support renew".to_owned();
    assert_eq!(refusal(refused), (ErrorKind::BadRequest, text));

    let with = Mount::of(Framework::auth(()).renew_login(renew_login));
    let answer: Response = with.send_request(renew(&with)).await.unwrap().unwrap();
    assert_eq!(answer.login().unwrap().display_name, "svc");
}

#[test]
fn two_kinds_of_one_name_are_refused() {
    let twice = Framework::secrets(())
        .secret(SecretType::<_, Fixed>::new(never))
        .secret(SecretType::<_, Fixed>::new(never))
        .build();
    assert!(matches!(twice, Err(FrameworkError::SecretType("fixed"))), "{twice:?}");
}
