//! Which of a request's fields reach a handler, and what the caller is told about the others.

use std::sync::atomic::{AtomicU32, Ordering};

use plugin_runtime::fields::Seconds;
use plugin_runtime::framework::extract::{Fields, State};
use plugin_runtime::framework::{Framework, read, write};
use plugin_runtime::{Data, ErrorKind, Response, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::mount::{Mount, data, refusal};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Role {
    name: String,
    user: String,
    #[serde(default)]
    ttl: Seconds,
}

async fn echo(State(calls): State<AtomicU32>, role: Fields<Role>) -> Fields<Role> {
    calls.fetch_add(1, Ordering::Relaxed);
    role
}

async fn count(State(calls): State<AtomicU32>) -> Result<Response> {
    Response::new(&json!({ "calls": calls.load(Ordering::Relaxed) }))
}

fn mount() -> Mount<AtomicU32> {
    let framework = Framework::secrets(AtomicU32::new(0));
    Mount::of(framework.path("role/{name}", write(echo)).path("calls", read(count)))
}

#[tokio::test]
async fn fields_come_from_the_path_and_the_body_coerced() {
    let mount = mount();
    let answer = mount.write("role/dev", json!({ "user": 7, "ttl": "1h" })).await.unwrap().unwrap();
    assert_eq!(data(&answer), json!({ "name": "dev", "user": "7", "ttl": 3600 }));
    assert!(answer.warnings().is_empty());
}

#[tokio::test]
async fn what_does_not_validate_never_reaches_the_handler() {
    let mount = mount();
    for (body, reason) in [
        (json!({}), "missing required field: `user`"),
        (Value::Null, "missing required field: `user`"),
        (json!({ "user": ["planted"] }), "error converting input for field \"user\""),
        (json!({ "user": "u", "ttl": "planted" }), "error converting input for field \"ttl\""),
        (json!({ "user": "u", "ttl": -1 }), "error converting input for field \"ttl\""),
    ] {
        let (kind, text) = refusal(mount.write("role/dev", body.clone()).await);
        assert_eq!(kind, ErrorKind::BadRequest, "{body}");
        assert!(text.contains(reason) && !text.contains("planted"), "{text}");
    }
    let calls = mount.read("calls").await.unwrap().unwrap();
    assert_eq!(data(&calls), json!({ "calls": 0 }));
}

#[tokio::test]
async fn ignored_and_replaced_fields_are_warned_of() {
    let mount = mount();
    let body = json!({ "user": "u", "zeta": 1, "alpha": 2, "name": "other" });
    let answer = mount.write("role/dev", body).await.unwrap().unwrap();
    assert_eq!(
        answer.warnings(),
        [
            "Endpoint ignored these unrecognized parameters: [alpha zeta]",
            "Endpoint replaced the value of these parameters with the values captured from the \
             endpoint's path: [name]",
        ]
    );
}

#[tokio::test]
async fn a_handler_without_fields_knows_none() {
    async fn answer() -> Result<Response> {
        Ok(Response::empty())
    }
    let mount = Mount::of(Framework::secrets(()).path("a/{name}", write(answer)));
    let answer = mount.write("a/x", json!({ "b": 1 })).await.unwrap().unwrap();
    assert_eq!(answer.warnings(), ["Endpoint ignored these unrecognized parameters: [b]"]);
    let answer = mount.write("a/x", json!({ "name": "y" })).await.unwrap().unwrap();
    let [replaced] = answer.warnings() else { panic!("{:?}", answer.warnings()) };
    assert!(replaced.contains("replaced") && replaced.ends_with("[name]"), "{replaced}");
}

#[tokio::test]
async fn data_as_they_are_have_no_unknown_fields() {
    async fn echo(data: Data) -> Result<Response> {
        Response::from_data(data)
    }
    let mount = Mount::of(Framework::secrets(()).path("{path*}", write(echo)));
    let body = json!({ "path": "x", "a": [1, { "b": null }] });
    let answer = mount.write("any", body.clone()).await.unwrap().unwrap();
    assert_eq!(data(&answer), body);
    assert!(answer.warnings().is_empty());
}
