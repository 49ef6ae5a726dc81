//! Help texts and documents of a declaration that has a path of every shape.

mod display;
mod document;
mod help;
mod sample;
mod schema;
mod server;

use serde_json::{Value, json};

use super::super::Framework;
use crate::{Backend, Data, Operation, Request, Storage};

/// What a request for help at a path is answered with.
async fn ask(backend: Framework<()>, path: &str, data: Value) -> Value {
    let data = Data::new(&data).unwrap();
    let request = Request::new(Operation::Help, path, data, Storage::in_memory());
    let response = backend.build().unwrap().handle(request).await.unwrap().unwrap();
    response.data().parse().unwrap()
}

/// The document as the server asks for it.
async fn document(backend: Framework<()>) -> Value {
    let mut answer = ask(backend, "", json!({ "requestResponsePrefix": "sample" })).await;
    answer["openapi"].take()
}
