//! The tutorial's session, through the CLI and through HTTP.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use cargo_vault_plugin::server::{Capability, Cli, ServerBinary};
use plugin_host::server::DevServer;
use serde_json::json;
use xtask::tutorial::{self, NAME, PACKAGE};

use crate::on_every_server;
use crate::setting::{dev_server, distribution, plugin};

on_every_server!(
    the_cli_gets_the_tutorials_answers,
    http_gets_the_tutorials_answers,
    a_json_body_comes_back_equal,
    folders_are_listed_with_a_slash,
    a_write_without_data_is_refused,
    a_plugin_in_the_dev_folder_is_named_at_the_start,
);

fn the_cli_gets_the_tutorials_answers(binary: &ServerBinary) -> Result<()> {
    let folder = &distribution()?.plugin_directory;
    let server = DevServer::start(&binary.path, Some(folder), &[])?;
    let session = tutorial::session(plugin()?, binary.can(Capability::CatalogVersions));
    let mut shown = 0;
    tutorial::play(&Cli::new(binary, &server), &session, |_| shown += 1, || false)?;
    assert_eq!(shown, session.len());
    Ok(())
}

fn http_gets_the_tutorials_answers(binary: &ServerBinary) -> Result<()> {
    let server = dev_server(binary, &[])?;
    let api = server.api();
    let hello = json!({ "message": "Hello World" });

    assert_eq!(api.enable_secrets("mock", NAME).status, 204);
    let mounts = api.read("sys/mounts").success()?;
    assert_eq!(mounts.data["mock/"]["type"], NAME);
    assert_eq!(api.list("mock/").status, 404, "nothing there yet");
    assert_eq!(api.write("mock/test", &hello).status, 204);
    assert_eq!(api.read("mock/test").success()?.data, hello);
    assert_eq!(api.list("mock/").success()?.keys(), ["test"]);
    assert_eq!(api.delete("mock/test").status, 204);
    let missing = api.read("mock/test");
    assert_eq!((missing.status, missing.error_text().as_str()), (400, "No value at mock/test"));

    assert_eq!(api.write("mock/test", &hello).status, 204);
    assert_eq!(api.disable_secrets("mock").status, 204);
    assert_eq!(api.read("mock/test").status, 404, "no mount there any more");
    assert_eq!(api.enable_secrets("mock", NAME).status, 204);
    assert_eq!(
        api.read("mock/test").error_text(),
        "No value at mock/test",
        "the data went with it"
    );
    Ok(())
}

fn a_json_body_comes_back_equal(binary: &ServerBinary) -> Result<()> {
    let server = dev_server(binary, &[])?;
    let api = server.api();
    api.enable_secrets("mock", NAME).success()?;
    let body = json!({
        "integer": 42,
        "negative": -7,
        // The server reads a plugin's answer into 64-bit floats, so beyond this no external plugin
        // can give integers back exactly, in whatever language it is written.
        "largest_exact": 9_007_199_254_740_992_u64,
        "smallest_exact": -9_007_199_254_740_992_i64,
        "fraction": 1.5,
        "zero": 0,
        "yes": true,
        "nothing": null,
        "empty": "",
        "list": [1, "two", 3.25, null, [true, []]],
        "nested": { "a": { "b": [{ "c": "d" }] }, "": {} },
        "unicode": "Grüße, 世界, 🔑, \u{0}\u{7f}\u{2028} \"quoted\" \\ </script> &",
        "ключ": "значение",
    });
    for first in [true, false] {
        // The second write is an update.
        assert_eq!(api.write("mock/деревня/json", &body).status, 204, "first write: {first}");
        assert_eq!(api.read("mock/деревня/json").success()?.data, body);
    }
    Ok(())
}

fn folders_are_listed_with_a_slash(binary: &ServerBinary) -> Result<()> {
    let server = dev_server(binary, &[])?;
    let api = server.api();
    api.enable_secrets("mock", NAME).success()?;
    for key in ["a", "a/b", "a/c/d", "z"] {
        api.write(&format!("mock/{key}"), json!({ "key": key })).success()?;
    }
    assert_eq!(api.list("mock/").success()?.keys(), ["a", "a/", "z"]);
    assert_eq!(api.list("mock/a/").success()?.keys(), ["b", "c/"]);
    assert_eq!(api.list("mock/a/c").success()?.keys(), ["d"]);
    assert_eq!(api.list("mock/nowhere").status, 404);
    Ok(())
}

fn a_write_without_data_is_refused(binary: &ServerBinary) -> Result<()> {
    let server = dev_server(binary, &[])?;
    let api = server.api();
    api.enable_secrets("mock", NAME).success()?;
    let answer = api.write("mock/test", json!({}));
    assert_eq!(answer.status, 400);
    let expected = "data must be provided to store in secret";
    assert_eq!(answer.error_text(), expected, "{answer:?}");
    assert_eq!(api.list("mock/").status, 404, "nothing was stored");
    Ok(())
}

fn a_plugin_in_the_dev_folder_is_named_at_the_start(binary: &ServerBinary) -> Result<()> {
    let folder = tempfile::tempdir().context("creating a plugin folder")?;
    let from = distribution()?.plugin_directory.join(PACKAGE);
    fs::copy(&from, folder.path().join(NAME)).with_context(|| from.display().to_string())?;
    // Servers refuse a folder behind a symbolic link.
    let path = fs::canonicalize(folder.path()).context("resolving the plugin folder")?;
    let server = DevServer::start(&binary.path, Some(&path), &[])?;
    let heading = "The following dev plugins are registered in the catalog:";
    server.log().wait_for(heading, Duration::from_secs(10))?;
    server.log().wait_for(&format!("\n    - {NAME}\n"), Duration::from_secs(10))?;

    let api = server.api();
    api.enable_secrets("mock", NAME).success()?;
    let hello = json!({ "message": "Hello World" });
    api.write("mock/test", hello.clone()).success()?;
    assert_eq!(api.read("mock/test").success()?.data, hello);
    Ok(())
}
