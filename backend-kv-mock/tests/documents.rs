//! What only the engine itself shows: bytes, kinds of errors, existence checks.
#![allow(clippy::unwrap_used, reason = "what serves the tests is test code too")]

use plugin_runtime::framework::Dispatch;
use plugin_runtime::{Backend, Data, Error, ErrorKind, Operation, Request, Response, Storage};

struct Mount {
    engine: Dispatch<()>,
    storage: Storage,
}

impl Mount {
    fn new() -> Self {
        let engine = backend_kv_mock::engine().build().unwrap();
        Self { engine, storage: Storage::in_memory() }
    }

    fn request(&self, operation: Operation, path: &str, text: &str) -> Request {
        let data = Data::from_text(text.to_owned()).unwrap();
        let mut request = Request::new(operation, path, data, self.storage.clone());
        request.mount_point = "mock/".to_owned();
        request
    }

    async fn send(
        &self,
        operation: Operation,
        path: &str,
        text: &str,
    ) -> Result<Option<Response>, Error> {
        self.engine.handle(self.request(operation, path, text)).await
    }

    async fn read(&self, path: &str) -> Response {
        self.send(Operation::Read, path, "null").await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn what_is_written_is_read_to_the_byte() {
    let mount = Mount::new();
    for text in [
        r#"{"message":"Hello World"}"#,
        r#"{ "b" : 123456789012345678901234567890, "a":1.10, "a b":null,"path":"x" }"#,
        r#"{"error":"why","more":1}"#,
        r#"{"error":null,"other":1,"data":{}}"#,
    ] {
        for operation in [Operation::Create, Operation::Update] {
            let written = mount.send(operation, "team/a b", text).await.unwrap();
            assert_eq!(written, None, "neither data nor warnings");
            let read = mount.read("team/a b").await;
            assert_eq!(read.data().as_bytes(), text.as_bytes());
            assert!(read.warnings().is_empty());
        }
    }
}

#[tokio::test]
async fn a_missing_document_is_named_with_its_mount() {
    let mount = Mount::new();
    let missing = mount.read("a/b").await;
    assert_eq!(missing.error_message(), Some("No value at mock/a/b"));
    mount.send(Operation::Update, "a/b", r#"{"a":1}"#).await.unwrap();
    assert_eq!(mount.send(Operation::Delete, "a/b", "null").await.unwrap(), None);
    assert_eq!(mount.send(Operation::Delete, "a/b", "null").await.unwrap(), None, "twice");
    assert_eq!(mount.read("a/b").await.error_message(), Some("No value at mock/a/b"));
}

#[tokio::test]
async fn the_first_write_is_told_from_the_second() {
    let mount = Mount::new();
    let write = mount.request(Operation::Update, "test", r#"{"a":1}"#);
    assert_eq!(mount.engine.exists(&write).await.unwrap(), Some(false));
    mount.engine.handle(write.clone()).await.unwrap();
    assert_eq!(mount.engine.exists(&write).await.unwrap(), Some(true));
}

#[tokio::test]
async fn a_path_must_be_one_of_a_document() {
    let mount = Mount::new();
    for operation in [Operation::Read, Operation::Update, Operation::Delete] {
        for path in ["", "folder/"] {
            let refused = mount.send(operation, path, r#"{"a":1}"#).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::BadRequest, "{operation} {path}");
        }
    }
    let unsupported = mount.send(Operation::Patch, "test", r#"{"a":1}"#).await.unwrap_err();
    assert_eq!(unsupported.kind(), ErrorKind::UnsupportedOperation);
}
