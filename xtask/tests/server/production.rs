//! A server with a config file and persistent storage: restarts, sums.

use anyhow::Result;
use cargo_vault_plugin::server::{Capability, Cli, ServerBinary};
use plugin_host::server::{ProductionServer, Settings};
use serde_json::json;
use std::time::Duration;
use xtask::dist::register_arguments;
use xtask::tutorial::NAME;

use crate::on_every_server;
use crate::setting::{distribution, plugin, production_server};

on_every_server!(
    data_outlive_sighup_and_restart,
    data_outlive_seal_and_unseal,
    a_wrong_sum_is_refused_at_enable_and_can_be_mended,
);

fn start(binary: &ServerBinary) -> Result<ProductionServer> {
    production_server(binary, &distribution()?.plugin_directory, &[], Settings::new())
}

/// Registers the plugin as an operator does, with the CLI, here with any sum.
fn register(cli: &Cli, sha256: &str) -> Result<()> {
    let mut built = plugin()?.clone();
    built.sha256 = sha256.to_owned();
    let versions = cli.binary().can(Capability::CatalogVersions);
    let arguments = register_arguments(&built, &built.plugin.package, versions);
    let output = cli.run(&arguments)?;
    assert_eq!(output.code, Some(0), "{output:?}");
    assert_eq!(output.stdout.trim(), format!("Success! Registered plugin: {NAME}"));
    Ok(())
}

fn data_outlive_sighup_and_restart(binary: &ServerBinary) -> Result<()> {
    let mut server = start(binary)?;
    register(&Cli::new(binary, &server), &plugin()?.sha256)?;
    let api = server.api();
    api.enable_secrets("team/engine", NAME).success()?;
    let data = json!({ "message": "still here" });
    api.write("team/engine/a/b", &data).success()?;

    let before = server.wait_for_plugins(1, Duration::ZERO)?;
    server.reload_config()?;
    assert_eq!(api.read("team/engine/a/b").success()?.data, data, "after SIGHUP");
    let after = server.plugin_processes()?;
    assert_eq!(after, before, "SIGHUP restarts no plugin");

    server.stop()?;
    server.wait_for_plugins(0, Duration::from_secs(10))?;
    assert_eq!(server.sockets(), Vec::<std::path::PathBuf>::new(), "sockets are left");
    server.start_again()?;
    assert_eq!(api.read("team/engine/a/b").status, 503, "sealed after the start");
    server.unseal()?;
    assert_eq!(api.read("team/engine/a/b").success()?.data, data, "after the restart");
    assert_eq!(api.list("team/engine/a/").success()?.keys(), ["b"]);
    Ok(())
}

fn data_outlive_seal_and_unseal(binary: &ServerBinary) -> Result<()> {
    let mut server = start(binary)?;
    register(&Cli::new(binary, &server), &plugin()?.sha256)?;
    let api = server.api();
    api.enable_secrets("mock", NAME).success()?;
    let data = json!({ "message": "still here" });
    api.write("mock/test", &data).success()?;

    api.write("sys/seal", ()).success()?;
    server.wait_for_plugins(0, Duration::from_secs(10))?;
    assert_eq!(api.read("mock/test").status, 503);
    server.unseal()?;
    assert_eq!(api.read("mock/test").success()?.data, data);
    server.wait_for_plugins(1, Duration::from_secs(10))?;
    Ok(())
}

fn a_wrong_sum_is_refused_at_enable_and_can_be_mended(binary: &ServerBinary) -> Result<()> {
    let server = start(binary)?;
    let api = server.api();
    // The server runs nothing at this point: the mistake shows at enable.
    register(&Cli::new(binary, &server), &"0".repeat(64))?;
    let refused = api.enable_secrets("mock", NAME);
    assert!(!refused.is_success(), "{refused:?}");
    assert!(refused.error_text().contains("checksums did not match"), "{refused:?}");
    assert_eq!(server.plugin_processes()?, [0; 0]);

    register(&Cli::new(binary, &server), &plugin()?.sha256)?;
    api.enable_secrets("mock", NAME).success()?;
    let data = json!({ "message": "Hello World" });
    api.write("mock/test", &data).success()?;
    assert_eq!(api.read("mock/test").success()?.data, data);
    Ok(())
}
