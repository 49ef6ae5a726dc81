//! Every path and operation of each backend through HTTP: a table of requests and answers, in
//! order, of which what other modules show already is left out.

mod go_mock;
mod kv;
mod leased;
mod users;

use anyhow::Result;
use cargo_vault_plugin::server::{Answer, Api, ServerBinary};
use serde_json::{Value, json};

use crate::backends::Backends;
use crate::on_both_versions;

on_both_versions!(each_backend_answers_each_operation);

/// What a server says of a path or an operation that a backend does not have.
const UNSUPPORTED_PATH: &str = "unsupported path";
const UNSUPPORTED_OPERATION: &str = "unsupported operation";

/// One request, and what is to be answered.
struct Case {
    method: &'static str,
    /// Below the mount.
    path: &'static str,
    body: Option<Value>,
    status: u16,
    expected: Expected,
}

enum Expected {
    /// No body, or none that matters: a missing entry has one without errors.
    Nothing,
    /// The data, and the warnings.
    Data(Value, Vec<String>),
    /// A part of the body beside the data, by its pointer, and the warnings.
    Part(&'static str, Value, Vec<String>),
    /// A text that is in the errors.
    Error(&'static str),
    /// A body that is not JSON.
    Raw(&'static str),
}

use Expected::{Data, Error, Nothing, Part, Raw};

/// A request without a body.
fn ask(method: &'static str, path: &'static str, status: u16, expected: Expected) -> Case {
    Case { method, path, body: None, status, expected }
}

/// A request with one.
fn send(
    method: &'static str,
    path: &'static str,
    body: Value,
    status: u16,
    expected: Expected,
) -> Case {
    Case { method, path, body: Some(body), status, expected }
}

fn ignored(names: &str) -> String {
    format!("Endpoint ignored these unrecognized parameters: [{names}]")
}

fn replaced(names: &str) -> String {
    format!(
        "Endpoint replaced the value of these parameters with the values captured from the \
         endpoint's path: [{names}]"
    )
}

fn play(api: &Api, mount: &str, cases: Vec<Case>) -> Result<()> {
    let patching = api.with_header("Content-Type", "application/merge-patch+json");
    for (number, case) in cases.into_iter().enumerate() {
        let Case { method, path, body, status, expected } = case;
        let api = if method == "PATCH" { &patching } else { api };
        let answer = api.request(method, &format!("{mount}/{path}"), body.as_ref())?;
        let asked = format!("{number}: {method} {mount}/{path}: {answer:?}");
        assert_eq!(answer.status, status, "{asked}");
        match expected {
            Nothing => {
                assert_eq!(answer.errors(), "", "{asked}");
                assert_eq!(answer.data(), &Value::Null, "{asked}");
                assert_eq!(warnings(&answer), json!(null), "{asked}");
            }
            Data(data, texts) => {
                assert_eq!(answer.data(), &data, "{asked}");
                assert_eq!(warnings(&answer), texts_of(texts), "{asked}");
            }
            Part(pointer, value, texts) => {
                assert_eq!(answer.body.pointer(pointer), Some(&value), "{asked}");
                assert_eq!(warnings(&answer), texts_of(texts), "{asked}");
            }
            Error(text) => assert!(answer.errors().contains(text), "{asked}"),
            Raw(text) => assert_eq!(answer.body, text, "{asked}"),
        }
    }
    Ok(())
}

fn warnings(answer: &Answer) -> Value {
    answer.body["warnings"].clone()
}

fn texts_of(warnings: Vec<String>) -> Value {
    if warnings.is_empty() { Value::Null } else { json!(warnings) }
}

fn each_backend_answers_each_operation(binary: &ServerBinary) -> Result<()> {
    let backends = Backends::start(binary)?;
    for (mount, cases) in [
        ("kv", kv::cases()),
        ("auth/users", users::cases()),
        ("go_mock", go_mock::cases()),
        ("auth/go_mock", go_mock::cases()),
        ("leased", leased::cases()),
    ] {
        play(&backends.api(), mount, cases)?;
    }
    Ok(())
}
