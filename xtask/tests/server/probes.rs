//! The short lives of a plugin: servers start it to learn what it is, people by mistake.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::server::{DevServer, procfs};
use xtask::tutorial::{NAME, PACKAGE};

use crate::on_every_server;
use crate::setting::{distribution, register};

on_every_server!(the_probes_of_a_dev_server_leave_nothing_behind[ProtocolVersion5]);

fn the_probes_of_a_dev_server_leave_nothing_behind(binary: &ServerBinary) -> Result<()> {
    let folder = &distribution()?.plugin_directory;
    let files = fs::read_dir(folder).context("the plugin folder")?.count();
    let server = DevServer::start(&binary.path, Some(folder), &[])?;
    let log = server.log();

    // It tries each file as two kinds of database plugin, and then as what it is.
    for (probe, at_least) in [
        ("attempting to load database plugin as v5", files),
        ("attempting to load database plugin as v4", files),
        ("successfully dispensed v5 backend plugin", files),
    ] {
        let count = log.lines_with(probe).len();
        assert!(count >= at_least, "{probe:?} is {count} times in the log: nothing was tested");
    }
    server.wait_for_plugins(0, Duration::from_secs(10))?;
    nothing_is_left(&server)?;
    for trouble in ["[ERROR]", "panic", "failed to exit gracefully", "unable to determine"] {
        assert_eq!(log.lines_with(trouble), [""; 0], "{trouble}");
    }

    let api = server.api();
    let catalog = api.read("sys/plugins/catalog").success()?;
    let entries = catalog.data["detailed"].as_array().context("a catalog")?;
    let ours: Vec<_> = entries.iter().filter(|entry| entry["name"] == PACKAGE).collect();
    assert!(ours.len() == 1 && ours[0]["type"] == "secret", "it is taken for what it is: {ours:?}");
    let mounts = api.read("sys/mounts").success()?;
    let mounted = mounts.data.as_object().context("mounts")?;
    assert!(mounted.values().all(|mount| mount["type"] != PACKAGE), "a probe mounted something");

    // Making it known under its name asks it for its version.
    register(&api)?;
    server.wait_for_plugins(0, Duration::from_secs(10))?;
    nothing_is_left(&server)?;
    api.enable_secrets("mock", NAME).success()?;
    server.wait_for_plugins(1, Duration::ZERO)?;
    Ok(())
}

fn nothing_is_left(server: &DevServer) -> Result<()> {
    let folder = server.folders().temporary();
    assert_eq!(names(&folder)?, [""; 0], "files are left in the server's temporary folder");
    Ok(())
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

#[test]
fn a_plugin_without_the_right_cookie_ends_at_once_and_leaves_nothing_behind() -> Result<()> {
    // The certificate of a server does not change what a wrong cookie means.
    const RIGHT: &str = "6669da05-b1c8-4f49-97d9-c8e5bed98e20";
    let cases: [(&str, &[(&str, &str)]); 5] = [
        ("by hand", &[]),
        (
            "as database plugin",
            &[("VAULT_DATABASE_PLUGIN", "926a0820-aea2-be28-51d6-83cdf00e8edb")],
        ),
        ("wrong value", &[("VAULT_BACKEND_PLUGIN", "6669da05")]),
        ("wrong name", &[("BAO_PLUGIN_COOKIE", RIGHT), ("PLUGIN_PROTOCOL_VERSIONS", "5")]),
        ("empty", &[("VAULT_BACKEND_PLUGIN", ""), ("PLUGIN_CLIENT_CERT", "none")]),
    ];
    // The name of the folder tells the processes of this test from all others.
    let folder = tempfile::tempdir().context("a folder")?;
    let mark = format!("TMPDIR={}", folder.path().display());
    for (name, variables) in cases {
        let start = Instant::now();
        let output = Command::new(distribution()?.plugin_directory.join(PACKAGE))
            .env_remove("VAULT_BACKEND_PLUGIN")
            .env("TMPDIR", folder.path())
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .output()
            .context("starting the plugin")?;
        let took = start.elapsed();
        assert_eq!(output.status.code(), Some(1), "{name}: {output:?}");
        assert_eq!(output.stdout, b"", "{name}: stdout is the server's");
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(words.lines().count() <= 12 && !words.contains("panic"), "{name}: {words}");
        assert!(took < Duration::from_secs(1), "{name}: it took {took:?}");
        assert_eq!(names(folder.path())?, [""; 0], "{name}");
        assert_eq!(procfs::with_environment(&mark)?, [0; 0], "{name}: a process is left");
    }
    Ok(())
}
