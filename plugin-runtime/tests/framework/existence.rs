//! How `create` is distinguished from `update`.

use plugin_runtime::framework::extract::{Fields, Path};
use plugin_runtime::framework::{Framework, create, write};
use plugin_runtime::{Backend, Error, ErrorKind, Operation, Response, Result, Storage};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::mount::{Mount, data, refusal};

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code, reason = "validated, never read")]
struct Named {
    name: u8,
}

async fn is_there(Path(name): Path<String>, storage: Storage) -> Result<bool> {
    Ok(storage.entry(&name).await?.is_some())
}

async fn by_field(_: Fields<Named>) -> bool {
    true
}

async fn fails() -> Result<bool> {
    Err(Error::new("existence check failed: no storage"))
}

async fn created(Path(name): Path<String>, storage: Storage) -> Result<Response> {
    storage.put(name, &1).await?;
    Response::new(&json!({ "was": "created" }))
}

async fn updated() -> Result<Response> {
    Response::new(&json!({ "was": "updated" }))
}

fn mount() -> Mount<()> {
    Mount::of(
        Framework::secrets(())
            .path("plain", write(updated))
            .path("field", write(updated).exists(by_field))
            .path("failing", create(fails, updated))
            .path("{name}", create(is_there, created).update(updated)),
    )
}

#[tokio::test]
async fn a_path_says_whether_something_is_there() {
    let mount = mount();
    let first = mount.request(Operation::Update, "new", Value::Null);
    assert_eq!(mount.backend.exists(&first).await.unwrap(), Some(false));
    let answer = mount.send(Operation::Create, "new", Value::Null).await.unwrap().unwrap();
    assert_eq!(data(&answer), json!({ "was": "created" }));
    assert_eq!(mount.backend.exists(&first).await.unwrap(), Some(true));
    let answer = mount.send(Operation::Update, "new", Value::Null).await.unwrap().unwrap();
    assert_eq!(data(&answer), json!({ "was": "updated" }));
}

#[tokio::test]
async fn a_path_without_a_check_makes_no_difference() {
    let mount = mount();
    let request = mount.request(Operation::Update, "plain", Value::Null);
    assert_eq!(mount.backend.exists(&request).await.unwrap(), None);
    for operation in [Operation::Create, Operation::Update] {
        assert!(mount.send(operation, "plain", Value::Null).await.is_ok(), "{operation}");
    }
}

#[tokio::test]
async fn a_check_that_fails_says_whose_fault_it_is() {
    let mount = mount();
    for (path, kind) in [
        ("a/b", ErrorKind::UnsupportedPath),
        // The fields that the caller sent do not validate.
        ("field", ErrorKind::User),
        ("failing", ErrorKind::Unknown),
    ] {
        let request = mount.request(Operation::Update, path, json!({ "name": "no number" }));
        let (found, text) = refusal(mount.backend.exists(&request).await.map(|_| None));
        assert_eq!(found, kind, "{path}: {text}");
    }
}
