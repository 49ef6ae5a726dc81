//! Every path and operation of each backend through HTTP: a table of requests and answers, in
//! order, of which what other modules show already is left out.

mod go_mock;
mod kv;
mod leased;
mod users;

use anyhow::Result;
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::{ApiRequest, BlockingClient};
use plugin_runtime::Operation::{self, Delete, List, Patch, Read, Update};
use serde_json::Value;

use crate::backends::Backends;
use crate::on_every_server;

on_every_server!(each_backend_answers_each_operation[Patch]);

/// What a server says of a path or an operation that a backend does not have.
const UNSUPPORTED_PATH: &str = "unsupported path";
const UNSUPPORTED_OPERATION: &str = "unsupported operation";

/// One request, and what is to be answered.
struct Case {
    operation: Operation,
    /// Below the mount, with a query or without.
    path: &'static str,
    /// The body of a write.
    body: Value,
    status: u16,
    expected: Expected,
}

enum Expected {
    /// No body, or none that matters: a missing entry has one without errors.
    Nothing,
    /// The data, and the warnings.
    Data(Value, Vec<String>),
    /// A lease of so many seconds, and the warnings.
    Leased(u64, Vec<String>),
    /// A token with metadata that name the user, and the warnings.
    LoggedIn(&'static str, Vec<String>),
    /// A text that is in the errors.
    Error(&'static str),
    /// A body that is not JSON.
    Raw(&'static str),
}

use Expected::{Data, Error, Leased, LoggedIn, Nothing, Raw};

/// A request without a body.
fn ask(operation: Operation, path: &'static str, status: u16, expected: Expected) -> Case {
    Case { operation, path, body: Value::Null, status, expected }
}

/// A request with one.
fn send(
    operation: Operation,
    path: &'static str,
    body: Value,
    status: u16,
    expected: Expected,
) -> Case {
    Case { operation, path, body, status, expected }
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

fn play(api: &BlockingClient, mount: &str, cases: Vec<Case>) {
    for (number, case) in cases.into_iter().enumerate() {
        let Case { operation, path, body, status, expected } = case;
        let (bare, data) = match path.split_once('?') {
            Some((bare, query)) => (bare, fields_of(query)),
            None => (path, body),
        };
        let answer = api.request(ApiRequest::new(operation, format!("{mount}/{bare}")).data(data));
        let asked = format!("{number}: {operation} {mount}/{path}: {answer:?}");
        assert_eq!(answer.status, status, "{asked}");
        match expected {
            Nothing => {
                assert_eq!(answer.error_text(), "", "{asked}");
                assert_eq!(answer.data, Value::Null, "{asked}");
                assert_eq!(answer.warnings, [""; 0], "{asked}");
            }
            Data(data, texts) => {
                assert_eq!(answer.data, data, "{asked}");
                assert_eq!(answer.warnings, texts, "{asked}");
            }
            Leased(seconds, texts) => {
                let lease = answer.lease.map(|lease| lease.duration.as_secs());
                assert_eq!(lease, Some(seconds), "{asked}");
                assert_eq!(answer.warnings, texts, "{asked}");
            }
            LoggedIn(user, texts) => {
                let metadata = answer.auth.map(|auth| auth.metadata).unwrap_or_default();
                assert_eq!(metadata.get("user").map(String::as_str), Some(user), "{asked}");
                assert_eq!(answer.warnings, texts, "{asked}");
            }
            Error(text) => assert!(answer.error_text().contains(text), "{asked}"),
            Raw(text) => {
                let body = answer.raw.map(|raw| raw.body).unwrap_or_default();
                assert_eq!(body, text.as_bytes(), "{asked}");
            }
        }
    }
}

/// The fields of a query.
fn fields_of(query: &str) -> Value {
    query.split('&').filter_map(|pair| pair.split_once('=')).collect()
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
        play(&backends.api(), mount, cases);
    }
    Ok(())
}
