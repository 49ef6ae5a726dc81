//! A temporary directory that something else keeps clean: the server's sockets lose their files
//! before a mount has used its own.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::server::procfs;
use serde_json::json;
use xtask::tutorial::NAME;

use crate::on_every_server;
use crate::setting::dev_server;

on_every_server!(mounts_that_were_not_used_survive_the_removal_of_sockets[ProtocolVersion5]);

fn mounts_that_were_not_used_survive_the_removal_of_sockets(binary: &ServerBinary) -> Result<()> {
    let server = dev_server(binary, &[])?;
    let api = server.api();
    for path in ["one", "two"] {
        api.enable_secrets(path, NAME).success()?;
    }
    let plugin = server.wait_for_plugins(1, Duration::ZERO)?[0];
    let sockets = server.sockets();
    let own = procfs::bound_sockets(plugin);
    assert!(sockets.len() > own.len(), "the server listens for its plugin: {sockets:?}");
    for socket in sockets {
        fs::remove_file(&socket).with_context(|| format!("removing {}", socket.display()))?;
    }
    for path in ["one", "two"] {
        let (key, data) = (format!("{path}/key"), json!({ "mount": path }));
        api.write(&key, &data).success().context("the first use")?;
        assert_eq!(api.read(&key).success()?.data, data);
    }
    assert_eq!(server.wait_for_plugins(1, Duration::ZERO)?, [plugin], "it is the same process");
    Ok(())
}
