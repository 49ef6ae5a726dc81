//! Ways to reach a mount other than with a service token, in the root namespace, unwrapped.

use std::time::Duration;

use anyhow::{Context, Result};
use cargo_vault_plugin::server::{Cli, ServerBinary};
use plugin_host::{ApiRequest, BlockingClient};
use plugin_runtime::Operation;
use serde_json::{Value, json};
use xtask::tutorial::NAME;

use crate::on_every_server;
use crate::setting::dev_server;

on_every_server!(
    a_read_can_be_wrapped_and_is_unwrapped_once,
    a_namespace_has_mounts_and_data_of_its_own[Namespaces],
    a_batch_token_reads_what_its_policy_allows,
);

fn hello() -> Value {
    json!({ "message": "Hello World" })
}

fn a_read_can_be_wrapped_and_is_unwrapped_once(binary: &ServerBinary) -> Result<()> {
    let server = dev_server(binary, &[])?;
    let api = server.api();
    api.enable_secrets("mock", NAME).success()?;
    api.write("mock/test", hello()).success()?;

    let read = ApiRequest::new(Operation::Read, "mock/test").wrapped(Duration::from_secs(60));
    let wrapped = api.request(read).success()?;
    assert_eq!(wrapped.data, Value::Null, "nothing is shown");
    let wrap = wrapped.wrap.context("a wrapping token")?;
    assert_eq!((wrap.ttl.as_secs(), wrap.creation_path.as_str()), (60, "mock/test"));

    let unwrap = || api.with_token(&wrap.token).write("sys/wrapping/unwrap", ());
    assert_eq!(unwrap().success()?.data, hello());
    assert_eq!(unwrap().status, 400, "a second time");
    Ok(())
}

fn a_namespace_has_mounts_and_data_of_its_own(binary: &ServerBinary) -> Result<()> {
    let server = dev_server(binary, &[])?;
    let (api, cli) = (server.api(), Cli::new(binary, &server));
    api.enable_secrets("mock", NAME).success()?;
    api.write("mock/test", json!({ "in": "the root namespace" })).success()?;

    for command in [
        &["namespace", "create", "team"][..],
        &["secrets", "enable", "-namespace=team", NAME],
        &["write", "-namespace=team", "mock/test", "in=a namespace"],
    ] {
        let output = cli.run(command)?;
        assert_eq!(output.code, Some(0), "{command:?}: {output:?}");
    }
    let team = api.with_header("X-Vault-Namespace", "team");
    let expected = json!({ "in": "a namespace" });
    assert_eq!(team.read("mock/test").success()?.data, expected);
    assert_eq!(api.read("team/mock/test").success()?.data, expected, "as part of the path");
    assert_eq!(api.read("mock/test").success()?.data["in"], "the root namespace");
    assert_eq!(team.list("mock/").success()?.keys(), ["test"]);

    team.disable_secrets("mock").success()?;
    assert_eq!(api.read("mock/test").success()?.data["in"], "the root namespace");
    Ok(())
}

fn a_batch_token_reads_what_its_policy_allows(binary: &ServerBinary) -> Result<()> {
    let server = dev_server(binary, &[])?;
    let api = server.api();
    api.enable_secrets("mock", NAME).success()?;
    api.write("mock/test", hello()).success()?;
    let rules = r#"path "mock/*" { capabilities = ["read", "list"] }"#;
    api.write("sys/policies/acl/reader", json!({ "policy": rules })).success()?;

    for kind in ["batch", "service"] {
        let reader = token(&api, kind)?;
        assert_eq!(reader.read("mock/test").success()?.data, hello(), "{kind}");
        assert_eq!(reader.list("mock/").success()?.keys(), ["test"], "{kind}");
        assert_eq!(reader.write("mock/test", hello()).status, 403, "{kind}");
        assert_eq!(reader.write("mock/new", hello()).status, 403, "{kind}");
        assert_eq!(reader.delete("mock/test").status, 403, "{kind}");
    }
    Ok(())
}

/// The server as a client with the policy `reader` reaches it.
fn token(api: &BlockingClient, kind: &str) -> Result<BlockingClient> {
    let body = json!({ "type": kind, "policies": ["reader"], "ttl": "5m" });
    let answer = api.write("auth/token/create", &body).success()?;
    let auth = answer.auth.context("a token")?;
    assert_eq!(json!(auth.token_type), kind);
    Ok(api.with_token(auth.client_token))
}
