use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::document;
use crate::Operation;
use crate::fields::{FieldDisplay, Sensitive};
use crate::framework::extract::Fields;
use crate::framework::{
    Framework, FrameworkError, OperationId, PathDisplay, Pattern, create, list, login, read, scan,
    update,
};

#[derive(Default, Serialize, Deserialize, JsonSchema)]
struct Key {
    #[schemars(transform = FieldDisplay::new().name("Name of the key").navigation())]
    name: String,
    #[schemars(transform = FieldDisplay::new().name("Private key").edit_type("file"))]
    private: Sensitive<String>,
    #[schemars(extend("x-vault-displayAttrs" = { "group": "Secrets" }))]
    pin: Sensitive<String>,
    #[schemars(transform = FieldDisplay::new().group("Secrets").value("1234"))]
    code: Option<Sensitive<String>>,
    #[schemars(transform = FieldDisplay::new().description("Any\ntext."))]
    parts: Option<Sensitive<Parts>>,
    #[serde(default)]
    inner: Vec<Inner>,
    #[schemars(transform = FieldDisplay::new())]
    plain: Option<bool>,
    #[schemars(transform = FieldDisplay::new().sensitive())]
    hidden: Option<bool>,
}

#[derive(Default, Serialize, Deserialize, JsonSchema)]
struct Parts {
    first: String,
}

impl zeroize::Zeroize for Parts {
    fn zeroize(&mut self) {
        self.first.zeroize();
    }
}

#[derive(Default, Serialize, Deserialize, JsonSchema)]
struct Inner {
    #[schemars(extend("x-vault-displayAttrs" = { "name": "Inner" }))]
    secret: Sensitive<String>,
}

async fn nothing() {}

async fn exists() -> bool {
    true
}

async fn read_key(_: Fields<Key>) -> Fields<Key> {
    Fields(Key::default())
}

#[tokio::test]
async fn fields_keep_what_their_type_says_of_their_display() {
    let engine = Framework::secrets(()).path("key/{name}", update(read_key));
    let document = document(engine).await;
    let expected = [
        ("private", json!({ "name": "Private key", "editType": "file", "sensitive": true })),
        ("pin", json!({ "group": "Secrets", "sensitive": true })),
        ("code", json!({ "group": "Secrets", "value": "1234", "sensitive": true })),
        ("parts", json!({ "description": "Any\ntext.", "sensitive": true })),
        ("plain", Value::Null),
        ("hidden", json!({ "sensitive": true })),
    ];
    for schema in ["SampleWriteKeyNameRequest", "SampleWriteKeyNameResponse"] {
        let properties = &document["components"]["schemas"][schema]["properties"];
        for (field, attributes) in &expected {
            let found = &properties[field]["x-vault-displayAttrs"];
            assert_eq!(found, attributes, "{schema}: {field}");
        }
        let inner = &properties["inner"]["items"]["properties"]["secret"];
        let attributes = json!({ "name": "Inner", "sensitive": true });
        assert_eq!(inner["x-vault-displayAttrs"], attributes, "{schema}");
    }
    let parameter = &document["paths"]["/key/{name}"]["parameters"][0]["schema"];
    assert_eq!(
        parameter["x-vault-displayAttrs"],
        json!({ "name": "Name of the key", "navigation": true })
    );
    assert!(!document.to_string().contains("x-vault-sensitive"), "a mark for this crate alone");
}

#[tokio::test]
async fn paths_are_shown_without_the_parts_of_operation_ids() {
    let display = || PathDisplay::new().item_type("Key");
    let engine = Framework::secrets(())
        .path("key/?", list(nothing).display(display().navigation()).operation_verb("enumerate"))
        .path("key/{name}", update(nothing).display(display().action("Create")))
        .path("plain", update(nothing).display(PathDisplay::new()).operation_prefix("other"))
        .path(Pattern::regex("x[0-9]"), read(nothing).display(PathDisplay::new().action("Look")));
    let document = document(engine).await;
    for (path, expected) in [
        ("/key", json!({ "navigation": true, "itemType": "Key" })),
        ("/key/{name}", json!({ "itemType": "Key", "action": "Create" })),
        ("/plain", Value::Null),
        ("/x[0-9]", json!({ "action": "Look" })),
    ] {
        assert_eq!(document["paths"][path]["x-vault-displayAttrs"], expected, "{path}");
    }
}

#[tokio::test]
async fn operations_are_named_by_their_parts_and_those_of_their_path() {
    let engine = Framework::secrets(())
        .path(
            "root",
            read(nothing)
                .write(nothing)
                .delete(nothing)
                .operation_prefix("pki")
                .operation_suffix("root")
                .operation_id(Operation::Update, OperationId::new().verb("generate"))
                .operation_id(Operation::Delete, OperationId::new().prefix("old").suffix("tree")),
        )
        .path("login{/name?}", update(nothing).operation_verb("Log-In").operation_suffix("|as"))
        .path("new", create(exists, nothing).operation_verb("make"))
        .path(
            "many/?",
            scan(nothing).operation_id(Operation::Scan, OperationId::new().verb("walk")),
        )
        // An empty text sets nothing.
        .path("bare", read(nothing).operation_prefix("").operation_verb("").operation_suffix(""));
    let document = document(engine).await;
    for (path, method, expected) in [
        ("/root", "get", "pki-read-root"),
        ("/root", "post", "pki-generate-root"),
        ("/root", "delete", "old-delete-tree"),
        ("/login", "post", "log-in"),
        ("/login/{name}", "post", "log-in-as"),
        ("/new", "post", "make"),
        ("/many", "get", "walk"),
        ("/bare", "get", "sample-read-bare"),
    ] {
        let found = &document["paths"][path][method]["operationId"];
        assert_eq!(*found, expected, "{method} {path}");
    }
}

#[test]
fn names_that_two_operations_have_are_refused() {
    let refusal = |framework: Framework<()>| match framework.build() {
        Err(error @ FrameworkError::SharedOperationId { .. }) => error.to_string(),
        Err(other) => panic!("{other}"),
        Ok(_) => String::new(),
    };
    let verbs = || read(nothing).write(nothing).operation_verb("rotate");
    assert_eq!(
        refusal(Framework::secrets(()).path("root", verbs())),
        "read of the path `root` and update of the path `root` have the same operation id \
         `rotate`: give one of them another verb or suffix with operation_id()"
    );
    // The prefix is not known yet, so a placeholder stands for it.
    let suffixed = || read(nothing).operation_suffix("key");
    let twice = Framework::secrets(()).path("a", suffixed()).path("b", suffixed());
    assert!(refusal(twice).contains("`{plugin}-read-key`"));
    let first = Framework::secrets(()).path("a", read(nothing)).path("b/c", suffixed());
    let by_chance = Framework::secrets(()).path("key", read(nothing)).path("a", suffixed());
    assert_eq!(refusal(first), "");
    assert!(refusal(by_chance).contains("`{plugin}-read-key`"));
    let apart = verbs().operation_id(Operation::Read, OperationId::new().prefix("other"));
    assert_eq!(refusal(Framework::secrets(()).path("root", apart)), "");
    let verb_alone = read(nothing).operation_verb("read").operation_suffix("key");
    let other = Framework::secrets(()).path("key", read(nothing)).path("a", verb_alone);
    assert_eq!(refusal(other), "", "one begins with the plugin's name");
    // Operations without declared names get a number instead.
    let unnamed = Framework::secrets(()).path("a/b", read(nothing)).path("a-b", read(nothing));
    assert_eq!(refusal(unnamed), "");
}

#[test]
fn names_of_operations_that_are_not_shown_are_refused() {
    let id = || OperationId::new().verb("rotate");
    for (operations, operation, said) in [
        (read(nothing).write(nothing), Operation::Create, "write `Operation::Update`"),
        (read(nothing).list(nothing), Operation::List, "write `Operation::Read`"),
        (list(nothing).scan(nothing), Operation::Scan, "write `Operation::List`"),
        (read(nothing), Operation::Delete, "OpenAPI shows none there"),
        (list(nothing), Operation::Read, "OpenAPI shows none there"),
        (read(nothing), Operation::Rollback, "OpenAPI shows none there"),
    ] {
        let operations = operations.operation_id(operation, id());
        let error = Framework::secrets(()).path("root/?", operations).build().unwrap_err();
        assert!(matches!(error, FrameworkError::OperationId { .. }), "{error}");
        assert!(error.to_string().contains(said), "{operation}: {error}");
    }
    let twice = login(nothing)
        .operation_id(Operation::Update, id())
        .operation_id(Operation::Update, OperationId::new().suffix("x"));
    let error = Framework::auth(()).path("login", twice).build().unwrap_err();
    assert!(matches!(error, FrameworkError::OperationIdTwice { .. }), "{error}");
}
