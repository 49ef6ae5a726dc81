//! The example of an auth method, run in memory.

use std::time::Duration;

use plugin_runtime::{
    Auth, Backend as _, Data, Error, ErrorKind, Lease, Operation, Request, Response, Storage,
};
use serde_json::{Value, json};

#[path = "../../examples/auth_method.rs"]
#[allow(dead_code, reason = "a test has a main function of its own")]
mod example;

#[test]
fn it_has_at_most_fifty_lines_of_code_and_the_crates_page_shows_it() {
    let text = include_str!("../../examples/auth_method.rs");
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with("//");
    let lines = text.lines().filter(is_code).count();
    assert!(lines <= 50, "{lines} lines");
    let code = &text[text.find("use std::process").expect("its first line of code")..];
    let page = include_str!("../../README.md");
    assert!(page.contains(code), "copy examples/auth_method.rs into README.md");
}

async fn handle(
    operation: Operation,
    data: Value,
    auth: Option<Auth>,
) -> Result<Option<Response>, Error> {
    let backend = example::auth_method().build().unwrap();
    let data = Data::new(&data).unwrap();
    let mut request = Request::new(operation, "login", data, Storage::in_memory());
    request.auth = auth;
    backend.handle(request).await
}

async fn login(password: &str) -> Result<Auth, Error> {
    let answer = handle(Operation::Update, json!({ "password": password }), None).await?;
    Ok(answer.unwrap().login().unwrap().clone())
}

async fn renew(auth: Option<Auth>) -> Result<Auth, Error> {
    let answer = handle(Operation::Renew, Value::Null, auth).await?;
    Ok(answer.unwrap().login().unwrap().clone())
}

#[tokio::test]
async fn the_right_password_gives_a_token_that_is_renewed() {
    let auth = login("super-secret-password").await.unwrap();
    let terms = Lease::of(Duration::from_secs(30)).renewable_up_to(Duration::from_secs(3600));
    assert_eq!(auth.lease, terms);
    assert_eq!(auth.policies, ["my-policy", "other-policy"]);
    assert_eq!(auth.metadata["fruit"], "banana");
    let mut aged = auth.clone();
    aged.lease.ttl = Duration::from_secs(1);
    assert_eq!(renew(Some(aged)).await.unwrap(), auth);
}

#[tokio::test]
async fn other_passwords_are_denied_and_none_is_a_mistake() {
    for password in ["", "wrong", "super-secret-password "] {
        let error = login(password).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{password}");
    }
    let error = handle(Operation::Update, json!({}), None).await.unwrap_err();
    assert_eq!(error.to_string(), "missing required field: `password`");
}

#[tokio::test]
async fn a_token_of_another_edition_or_of_none_is_not_renewed() {
    let auth = login("super-secret-password").await.unwrap();
    for internal in [json!({ "edition": 0 }), json!({ "other": 1 }), Value::Null] {
        let old = Auth { internal_data: Data::new(&internal).unwrap(), ..auth.clone() };
        let error = renew(Some(old)).await.unwrap_err();
        assert_eq!(error.to_string(), "internal data does not match", "{internal}");
    }
    assert_eq!(renew(None).await.unwrap_err().to_string(), "request auth was nil");
}
