//! Which handler a request goes to.

use plugin_runtime::framework::extract::Path;
use plugin_runtime::framework::{Framework, FrameworkError, Operations, delete, list, read, write};
use plugin_runtime::{Backend, ErrorKind, Operation, Response, Result};
use serde_json::{Value, json};

use crate::mount::{Mount, data, refusal};

async fn nothing() {}

fn named(name: &'static str) -> Operations<()> {
    read(move || async move { Response::new(&json!({ "handler": name })) })
}

#[tokio::test]
async fn the_first_declared_path_that_matches_answers() {
    let mount = Mount::of(
        Framework::secrets(())
            .path("role/default", named("default"))
            .path("role/{name}", named("role"))
            .path("{rest*}", named("rest")),
    );
    for (path, handler) in [
        ("role/default", "default"),
        ("role/other", "role"),
        ("role/", "rest"),
        ("role/a/b", "rest"),
        ("", "rest"),
    ] {
        assert_eq!(data(&mount.read(path).await.unwrap().unwrap())["handler"], handler, "{path}");
    }
}

#[tokio::test]
async fn strange_paths_and_operations_are_told_apart() {
    let mount = Mount::of(
        Framework::secrets(())
            .path("role/{name}", read(nothing).write(nothing))
            .path("role/?", list(nothing))
            .path("key/{version}", delete(|Path(_): Path<u8>| async {})),
    );
    let path = (ErrorKind::UnsupportedPath, "unsupported path".to_owned());
    let operation = (ErrorKind::UnsupportedOperation, "unsupported operation".to_owned());
    for (sent, at, expected) in [
        (Operation::Read, "nowhere", &path),
        (Operation::Read, "role/a/b", &path),
        (Operation::Delete, "role/a", &operation),
        (Operation::List, "role/a", &operation),
        (Operation::Read, "role/", &operation),
        (Operation::Unknown, "role/a", &operation),
        (Operation::ResolvePath, "role/a", &operation),
        (Operation::ResolveRole, "role/a", &operation),
    ] {
        assert_eq!(&refusal(mount.send(sent, at, Value::Null).await), expected, "{sent} {at}");
    }
    for (sent, at) in [
        (Operation::Create, "role/a"),
        (Operation::Update, "role/a"),
        (Operation::List, "role/"),
        (Operation::List, "role"),
        (Operation::Delete, "key/255"),
    ] {
        assert_eq!(mount.send(sent, at, Value::Null).await.unwrap(), None, "{sent} {at}");
    }
}

#[tokio::test]
async fn a_part_of_the_path_that_is_not_of_its_type_is_the_callers_mistake() {
    async fn exists(_: Path<(u8, String)>) -> bool {
        true
    }
    let mount = Mount::of(
        Framework::secrets(())
            .path("key/{version}", delete(|Path(_): Path<u8>| async {}).read(nothing))
            .path("pair/{version}/{name}", write(nothing).exists(exists)),
    );
    let refused = mount.delete("key/256").await;
    let text = "Field validation failed: error converting input for field \"version\": expected an \
                integer from 0 to 255";
    assert_eq!(refusal(refused), (ErrorKind::BadRequest, text.to_owned()));
    // Handlers that do not take the part are not affected.
    assert_eq!(mount.read("key/256").await.unwrap(), None);
    let check = mount.request(Operation::Create, "pair/x/y", Value::Null);
    let error = mount.backend.exists(&check).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::User, text));
}

#[test]
fn a_declaration_that_can_not_work_is_refused_with_its_paths() {
    let unreachable = Framework::secrets(())
        .path("role/{name}", read(nothing))
        .path("role/default", read(nothing))
        .build();
    let error = unreachable.expect_err("unreachable");
    assert!(matches!(error, FrameworkError::Pattern(_)));
    let text = error.to_string();
    assert!(text.contains("role/default") && text.contains("role/{name}"), "{text}");

    let wrong = Framework::secrets(()).path("/role", read(nothing)).build();
    assert!(matches!(wrong, Err(FrameworkError::Pattern(_))), "{wrong:?}");

    let renewal = Framework::secrets(()).renew_login(nothing).build();
    assert!(matches!(renewal, Err(FrameworkError::RenewLogin)), "{renewal:?}");
}

#[test]
fn attributes_of_paths_become_special_paths() {
    let backend = Framework::auth(())
        .path("login/{name}", write(nothing).unauthenticated())
        .path("role/{name}/rotate", write(nothing).sudo())
        .build()
        .unwrap();
    assert_eq!(backend.special_paths().unauthenticated, ["login/+"]);
    assert_eq!(backend.special_paths().root, ["role/*"]);
}

#[tokio::test]
async fn what_is_none_is_no_answer() -> Result<()> {
    async fn missing() -> Option<Response> {
        None
    }
    let mount = Mount::of(Framework::secrets(()).path("a", read(missing)));
    assert_eq!(mount.read("a").await?, None);
    Ok(())
}
