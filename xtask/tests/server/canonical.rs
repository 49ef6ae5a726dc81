//! Policies and paths with several spellings, with the example `canonical`.

use anyhow::{Context, Result};
use cargo_vault_plugin::server::{Capability, ServerBinary};
use serde_json::json;

use crate::example::Example;
use crate::on_every_server;

on_every_server!(a_policy_for_the_canonical_path_covers_other_spellings_where_the_server_asks);

fn a_policy_for_the_canonical_path_covers_other_spellings_where_the_server_asks(
    binary: &ServerBinary,
) -> Result<()> {
    let example = Example::start(binary, "canonical")?;
    let api = example.api();
    api.enable_secrets("items", "canonical").success()?;
    let rules = r#"path "items/item/dev" { capabilities = ["create", "update", "read"] }"#;
    api.write("sys/policies/acl/dev", json!({ "policy": rules })).success()?;
    let made = api.write("auth/token/create", json!({ "policies": ["dev"] })).success()?;
    let dev = api.with_token(made.auth.context("no token")?.client_token);

    let asks = binary.can(Capability::CanonicalPaths);
    for (path, allowed) in
        [("item/dev", true), ("item/DEV", asks), ("item/prod", false), ("item/PROD", false)]
    {
        let path = format!("items/{path}");
        let note = json!({ "note": path });
        let written = dev.write(&path, &note);
        assert_eq!(written.status, if allowed { 204 } else { 403 }, "{path}: {written:?}");
        // Whether or not the policy allows it, root finds what was written under any spelling.
        api.write(&path, &note).success()?;
        let read = dev.read(&path);
        assert_eq!(read.status, if allowed { 200 } else { 403 }, "{path}: {read:?}");
        if allowed {
            assert_eq!(read.data, note, "{path}");
        }
    }
    assert_eq!(dev.read("items/item/dev").success()?.data["note"], "items/item/DEV");
    Ok(())
}
