//! Typed answers with additions: warnings, headers, a status.

use std::time::Duration;

use http::StatusCode;
use plugin_runtime::framework::answer::{Accepted, Created, IntoAnswer as _, Keys, With};
use plugin_runtime::framework::extract::{Fields, Path};
use plugin_runtime::framework::{Framework, read};
use plugin_runtime::{Auth, Data, Error, Operation, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::mount::{Mount, data};

#[derive(Default, Serialize, Deserialize, JsonSchema)]
struct Role {
    /// How many may use it.
    seats: u32,
}

async fn with_all() -> Result<With<Fields<Role>>, Error> {
    Ok(Fields(Role::default())
        .with_warning("one")
        .with_warning("two")
        .with_header("X-A", "1")
        .with_header("X-A", "2")
        .wrapped_for(Duration::from_secs(60)))
}

async fn warned(Path(kind): Path<String>) -> Result<With<()>, Error> {
    match kind.as_str() {
        "plain" => Ok(().into()),
        "broken" => Err(Error::bad_request("broken")),
        _ => Ok(().with_warning("done, but")),
    }
}

async fn maybe(Path(kind): Path<String>) -> Option<With<Keys>> {
    (kind == "some").then(|| Keys(vec!["a".to_owned()]).with_warning("w"))
}

async fn log_in() -> With<Auth> {
    Auth::default().with_warning("the password expires tomorrow")
}

#[tokio::test]
async fn warnings_and_headers_are_beside_what_was_answered() {
    let engine = Framework::auth(())
        .path("all", read(with_all))
        .path("warned/{kind}", read(maybe).write(warned))
        .path("login", read(log_in).unauthenticated());
    let mount = Mount::of(engine);
    let all = mount.read("all").await.unwrap().unwrap();
    assert_eq!(
        (data(&all), all.warnings()),
        (json!({ "seats": 0 }), &["one", "two"].map(String::from)[..])
    );
    let expected = Response::new(&json!({ "seats": 0 })).unwrap();
    let expected = expected.with_warning("one").with_warning("two").with_header("X-A", "1");
    assert_eq!(all, expected.with_header("X-A", "2").wrapped_for(Duration::from_secs(60)));

    let done = mount.write("warned/done", Value::Null).await.unwrap().unwrap();
    assert_eq!(done, Response::empty().with_warning("done, but"));
    assert_eq!(mount.write("warned/plain", Value::Null).await.unwrap(), None);
    assert_eq!(mount.write("warned/broken", Value::Null).await.unwrap_err().message(), "broken");

    let some = mount.read("warned/some").await.unwrap().unwrap();
    assert_eq!((data(&some), some.warnings().len()), (json!({ "keys": ["a"] }), 1));
    assert_eq!(mount.read("warned/none").await.unwrap(), None);
    let login = mount.read("login").await.unwrap().unwrap();
    assert!(login.login().is_some() && login.warnings().len() == 1);
}

async fn make(Fields(role): Fields<Role>) -> Result<Created<With<Fields<Role>>>, Error> {
    if role.seats > 9 {
        return Err(Error::bad_request("too many"));
    }
    Ok(Created(Fields(role).with_warning("new").with_header("Location", "role/1")))
}

async fn later() -> Accepted<()> {
    Accepted(())
}

#[tokio::test]
async fn a_status_comes_in_the_servers_own_envelope() {
    let engine = Framework::secrets(()).path("role", read(later).write(make));
    let mount = Mount::of(engine);
    let mut request = mount.request(Operation::Update, "role", json!({ "seats": "3", "odd": 1 }));
    request.id = "8c3f".to_owned();
    let answer = mount.send_request(request).await.unwrap().unwrap();
    let body = concat!(
        r#"{"request_id":"8c3f","lease_id":"","renewable":false,"lease_duration":0,"#,
        r#""data":{"seats":3},"wrap_info":null,"warnings":["new","#,
        r#""Endpoint ignored these unrecognized parameters: [odd]"],"auth":null}"#,
    );
    let raw = plugin_runtime::RawResponse::new(StatusCode::CREATED, "application/json", body);
    assert_eq!(answer, Response::raw(raw).with_header("Location", "role/1"));

    let refused = mount.write("role", json!({ "seats": 10 })).await.unwrap_err();
    assert_eq!(refused.message(), "too many");
    let accepted = format!("{:?}", mount.read("role").await.unwrap().unwrap());
    assert!(accepted.contains("202"), "{accepted}");
}

#[tokio::test]
async fn the_document_has_the_schema_and_the_status() {
    let engine =
        Framework::secrets(()).path("all", read(with_all)).path("role", read(later).write(make));
    let mount = Mount::of(engine);
    let help = mount.send(Operation::Help, "", Data::none().parse().unwrap()).await;
    let document = data(&help.unwrap().unwrap())["openapi"].clone();
    for (pointer, expected) in [
        ("/paths/~1all/get/responses/200/description", json!("OK")),
        ("/paths/~1role/post/responses/201/description", json!("Created")),
        ("/paths/~1role/get/responses", json!({ "202": { "description": "Accepted" } })),
    ] {
        assert_eq!(document.pointer(pointer), Some(&expected), "{pointer}");
    }
    for (path, method, status) in [("all", "get", "200"), ("role", "post", "201")] {
        let response = &document["paths"][format!("/{path}")][method]["responses"][status];
        let schema = &response["content"]["application/json"]["schema"]["$ref"];
        let name = schema.as_str().unwrap().rsplit('/').next().unwrap();
        let properties = &document["components"]["schemas"][name]["properties"];
        assert_eq!(properties["seats"]["description"], "How many may use it.", "{path}");
    }
}
