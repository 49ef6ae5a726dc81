//! The auth mock: users, logins, and what happens to their tokens.

mod flood;
mod restarts;
mod shared_password;
mod starvation;

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::server::DevServer;
use plugin_host::{Answer, BlockingClient};
use serde_json::{Value, json};

use crate::on_every_server;
use crate::setting::{distribution, register_as};

on_every_server!(
    users_are_made_shown_listed_and_deleted,
    a_login_gives_a_token_with_policies_metadata_terms_and_alias,
    what_is_missing_or_wrong_is_refused_in_the_mocks_words,
    a_renewal_starts_the_terms_anew,
    a_changed_password_and_a_deleted_user_end_renewals,
    a_mount_can_be_tuned_to_batch_tokens,
);

const PACKAGE: &str = "backend-auth-mock";

/// What the plugin is registered as, and where it is mounted.
const NAME: &str = "auth-mock";

/// How long a token lives from its login or renewal on.
const TERM: Duration = Duration::from_secs(30);

/// What the mock notes about a login.
fn user(name: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("user".to_owned(), name.to_owned())])
}

/// A dev server with the auth mock mounted, and its API.
fn server(binary: &ServerBinary) -> Result<(DevServer, BlockingClient)> {
    let server = DevServer::start(&binary.path, Some(&distribution()?.plugin_directory), &[])?;
    let api = server.api();
    enable(&api)?;
    Ok((server, api))
}

/// Makes the auth mock known and mounts it.
fn enable(api: &BlockingClient) -> Result<()> {
    let plugin = distribution()?.plugin(PACKAGE)?;
    register_as(api, NAME, plugin)?;
    api.enable_auth(NAME, NAME).success()?;
    Ok(())
}

fn set_password(api: &BlockingClient, name: &str, password: &str) -> Result<()> {
    let answer = api.write(&format!("auth/{NAME}/user/{name}"), json!({ "password": password }));
    assert_eq!(answer.status, 204, "{answer:?}");
    Ok(())
}

/// A login, for which no token is sent.
fn login(api: &BlockingClient, fields: &Value) -> Answer {
    api.login(&format!("auth/{NAME}/login"), fields)
}

/// The API with the token of a login.
fn logged_in(api: &BlockingClient, name: &str, password: &str) -> Result<BlockingClient> {
    token_of(api, &login(api, &json!({ "user": name, "password": password })).success()?)
}

/// The API with the token that a login gave.
fn token_of(api: &BlockingClient, answer: &Answer) -> Result<BlockingClient> {
    let auth = answer.auth.as_ref().with_context(|| format!("no token: {answer:?}"))?;
    Ok(api.with_token(&auth.client_token))
}

fn renew(token: &BlockingClient) -> Answer {
    token.write("auth/token/renew-self", json!({}))
}

fn refusal(answer: &Answer) -> (u16, String) {
    (answer.status, answer.error_text())
}

fn users_are_made_shown_listed_and_deleted(binary: &ServerBinary) -> Result<()> {
    let (_server, api) = server(binary)?;
    assert_eq!(api.list("auth/auth-mock/users").status, 404, "no user yet");
    for name in ["bob", "alice"] {
        set_password(&api, name, "correct")?;
    }
    let shown = api.read("auth/auth-mock/user/bob").success()?;
    assert_eq!(shown.data, json!({ "name": "bob" }));
    assert_eq!(api.list("auth/auth-mock/users").success()?.keys(), ["alice", "bob"]);
    for _ in 0..2 {
        assert_eq!(api.delete("auth/auth-mock/user/bob").status, 204);
    }
    assert_eq!(api.read("auth/auth-mock/user/bob").status, 404);

    // A policy that allows to make users, and not to change them.
    let policy = r#"path "auth/auth-mock/user/*" { capabilities = ["create"] }"#;
    api.write("sys/policies/acl/maker", json!({ "policy": policy })).success()?;
    let made = api.write("auth/token/create", json!({ "policies": ["maker"] })).success()?;
    let maker = token_of(&api, &made)?;
    set_password(&maker, "carol", "correct")?;
    let again = maker.write("auth/auth-mock/user/carol", json!({ "password": "other" }));
    assert_eq!(again.status, 403, "she is there already: {again:?}");
    Ok(())
}

fn a_login_gives_a_token_with_policies_metadata_terms_and_alias(
    binary: &ServerBinary,
) -> Result<()> {
    let (_server, api) = server(binary)?;
    set_password(&api, "bob", "correct")?;
    let answer = login(&api, &json!({ "user": "bob", "password": "correct" })).success()?;
    let auth = answer.auth.context("no token")?;
    assert_eq!(auth.token_policies, ["default", "my-policy", "other-policy"]);
    assert_eq!(auth.metadata, user("bob"));
    assert_eq!((auth.lease_duration, auth.renewable), (TERM, true));

    let found = api.write("auth/token/lookup", json!({ "token": auth.client_token }));
    let found = found.success()?.data;
    assert_eq!(found["accessor"], auth.accessor.as_str());
    assert_eq!(found["policies"], json!(["default", "my-policy", "other-policy"]));
    assert_eq!(found["meta"], json!({ "user": "bob" }));
    assert_eq!((&found["creation_ttl"], &found["renewable"]), (&json!(30), &json!(true)));
    assert_eq!(found["display_name"], "auth-mock-bob");
    assert_eq!(found["path"], "auth/auth-mock/login");
    assert_eq!(found["type"], "service");
    let left = found["ttl"].as_u64();
    assert!(Some(20) < left && left <= Some(30), "{left:?}");
    assert_eq!((&found["explicit_max_ttl"], &found["num_uses"]), (&json!(0), &json!(0)));
    assert_eq!((&found["orphan"], &found["entity_id"]), (&json!(true), &json!(auth.entity_id)));

    let entity = found["entity_id"].as_str().unwrap_or_default();
    let entity = api.read(&format!("identity/entity/id/{entity}")).success()?;
    let alias = &entity.data["aliases"][0];
    assert_eq!((&alias["name"], &alias["mount_type"]), (&json!("bob"), &json!(NAME)));
    assert_eq!(alias["mount_path"], "auth/auth-mock/");
    let mounts = api.read("sys/auth").success()?;
    assert_eq!(alias["mount_accessor"], mounts.data["auth-mock/"]["accessor"]);
    let again = logged_in(&api, "bob", "correct")?.read("auth/token/lookup-self").success()?;
    assert_eq!(again.data["entity_id"], found["entity_id"], "it is the same bob");
    Ok(())
}

fn what_is_missing_or_wrong_is_refused_in_the_mocks_words(binary: &ServerBinary) -> Result<()> {
    let (_server, api) = server(binary)?;
    set_password(&api, "bob", "correct")?;
    for (fields, status, text) in [
        (json!({}), 400, "user must be provided"),
        (json!({ "password": "correct" }), 400, "user must be provided"),
        (json!({ "user": "bob" }), 400, "password must be provided"),
        (json!({ "user": "bob", "password": "wrong" }), 403, "permission denied"),
        (json!({ "user": "alice", "password": "correct" }), 403, "permission denied"),
        (json!({ "user": "../user/bob", "password": "correct" }), 403, "permission denied"),
    ] {
        let answer = login(&api, &fields);
        // A server may write "1 error occurred" around its own text of a denial.
        assert_eq!(answer.status, status, "{fields}: {answer:?}");
        assert!(answer.error_text().contains(text), "{fields}: {answer:?}");
        if status == 400 {
            assert_eq!(answer.error_text(), text, "{fields}");
        }
    }
    for (path, text) in
        [("user/bob", "password must be provided"), ("user", "user name must be provided")]
    {
        let answer = api.write(&format!("auth/auth-mock/{path}"), json!({}));
        assert_eq!(refusal(&answer), (400, text.to_owned()));
    }
    let anonymous = api.without_token();
    let refused = anonymous.read("auth/auth-mock/user/bob");
    // Vault 1.2 has 400 for a missing token.
    assert!([400, 403].contains(&refused.status), "only the login is open: {refused:?}");
    Ok(())
}

fn a_renewal_starts_the_terms_anew(binary: &ServerBinary) -> Result<()> {
    let (_server, api) = server(binary)?;
    set_password(&api, "bob", "correct")?;
    let token = logged_in(&api, "bob", "correct")?;
    thread::sleep(Duration::from_millis(2100));
    let left = token.read("auth/token/lookup-self").success()?.data["ttl"].as_u64();
    assert!(left < Some(30), "{left:?}");
    for _ in 0..2 {
        // What a renewal does not answer with, the server forgets: the second shows that.
        let renewed = renew(&token).success()?;
        let auth = renewed.auth.context("no token")?;
        assert_eq!((auth.lease_duration, auth.metadata), (TERM, user("bob")));
    }
    let longer = token.write("auth/token/renew-self", json!({ "increment": "2h" })).success()?;
    let longer = longer.auth.context("no token")?.lease_duration.as_secs();
    assert!((3500..3600).contains(&longer), "the hour counts from the login: {longer}");
    Ok(())
}

fn a_changed_password_and_a_deleted_user_end_renewals(binary: &ServerBinary) -> Result<()> {
    let (_server, api) = server(binary)?;
    set_password(&api, "bob", "correct")?;
    let token = logged_in(&api, "bob", "correct")?;
    set_password(&api, "bob", "correct")?;
    renew(&token).success()?;
    set_password(&api, "bob", "changed")?;
    let refused = renew(&token);
    assert_eq!(refusal(&refused), (400, "internal data does not match".to_owned()));
    assert_eq!(login(&api, &json!({ "user": "bob", "password": "correct" })).status, 403);
    let token = logged_in(&api, "bob", "changed")?;
    assert_eq!(api.delete("auth/auth-mock/user/bob").status, 204);
    let refused = renew(&token);
    assert_eq!(refusal(&refused), (400, "user on the token could not be found".to_owned()));
    Ok(())
}

fn a_mount_can_be_tuned_to_batch_tokens(binary: &ServerBinary) -> Result<()> {
    let (_server, api) = server(binary)?;
    set_password(&api, "bob", "correct")?;
    let tuned = json!({ "token_type": "batch" });
    api.write("sys/auth/auth-mock/tune", &tuned).success()?;
    let token = logged_in(&api, "bob", "correct")?;
    let found = token.read("auth/token/lookup-self").success()?;
    assert_eq!(found.data["type"], "batch");
    assert!(!renew(&token).is_success(), "there is nothing to renew");
    Ok(())
}
