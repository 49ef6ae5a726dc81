//! The same requests to the server's own `kv` (version 1) and to the secrets mock.

use anyhow::Result;
use cargo_vault_plugin::server::{Answer, ServerBinary};
use serde_json::{Value, json};
use xtask::tutorial::NAME;

use crate::on_both_versions;
use crate::setting::dev_server;

on_both_versions!(
    the_mock_answers_as_the_builtin_kv_does,
    where_the_mock_answers_otherwise_it_is_the_tutorials_doing,
);

/// Method, path below the mount, body.
type Ask = (&'static str, &'static str, Option<Value>);

fn the_mock_answers_as_the_builtin_kv_does(binary: &ServerBinary) -> Result<()> {
    let nested =
        json!({ "text": "a", "number": 1.5, "list": [1, null], "map": { "x": { "y": true } } });
    let asks: Vec<Ask> = vec![
        ("LIST", "", None),
        ("PUT", "a", Some(json!({ "message": "Hello World" }))),
        ("GET", "a", None),
        ("POST", "a", Some(json!({ "message": "changed" }))),
        ("GET", "a", None),
        ("PUT", "folder/b", Some(nested)),
        ("GET", "folder/b", None),
        ("PUT", "folder/deeper/c", Some(json!({ "": "" }))),
        ("GET", "folder/deeper/c", None),
        ("PUT", "a/b", Some(json!({ "a": "is a folder as well" }))),
        ("LIST", "", None),
        ("LIST", "a", None),
        ("LIST", "folder", None),
        ("LIST", "folder/", None),
        ("GET", "folder/?list=true", None),
        ("LIST", "folder/deeper/", None),
        ("LIST", "nowhere", None),
        ("PUT", "folder/", Some(json!({ "a": 1 }))),
        ("DELETE", "a", None),
        ("DELETE", "a", None),
        ("DELETE", "never/there", None),
        ("LIST", "", None),
        ("DELETE", "a/b", None),
        ("DELETE", "folder/b", None),
        ("DELETE", "folder/deeper/c", None),
        ("LIST", "", None),
        ("PUT", "ü/ключ", Some(json!({ "k": "v" }))),
        ("GET", "ü/ключ", None),
        ("LIST", "ü", None),
    ];
    let server = dev_server(binary, &[])?;
    let api = server.api();
    api.enable("ours", NAME)?.success()?;
    api.enable("builtin", "kv")?.success()?;
    for (number, (method, path, body)) in asks.iter().enumerate() {
        let ask = |mount: &str| api.request(method, &format!("{mount}/{path}"), body.as_ref());
        let (ours, builtin) = (shape(ask("ours")?), shape(ask("builtin")?));
        assert_eq!(ours, builtin, "request {number}: {method} {path}");
    }
    Ok(())
}

/// An answer without what differs between any two, and without the one thing that the builtin adds:
/// the mount's default TTL as lease of what can't be leased.
fn shape(answer: Answer) -> Answer {
    let mut shape = answer;
    if let Some(body) = shape.body.as_object_mut() {
        for (name, value) in body {
            match name.as_str() {
                "request_id" => *value = json!("some id"),
                "lease_duration" => *value = json!("some seconds"),
                _ => {}
            }
        }
    }
    shape
}

/// Each of these is asked of both, with the statuses to expect: the mock's and the builtin's.
fn where_the_mock_answers_otherwise_it_is_the_tutorials_doing(binary: &ServerBinary) -> Result<()> {
    let cases: [(Ask, u16, &str, u16); 2] = [
        (("GET", "missing", None), 400, "No value at ours/missing", 404),
        (("PUT", "a", Some(json!({}))), 400, "data must be provided to store in secret", 400),
    ];
    let server = dev_server(binary, &[])?;
    let api = server.api();
    api.enable("ours", NAME)?.success()?;
    api.enable("builtin", "kv")?.success()?;
    for ((method, path, body), status, words, builtin_status) in cases {
        let ours = api.request(method, &format!("ours/{path}"), body.as_ref())?;
        assert_eq!(ours.status, status, "{method} {path}");
        assert!(ours.errors().contains(words), "{method} {path}: {ours:?}");
        let builtin = api.request(method, &format!("builtin/{path}"), body.as_ref())?;
        assert_eq!(builtin.status, builtin_status, "{method} {path}");
    }
    Ok(())
}
