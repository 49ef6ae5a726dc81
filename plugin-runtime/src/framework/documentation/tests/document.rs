use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::sample::sample;
use super::{ask, document};
use crate::framework::{Framework, login, read};

/// Returns all values under a key, at any depth.
fn all<'a>(document: &'a Value, key: &str, found: &mut Vec<&'a Value>) {
    match document {
        Value::Object(object) => {
            found.extend(object.get(key));
            object.values().for_each(|value| all(value, key, found));
        }
        Value::Array(list) => list.iter().for_each(|value| all(value, key, found)),
        _ => {}
    }
}

#[tokio::test]
async fn a_strict_reader_of_openapi_takes_the_document() {
    let document = document(sample()).await;
    let read: openapiv3::OpenAPI = serde_json::from_value(document.clone()).unwrap();
    assert_eq!(read.openapi, "3.0.2");
    assert_eq!(read.info.version, "unknown", "there is no server to ask");
    assert_eq!(read.paths.paths.len(), 15);
    let components = read.components.unwrap();
    let mut references = Vec::new();
    all(&document, "$ref", &mut references);
    assert!(references.len() > 15, "{}", references.len());
    for reference in references {
        let name = reference.as_str().unwrap().strip_prefix("#/components/schemas/").unwrap();
        assert!(components.schemas.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn operation_ids_tell_all_operations_apart() {
    let document = document(sample()).await;
    let mut ids = Vec::new();
    all(&document, "operationId", &mut ids);
    let ids: Vec<_> = ids.into_iter().map(|id| id.as_str().unwrap()).collect();
    let expected = [
        "other-create-new-id",
        "sample-delete-gone",
        "sample-delete-role-name",
        "sample-list-lists",
        "sample-list-role",
        "sample-patch-role-name",
        "sample-read",
        "sample-read-a-c",
        "sample-read-b-c",
        "sample-read-both-path",
        "sample-read-config",
        "sample-read-role-name",
        "sample-read-tree-name",
        "sample-scan-scan",
        "sample-write-anyone",
        "sample-write-config",
        "sample-write-one",
        "sample-write-role-name",
        "sample-write-tree-name",
    ];
    assert_eq!(ids.iter().copied().collect::<BTreeSet<_>>(), BTreeSet::from(expected));
    assert_eq!(ids.len(), expected.len());
}

#[tokio::test]
async fn ids_that_are_taken_get_a_number() {
    async fn nothing() {}
    let backend = Framework::secrets(()).path("a/b", read(nothing)).path("a-b", read(nothing));
    let document = document(backend).await;
    assert_eq!(document["paths"]["/a/b"]["get"]["operationId"], "sample-read-a-b");
    assert_eq!(document["paths"]["/a-b"]["get"]["operationId"], "sample-read-a-b-2");
}

#[tokio::test]
async fn paths_have_what_their_operations_share() {
    let document = document(sample()).await;
    for (pointer, expected) in [
        ("/~1role/description", json!("All roles.")),
        ("/~1role~1{name}/x-vault-createSupported", json!(true)),
        ("/~1config/x-vault-createSupported", json!(null)),
        ("/~1config/x-vault-sudo", json!(true)),
        ("/~1config/x-vault-unauthenticated", json!(null)),
        ("/~1login/x-vault-unauthenticated", json!(true)),
        ("/~1login~1{name}/x-vault-unauthenticated", json!(true)),
        ("/~1login/x-vault-sudo", json!(null)),
        ("/~1login/parameters", json!(null)),
        ("/~1new~1{id}/post/deprecated", json!(true)),
        ("/~1role/get/deprecated", json!(null)),
        ("/~1role/get/tags", json!(["auth"])),
        ("/~1role/get/summary", json!("All roles.")),
        ("/~1x[0-9]{2}", json!({ "description": "By number." })),
        (
            "/~1role~1{name}/parameters",
            json!([{
                "name": "name", "in": "path", "required": true,
                "description": "Which role.", "schema": { "type": "string" },
            }]),
        ),
        (
            "/~1new~1{id}/parameters",
            json!([{
                "name": "id", "in": "path", "required": true, "schema": { "type": "string" },
            }]),
        ),
    ] {
        let found = document["paths"].pointer(pointer).unwrap_or(&Value::Null);
        assert_eq!(*found, expected, "{pointer}");
    }
    assert_eq!(document["info"]["description"], "Everything there is.");
}

#[tokio::test]
async fn an_auth_method_is_tagged_as_one() {
    async fn nothing() {}
    let document = document(Framework::auth(()).path("login", login(nothing))).await;
    assert_eq!(document["paths"]["/login"]["post"]["tags"], json!(["auth"]));
    assert_eq!(document["info"]["title"], "Auth method API");
}

#[tokio::test]
async fn each_path_has_the_methods_that_it_serves() {
    let document = document(sample()).await;
    for (path, expected) in [
        ("/role", "get"),
        ("/role/{name}", "delete get patch post"),
        ("/tree/{name}", "get post"),
        ("/login", "post"),
        ("/both/{path}", "get"),
        ("/new/{id}", "post"),
        ("/gone", "delete"),
        ("/", "get"),
    ] {
        let item = document["paths"][path].as_object().unwrap();
        let methods: BTreeSet<_> = item.keys().map(String::as_str).collect();
        let known = BTreeSet::from(["get", "post", "patch", "delete", "put", "head"]);
        let methods: Vec<_> = methods.intersection(&known).copied().collect();
        assert_eq!(methods.join(" "), expected, "{path}");
    }
}

#[tokio::test]
async fn lists_are_reads_with_a_query() {
    let document = document(sample()).await;
    for (path, expected) in [
        ("/role", "after limit list!"),
        ("/both/{path}", "after limit list scan version"),
        ("/lists", "list scan"),
        ("/scan", "scan!"),
        ("/role/{name}", "version"),
        ("/config", ""),
    ] {
        let parameters = document["paths"][path]["get"]["parameters"].as_array();
        let names = parameters.into_iter().flatten().map(|parameter| {
            assert_eq!(parameter["in"], "query");
            let mark = if parameter["required"] == true { "!" } else { "" };
            format!("{}{mark}", parameter["name"].as_str().unwrap())
        });
        assert_eq!(names.collect::<Vec<_>>().join(" "), expected, "{path}");
    }
    let list = &document["paths"]["/role"]["get"]["parameters"][2]["schema"];
    assert_eq!(*list, json!({ "type": "string", "enum": ["true"] }));
}

#[tokio::test]
async fn responses_follow_the_types_of_handlers() {
    let document = document(sample()).await;
    for (path, method, code, schema) in [
        ("/role", "get", "200", Some("SampleListRoleResponse")),
        ("/role/{name}", "get", "200", Some("SampleReadRoleNameResponse")),
        ("/role/{name}", "post", "204", None),
        ("/role/{name}", "patch", "204", None),
        ("/role/{name}", "delete", "204", None),
        ("/tree/{name}", "post", "200", Some("SampleWriteTreeNameResponse")),
        ("/tree/{name}", "get", "200", None),
        ("/login", "post", "200", None),
        ("/gone", "delete", "204", None),
        ("/", "get", "200", None),
    ] {
        let responses = document["paths"][path][method]["responses"].as_object().unwrap();
        assert_eq!(responses.keys().collect::<Vec<_>>(), [code], "{method} {path}");
        let schema = schema.map(|name| format!("#/components/schemas/{name}"));
        let found = &responses[code]["content"]["application/json"]["schema"]["$ref"];
        assert_eq!(found.as_str(), schema.as_deref(), "{method} {path}");
    }
    let keys = &document["components"]["schemas"]["SampleListRoleResponse"];
    assert_eq!(
        *keys,
        json!({
            "type": "object",
            "required": ["keys"],
            "properties": { "keys": {
                "type": "array", "items": { "type": "string" }, "description": "The names.",
            }},
        })
    );
}

#[tokio::test]
async fn bodies_have_the_fields_that_are_not_in_the_path() {
    let document = document(sample()).await;
    let schemas = &document["components"]["schemas"];
    let role = &schemas["SampleWriteRoleNameRequest"];
    assert_eq!(role["required"], json!(["password"]));
    assert_eq!(role["properties"].get("name"), None);
    assert_eq!(role["properties"].get("version"), None, "a field of the read");
    assert_eq!(role["example"], json!({ "name": "dev", "ttl": "1h" }));
    assert_eq!(schemas["SamplePatchRoleNameRequest"]["required"], json!(null));
    let new = &schemas["OtherCreateNewIdRequest"];
    assert_eq!(new["required"], json!(["name", "password"]));
    assert_eq!(
        schemas["SampleWriteConfigRequest"],
        json!({ "type": "object", "properties": {}, "additionalProperties": true })
    );
    let body = |path: &str, method: &str| &document["paths"][path][method]["requestBody"];
    assert_eq!(body("/role/{name}", "post")["required"], true);
    assert_eq!(body("/config", "post")["required"], false);
    let patch = &body("/role/{name}", "patch")["content"];
    assert!(patch.get("application/merge-patch+json").is_some(), "{patch}");
}

#[tokio::test]
async fn the_document_of_a_path_has_that_path_alone() {
    let answer = ask(sample(), "login/dev", json!({ "requestResponsePrefix": 7 })).await;
    let document = &answer["openapi"];
    let paths: Vec<_> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(paths, ["/login", "/login/{name}"]);
    assert_eq!(document["paths"]["/login"]["post"]["operationId"], "write-anyone");
    let schemas: Vec<_> = document["components"]["schemas"].as_object().unwrap().keys().collect();
    assert_eq!(schemas, ["WriteAnyoneRequest", "WriteOneRequest"]);
}
