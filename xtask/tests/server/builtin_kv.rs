//! The same requests to the server's own `kv` (version 1) and to the secrets mock.

use anyhow::Result;
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::{Answer, ApiRequest, BlockingClient};
use plugin_runtime::Operation::{self, Delete, List, Read, Update};
use serde_json::{Value, json};
use xtask::tutorial::NAME;

use crate::on_every_server;
use crate::setting::dev_server;

on_every_server!(
    the_mock_answers_as_the_builtin_kv_does,
    where_the_mock_answers_otherwise_it_is_the_tutorials_doing,
);

/// What is asked, the path below the mount, and the data.
type Ask = (Operation, &'static str, Value);

fn make(ask: &Ask, api: &BlockingClient, mount: &str) -> Answer {
    let (operation, path, data) = ask;
    api.request(ApiRequest::new(*operation, format!("{mount}/{path}")).data(data))
}

fn the_mock_answers_as_the_builtin_kv_does(binary: &ServerBinary) -> Result<()> {
    let nested =
        json!({ "text": "a", "number": 1.5, "list": [1, null], "map": { "x": { "y": true } } });
    let asks: Vec<Ask> = vec![
        (List, "", Value::Null),
        (Update, "a", json!({ "message": "Hello World" })),
        (Read, "a", Value::Null),
        (Update, "a", json!({ "message": "changed" })),
        (Read, "a", Value::Null),
        (Update, "folder/b", nested),
        (Read, "folder/b", Value::Null),
        (Update, "folder/deeper/c", json!({ "": "" })),
        (Read, "folder/deeper/c", Value::Null),
        (Update, "a/b", json!({ "a": "is a folder as well" })),
        (List, "", Value::Null),
        (List, "a", Value::Null),
        (List, "folder", Value::Null),
        (List, "folder/", Value::Null),
        (Read, "folder/", json!({ "list": true })),
        (List, "folder/deeper/", Value::Null),
        (List, "nowhere", Value::Null),
        (Update, "folder/", json!({ "a": 1 })),
        (Delete, "a", Value::Null),
        (Delete, "a", Value::Null),
        (Delete, "never/there", Value::Null),
        (List, "", Value::Null),
        (Delete, "a/b", Value::Null),
        (Delete, "folder/b", Value::Null),
        (Delete, "folder/deeper/c", Value::Null),
        (List, "", Value::Null),
        (Update, "ü/ключ", json!({ "k": "v" })),
        (Read, "ü/ключ", Value::Null),
        (List, "ü", Value::Null),
    ];
    let server = dev_server(binary, &[])?;
    let api = server.api();
    api.enable_secrets("ours", NAME).success()?;
    api.enable_secrets("builtin", "kv").success()?;
    for (number, ask) in asks.iter().enumerate() {
        let [ours, builtin] = ["ours", "builtin"].map(|mount| shape(make(ask, &api, mount)));
        assert_eq!(ours, builtin, "request {number}: {ask:?}");
    }
    Ok(())
}

/// An answer without what differs between any two, and without the one thing that the builtin adds:
/// the mount's default TTL as lease of what can't be leased.
fn shape(answer: Answer) -> Answer {
    let mut shape = answer;
    shape.headers.retain(|name, _| name == "content-type");
    shape.lease = None;
    shape
}

/// Each of these is asked of both, with the statuses to expect: the mock's and the builtin's.
fn where_the_mock_answers_otherwise_it_is_the_tutorials_doing(binary: &ServerBinary) -> Result<()> {
    let cases: [(Ask, u16, &str, u16); 2] = [
        ((Read, "missing", Value::Null), 400, "No value at ours/missing", 404),
        ((Update, "a", json!({})), 400, "data must be provided to store in secret", 400),
    ];
    let server = dev_server(binary, &[])?;
    let api = server.api();
    api.enable_secrets("ours", NAME).success()?;
    api.enable_secrets("builtin", "kv").success()?;
    for (ask, status, words, builtin_status) in cases {
        let ours = make(&ask, &api, "ours");
        assert_eq!(ours.status, status, "{ask:?}");
        assert!(ours.error_text().contains(words), "{ask:?}: {ours:?}");
        let builtin = make(&ask, &api, "builtin");
        assert_eq!(builtin.status, builtin_status, "{ask:?}");
    }
    Ok(())
}
