//! The auth method without a server: requests to its handlers, with storage in memory.

#![allow(clippy::unwrap_used, reason = "a test fails by it, in its functions too")]

use std::time::Duration;

use backend_auth_mock::auth_mock;
use plugin_runtime::framework::Dispatch;
use plugin_runtime::{
    Auth, Backend, BackendType, Data, Error, ErrorKind, Lease, Operation, Request, Response,
    Storage,
};
use serde_json::{Value, json};

/// One mount.
struct Mount {
    backend: Dispatch<backend_auth_mock::Turns>,
    storage: Storage,
}

impl Mount {
    fn new() -> Self {
        Self { backend: auth_mock().build().unwrap(), storage: Storage::in_memory() }
    }

    fn request(&self, operation: Operation, path: &str, data: &Value) -> Request {
        Request::new(operation, path, Data::new(data).unwrap(), self.storage.clone())
    }

    async fn handle(
        &self,
        operation: Operation,
        path: &str,
        data: Value,
    ) -> Result<Option<Response>, Error> {
        self.backend.handle(self.request(operation, path, &data)).await
    }

    async fn set_password(&self, name: &str, password: &str) {
        let data = json!({ "password": password });
        let answer = self.handle(Operation::Create, &format!("user/{name}"), data).await;
        assert_eq!(answer.unwrap(), None);
    }

    async fn login(&self, user: &str, password: &str) -> Result<Auth, Error> {
        let data = json!({ "user": user, "password": password });
        let answer = self.handle(Operation::Update, "login", data).await?;
        Ok(answer.unwrap().login().unwrap().clone())
    }

    async fn renew(&self, auth: Option<Auth>) -> Result<Auth, Error> {
        let mut request = self.request(Operation::Renew, "login", &Value::Null);
        request.auth = auth;
        Ok(self.backend.handle(request).await?.unwrap().login().unwrap().clone())
    }
}

fn refusal<T: std::fmt::Debug>(answer: Result<T, Error>) -> (ErrorKind, String) {
    let error = answer.unwrap_err();
    (error.kind(), error.to_string())
}

fn bad(text: &str) -> (ErrorKind, String) {
    (ErrorKind::BadRequest, text.to_owned())
}

#[tokio::test]
async fn a_login_gives_what_the_tutorial_says() {
    let mount = Mount::new();
    mount.set_password("bob", "correct").await;
    let auth = mount.login("bob", "correct").await.unwrap();
    assert_eq!(auth.policies, ["my-policy", "other-policy"]);
    assert_eq!(auth.metadata, [("user".to_owned(), "bob".to_owned())].into());
    assert_eq!(
        auth.lease,
        Lease::of(Duration::from_secs(30)).renewable_up_to(Duration::from_secs(3600))
    );
    assert_eq!(auth.alias.unwrap().name, "bob");
    assert_eq!(auth.display_name, "bob");
}

#[tokio::test]
async fn users_are_made_shown_listed_and_deleted() {
    let mount = Mount::new();
    let exists = async |name: &str| {
        let request = mount.request(Operation::Update, &format!("user/{name}"), &Value::Null);
        mount.backend.exists(&request).await.unwrap()
    };
    assert_eq!(exists("bob").await, Some(false));
    assert_eq!(mount.handle(Operation::Read, "user/bob", Value::Null).await.unwrap(), None);
    for name in ["bob", "alice", "a.b-c"] {
        mount.set_password(name, "correct").await;
    }
    assert_eq!(exists("bob").await, Some(true));
    let shown = mount.handle(Operation::Read, "user/bob", Value::Null).await.unwrap().unwrap();
    assert_eq!(shown.data().parse::<Value>().unwrap(), json!({ "name": "bob" }));
    for path in ["users", "users/"] {
        let listed = mount.handle(Operation::List, path, Value::Null).await.unwrap().unwrap();
        let expected = json!({ "keys": ["a.b-c", "alice", "bob"] });
        assert_eq!(listed.data().parse::<Value>().unwrap(), expected);
    }
    for _ in 0..2 {
        let answer = mount.handle(Operation::Delete, "user/bob", Value::Null).await;
        assert_eq!(answer.unwrap(), None);
    }
    assert_eq!(exists("bob").await, Some(false));
    mount.login("bob", "correct").await.unwrap_err();
}

#[tokio::test]
async fn a_renewal_gives_the_same_terms_again() {
    let mount = Mount::new();
    mount.set_password("bob", "correct").await;
    let auth = mount.login("bob", "correct").await.unwrap();
    let mut aged = auth.clone();
    aged.lease.ttl = Duration::from_secs(7);
    assert_eq!(mount.renew(Some(aged)).await.unwrap(), auth);
    mount.set_password("bob", "correct").await;
    assert_eq!(mount.renew(Some(auth.clone())).await.unwrap(), auth, "the password is the same");
}

#[tokio::test]
async fn a_changed_password_and_a_deleted_user_end_renewals() {
    let mount = Mount::new();
    mount.set_password("bob", "correct").await;
    let auth = mount.login("bob", "correct").await.unwrap();
    mount.set_password("bob", "changed").await;
    assert_eq!(refusal(mount.renew(Some(auth.clone())).await), bad("internal data does not match"));
    mount.set_password("bob", "correct").await;
    assert_eq!(refusal(mount.renew(Some(auth.clone())).await), bad("internal data does not match"));
    mount.handle(Operation::Delete, "user/bob", Value::Null).await.unwrap();
    let gone = bad("user on the token could not be found");
    assert_eq!(refusal(mount.renew(Some(auth.clone())).await), gone);
    let foreign = Auth { internal_data: Data::none(), ..auth };
    assert_eq!(refusal(mount.renew(Some(foreign)).await).1, "internal data does not match");
    assert_eq!(refusal(mount.renew(None).await).1, "request auth was nil");
}

#[tokio::test]
async fn names_and_passwords_have_a_length() {
    let mount = Mount::new();
    let long = "n".repeat(129);
    let name = "must have at most 128 characters";
    let password = "must have at most 1024 characters";
    let huge = "p".repeat(1025);
    for (operation, path, data, text) in [
        (Operation::Update, "login", json!({ "user": long, "password": "p" }), name),
        (Operation::AliasLookahead, "login", json!({ "user": long }), name),
        (Operation::Update, "login", json!({ "user": "bob", "password": huge }), password),
        (Operation::Create, "user/bob", json!({ "password": huge }), password),
        (Operation::Create, &format!("user/{long}"), json!({ "password": "p" }), name),
        (Operation::Read, &format!("user/{long}"), Value::Null, name),
        (Operation::Delete, &format!("user/{long}"), Value::Null, name),
    ] {
        let (kind, refused) = refusal(mount.handle(operation, path, data).await);
        assert_eq!(kind, ErrorKind::BadRequest, "{operation} {path}");
        assert!(refused.contains(text) && !refused.contains("nnn"), "{refused}");
    }
    let longest = "n".repeat(128);
    mount.set_password(&longest, &"p".repeat(1024)).await;
    assert_eq!(mount.login(&longest, &"p".repeat(1024)).await.unwrap().display_name, longest);
}

#[tokio::test]
async fn no_password_is_kept() {
    let mount = Mount::new();
    mount.set_password("bob", "planted-password").await;
    let stored = mount.storage.entry("user/bob").await.unwrap().unwrap();
    let stored = String::from_utf8(stored.value.to_vec()).unwrap();
    assert!(stored.contains("$argon2id$") && !stored.contains("planted"), "{stored}");
    let auth = mount.login("bob", "planted-password").await.unwrap();
    let kept: Value = auth.internal_data.parse().unwrap();
    let names: Vec<&String> = kept.as_object().unwrap().keys().collect();
    assert_eq!(names, ["user", "version"]);
    assert!(!kept.to_string().contains("planted") && !kept.to_string().contains("argon2"));
}

#[tokio::test]
async fn the_lookahead_names_the_alias_and_a_role_there_is_not() {
    let mount = Mount::new();
    let data = json!({ "user": "bob", "password": "wrong" });
    let answer = mount.handle(Operation::AliasLookahead, "login", data.clone()).await;
    let answer = answer.unwrap().unwrap();
    assert_eq!(answer.login().unwrap().alias.as_ref().unwrap().name, "bob");
    assert!(answer.data().is_none());
    let role = mount.handle(Operation::ResolveRole, "login", data).await;
    assert_eq!(role.unwrap_err().kind(), ErrorKind::UnsupportedOperation);
}

#[test]
fn only_the_login_needs_no_token() {
    let backend = auth_mock().build().unwrap();
    assert_eq!(backend.kind(), BackendType::Auth);
    assert_eq!(backend.special_paths().unauthenticated, ["login"]);
}
