//! The limits that a backend publishes, wherever a handler takes values from.

use plugin_runtime::fields::{FieldError, Seconds};
use plugin_runtime::framework::extract::{Fields, Patch, Path};
use plugin_runtime::framework::{Framework, FrameworkError, login, read, write};
use plugin_runtime::{
    Alias, Auth, Backend as _, Error, ErrorKind, Operation, Result, Storage, StorageError,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::mount::{Mount, data, refusal};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Role {
    #[schemars(length(max = 8), regex(pattern = "^[a-z]"))]
    name: String,
    #[serde(default, alias = "places")]
    #[schemars(range(min = 1, max = 10))]
    seats: u32,
    #[serde(default)]
    #[schemars(range(max = 3600))]
    ttl: Seconds,
    #[serde(default)]
    #[schemars(length(max = 2))]
    hosts: Vec<String>,
}

async fn read_role(Path(name): Path<String>, storage: Storage) -> Result<Option<Fields<Role>>> {
    Ok(storage.get(&name).await?.map(Fields))
}

async fn write_role(Fields(role): Fields<Role>, storage: Storage) -> Result<()> {
    Ok(storage.put(role.name.clone(), &role).await?)
}

async fn patch_role(Path(name): Path<String>, patch: Patch<Role>, storage: Storage) -> Result<()> {
    let role = storage.get(&name).await?.ok_or_else(|| Error::bad_request("no such role"))?;
    Ok(storage.put(name, &patch.apply(&role)?).await?)
}

async fn delete_role(Path(name): Path<String>, storage: Storage) -> Result<()> {
    Ok(storage.delete(&name).await?)
}

async fn exists(Path(name): Path<String>, storage: Storage) -> Result<bool> {
    Ok(storage.entry(&name).await?.is_some())
}

fn mount() -> Mount<()> {
    let role = read(read_role).write(write_role).patch(patch_role).delete(delete_role);
    Mount::of(Framework::secrets(()).path("role/{name}", role.exists(exists)))
}

fn bad(text: &str) -> (ErrorKind, String) {
    (ErrorKind::BadRequest, format!("Field validation failed: the value of field {text}"))
}

#[tokio::test]
async fn a_write_beyond_a_limit_names_the_field_and_stores_nothing() {
    let mount = mount();
    for (body, text) in [
        (json!({ "seats": "11" }), "\"seats\" must be at most 10"),
        (json!({ "places": 0 }), "\"seats\" must be at least 1"),
        (json!({ "ttl": "2h" }), "\"ttl\" must be at most 3600 seconds"),
        (json!({ "hosts": ["a", "b", "c"] }), "\"hosts\" must have at most 2 elements"),
    ] {
        assert_eq!(refusal(mount.write("role/dev", body).await), bad(text));
    }
    assert!(mount.read("role/dev").await.unwrap().is_none());
    // A default need not be within the limits.
    mount.write("role/dev", json!({ "ttl": "1h" })).await.unwrap();
    let role = mount.read("role/dev").await.unwrap().unwrap();
    assert_eq!(data(&role), json!({ "name": "dev", "seats": 0, "ttl": 3600, "hosts": [] }));
}

#[tokio::test]
async fn a_patch_is_held_to_the_limits_of_what_it_changes() {
    let mount = mount();
    mount.write("role/dev", json!({})).await.unwrap();
    let patch = |body| mount.send(Operation::Patch, "role/dev", body);
    for (body, text) in [
        (json!({ "seats": 11 }), "\"seats\" must be at most 10"),
        (json!({ "hosts": ["a", "b", "c"] }), "\"hosts\" must have at most 2 elements"),
    ] {
        assert_eq!(refusal(patch(body).await), bad(text));
    }
    // The default has set the seats.
    patch(json!({ "ttl": 60 })).await.unwrap();
    patch(json!({ "seats": "5" })).await.unwrap();
    let role = mount.read("role/dev").await.unwrap().unwrap();
    assert_eq!(data(&role), json!({ "name": "dev", "seats": 5, "ttl": 60, "hosts": [] }));
}

#[tokio::test]
async fn a_part_of_the_path_is_held_to_its_limits_by_every_operation() {
    let mount = mount();
    let long = bad("\"name\" must have at most 8 characters");
    let operations = [Operation::Read, Operation::Update, Operation::Patch, Operation::Delete];
    for operation in operations {
        let answer = mount.send(operation, "role/far-too-long", Value::Null).await;
        assert_eq!(refusal(answer), long, "{operation}");
    }
    let capital = bad("\"name\" must match the pattern `^[a-z]`");
    assert_eq!(refusal(mount.read("role/Dev").await), capital);
    let request = mount.request(Operation::Update, "role/far-too-long", Value::Null);
    let unknown = mount.backend.exists(&request).await.unwrap_err();
    assert_eq!(unknown.message(), long.1);
}

#[tokio::test]
async fn what_is_longer_than_a_key_is_refused_before_storage() {
    async fn find(Path(name): Path<String>, storage: Storage) -> Result<Option<Value>> {
        Ok(storage.get(&name).await?)
    }
    async fn enter(Fields(user): Fields<User>, storage: Storage) -> Result<Auth> {
        let _: Option<Value> = storage.get(&format!("user/{}", user.user)).await?;
        Ok(Auth::of(Alias::named(user.user)))
    }
    #[derive(Deserialize, JsonSchema)]
    struct User {
        user: String,
    }
    async fn found(Path(name): Path<String>, storage: Storage) -> Result<()> {
        find(Path(name), storage).await.map(drop)
    }
    let framework = Framework::auth(()).path("login", login(enter));
    let mount = Mount::of(framework.path("at/{path+}", read(found)));
    let (kind, text) = refusal(mount.read(&format!("at/{}", "x".repeat(1 << 20))).await);
    assert_eq!(kind, ErrorKind::BadRequest);
    assert!(text.contains("the part `path` of the path has 1048576 bytes"), "{text}");
    let (kind, text) = refusal(mount.write("login", json!({ "user": "x".repeat(1 << 20) })).await);
    assert_eq!(kind, ErrorKind::BadRequest);
    assert!(text.contains("the storage key has 1048581 bytes"), "{text}");
    mount.write("login", json!({ "user": "x".repeat(32_000) })).await.unwrap();
}

#[tokio::test]
async fn storage_takes_no_key_that_servers_do_not_keep() {
    let storage = Storage::in_memory();
    let key = "k".repeat(32_513);
    let expected = StorageError::KeyTooLong { length: 32_513, max: 32_512 };
    let transaction = storage.begin().await.unwrap();
    for refused in [
        storage.entry(&key).await.map(drop),
        storage.put(key.clone(), &1).await,
        storage.delete(&key).await,
        storage.list(&key).await.map(drop),
        storage.list_page(&key, "", 1).await.map(drop),
        transaction.entry(&key).await.map(drop),
        transaction.put(key.clone(), &1).await,
        transaction.delete(&key).await,
        transaction.list(&key).await.map(drop),
    ] {
        assert_eq!(refused, Err(expected.clone()));
    }
    storage.put(key[1..].to_owned(), &1).await.unwrap();
    assert_eq!(Error::from(expected).kind(), ErrorKind::BadRequest);
}

#[test]
fn a_pattern_that_does_not_compile_is_no_backend() {
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Wrong {
        #[schemars(extend("pattern" = "^(?!x)"))]
        word: String,
    }
    async fn take(_: Fields<Wrong>) {}
    let refused = Framework::secrets(()).path("word", write(take)).build().unwrap_err();
    let FrameworkError::FieldPattern { path, field, pattern, .. } = &refused else {
        panic!("{refused}")
    };
    assert_eq!((path.as_str(), field.as_str(), pattern.as_str()), ("word", "word", "^(?!x)"));
    assert!(refused.to_string().contains("the field `word` of the path `word`"), "{refused}");
}

#[tokio::test]
async fn null_for_a_part_of_the_path_is_no_cause_to_warn() {
    async fn take(Path(_): Path<String>) -> Fields<Empty> {
        Fields(Empty {})
    }
    #[derive(Serialize, JsonSchema)]
    struct Empty {}
    let mount = Mount::of(Framework::secrets(()).path("{name}", write(take).patch(take)));
    let warnings =
        async |body: Value| mount.write("dev", body).await.unwrap().unwrap().warnings().to_vec();
    assert!(warnings(json!({ "name": null })).await.is_empty());
    assert_eq!(warnings(json!({ "name": "x" })).await.len(), 1);
}

#[test]
fn a_limit_is_an_error_of_its_own() {
    let error = FieldError::OutOfLimits { field: "f".into(), reason: "must be at least 1".into() };
    assert_eq!(Error::from(error).kind(), ErrorKind::BadRequest);
}
