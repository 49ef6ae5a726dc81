//! Help texts and documents of a declaration that has paths of all kinds.

mod display;
mod document;
mod help;
mod sample;
mod schema;
mod server;

use serde_json::{Value, json};

use super::super::Framework;
use crate::{Backend, Data, Operation, Request, Storage};

/// Returns the answer to a request for help at a path.
async fn ask(backend: Framework<()>, path: &str, data: Value) -> Value {
    let data = Data::new(&data).unwrap();
    let request = Request::new(Operation::Help, path, data, Storage::in_memory());
    let response = backend.build().unwrap().handle(request).await.unwrap().unwrap();
    response.data().parse().unwrap()
}

/// Returns the document, requested as the server does.
async fn document(backend: Framework<()>) -> Value {
    let mut answer = ask(backend, "", json!({ "requestResponsePrefix": "sample" })).await;
    answer["openapi"].take()
}
