//! The auth method as a client of a server sees it, wherever it is mounted.
#![allow(clippy::unwrap_used, reason = "what serves the tests is test code too")]

use std::time::Duration;

use plugin_host::test::Mounted;
use plugin_host::{Answer, AnswerAuth};
use plugin_runtime::TokenType;
use serde_json::{Value, json};

plugin_host::three_ways! {
    backend: |_mount| backend_auth_mock::auth_mock(),
    binary: env!("CARGO_BIN_EXE_backend-auth-mock"),
    tests:
        a_login_gives_what_the_tutorial_says,
        wrong_and_unknown_are_the_same_refusal,
        what_is_missing_is_named,
        users_are_made_shown_listed_and_deleted,
        a_changed_password_ends_renewals,
        the_mount_decides_on_the_kind_of_tokens,
}

async fn set_password(mount: &Mounted, name: &str, password: &str) {
    let answer = mount.write(&format!("user/{name}"), json!({ "password": password })).await;
    assert_eq!(answer.status, 204, "{answer:?}");
}

async fn try_login(mount: &Mounted, user: &str, password: &str) -> Answer {
    mount.login("login", json!({ "user": user, "password": password })).await
}

async fn login(mount: &Mounted, user: &str, password: &str) -> AnswerAuth {
    try_login(mount, user, password).await.success().unwrap().auth.unwrap()
}

async fn renew(mount: &Mounted, auth: &AnswerAuth) -> Answer {
    mount.with_token(&auth.client_token).client().write("auth/token/renew-self", json!({})).await
}

fn refusal(answer: Answer) -> (u16, String) {
    (answer.status, answer.errors.join("; "))
}

async fn a_login_gives_what_the_tutorial_says(mount: Mounted) {
    set_password(&mount, "bob", "correct").await;
    let auth = login(&mount, "bob", "correct").await;
    assert_eq!(auth.policies, ["default", "my-policy", "other-policy"]);
    assert_eq!(auth.metadata, [("user".to_owned(), "bob".to_owned())].into());
    assert_eq!((auth.lease_duration, auth.renewable), (Duration::from_secs(30), true));
    assert_eq!(auth.token_type, TokenType::Service);

    let holder = mount.client().with_token(&auth.client_token);
    let own = holder.read("auth/token/lookup-self").await.success().unwrap();
    assert_eq!(own.field("/display_name"), "mount-bob");
    assert_eq!(*own.field("/path"), mount.at("login"));
    assert_eq!(own.field("/meta"), &json!({ "user": "bob" }));
    let again = login(&mount, "bob", "correct").await;
    assert_ne!(again.client_token, auth.client_token);
    assert_eq!(again.entity_id, auth.entity_id, "one entity for each user");

    assert_eq!(holder.write("auth/token/revoke-self", Value::Null).await.status, 204);
    let gone = refusal(holder.read("auth/token/lookup-self").await);
    assert_eq!(gone, (403, "permission denied".to_owned()));
}

async fn wrong_and_unknown_are_the_same_refusal(mount: Mounted) {
    set_password(&mount, "bob", "correct").await;
    let denied = (403, "permission denied".to_owned());
    for (user, password) in
        [("bob", "wrong"), ("alice", "correct"), ("../user/bob", "correct"), ("bob/", "correct")]
    {
        assert_eq!(refusal(try_login(&mount, user, password).await), denied, "{user}");
    }
}

async fn what_is_missing_is_named(mount: Mounted) {
    let no_user = "user must be provided";
    let no_password = "password must be provided";
    for (path, data, expected) in [
        ("login", json!({}), no_user),
        ("login", json!({ "password": "p" }), no_user),
        ("login", json!({ "user": "", "password": "p" }), no_user),
        ("login", json!({ "user": "bob" }), no_password),
        ("login", json!({ "user": "bob", "password": "" }), no_password),
        ("user/bob", json!({}), no_password),
        ("user/bob", json!({ "password": "" }), no_password),
        ("user", json!({ "password": "p" }), "user name must be provided"),
    ] {
        let answer = match path {
            "login" => mount.login(path, &data).await,
            path => mount.write(path, &data).await,
        };
        assert_eq!(refusal(answer), (400, expected.to_owned()), "{path} {data}");
    }
}

async fn users_are_made_shown_listed_and_deleted(mount: Mounted) {
    assert_eq!(mount.read("user/bob").await.status, 404);
    for name in ["bob", "alice", "a.b-c"] {
        set_password(&mount, name, "correct").await;
    }
    let shown = mount.read("user/bob").await.success().unwrap();
    assert_eq!(shown.data, json!({ "name": "bob" }));
    assert_eq!(mount.list("users").await.keys(), ["a.b-c", "alice", "bob"]);
    for _ in 0..2 {
        assert_eq!(mount.delete("user/bob").await.status, 204);
    }
    assert_eq!(try_login(&mount, "bob", "correct").await.status, 403);
}

async fn a_changed_password_ends_renewals(mount: Mounted) {
    set_password(&mount, "bob", "correct").await;
    let auth = login(&mount, "bob", "correct").await;
    let renewed = renew(&mount, &auth).await.success().unwrap().auth.unwrap();
    assert_eq!(renewed.lease_duration, Duration::from_secs(30));
    assert_eq!(renewed.client_token, auth.client_token);
    set_password(&mount, "bob", "changed").await;
    let refused = renew(&mount, &auth).await;
    assert!(!refused.is_success() && refused.errors[0].contains("internal data does not match"));
    mount.delete("user/bob").await.success().unwrap();
    let refused = renew(&mount, &auth).await;
    let words = "user on the token could not be found";
    assert!(!refused.is_success() && refused.errors[0].contains(words), "{refused:?}");
}

async fn the_mount_decides_on_the_kind_of_tokens(mount: Mounted) {
    set_password(&mount, "bob", "correct").await;
    let tune = format!("sys/{}/tune", mount.path());
    mount.client().write(&tune, json!({ "token_type": "batch" })).await.success().unwrap();
    let tuned = mount.client().read(&tune).await.success().unwrap();
    assert_eq!(tuned.field("/token_type"), "batch");
    let auth = login(&mount, "bob", "correct").await;
    assert_eq!((auth.token_type, auth.renewable), (TokenType::Batch, false));
    let refused = refusal(renew(&mount, &auth).await);
    assert_eq!(refused, (400, "batch tokens cannot be renewed".to_owned()));
}
