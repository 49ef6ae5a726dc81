//! The documented way to install a plugin, to upgrade it and to roll back, word for word.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use cargo_vault_plugin::server::{Cli, ServerBinary};
use plugin_host::Answer;
use plugin_host::server::ProductionServer;
use serde_json::{Value, json};
use tempfile::TempDir;
use xtask::workspace;

use crate::kill::{kill_plugin, once_noticed};
use crate::setting::distribution;
use crate::{example, on_every_server};

on_every_server!(
    the_documented_upgrade_keeps_the_mount_up_and_leads_back[CatalogVersions],
    an_overwritten_file_is_repaired_by_the_documented_upgrade[CatalogVersions],
    the_commands_of_register_md_work_as_they_are[CatalogVersions],
);

/// The folder that the documents name.
const DOCUMENTED_FOLDER: &str = "/etc/openbao/plugins";

/// The executable that the documents name.
const DOCUMENTED_PLUGIN: &str = "target/dist/plugins/backend-kv-mock";

/// A server with an empty plugin folder, and the commands of the README for it.
struct Operator {
    cli: Cli,
    server: ProductionServer,
    folder: TempDir,
    plugin: PathBuf,
}

impl Operator {
    fn start(binary: &ServerBinary) -> Result<Self> {
        let folder = tempfile::tempdir().context("creating a plugin folder")?;
        let path = fs::canonicalize(folder.path()).context("resolving the plugin folder")?;
        let server = ProductionServer::start(&binary.path, &path, &[])?;
        let cli = Cli::new(binary, &server);
        Ok(Self { cli, server, folder, plugin: example::built()?.join("versioned") })
    }

    /// Runs documented commands: with this server's folder, and a plugin that has the version of
    /// its file's name.
    fn run(&self, script: &str) -> Result<()> {
        let folder = fs::canonicalize(self.folder.path())?;
        let script = script
            .replace(DOCUMENTED_FOLDER, &folder.display().to_string())
            .replace(DOCUMENTED_PLUGIN, &self.plugin.display().to_string());
        let output = self.cli.run_script(&script, &folder)?;
        ensure!(output.code == Some(0), "{script}\n{output:?}");
        Ok(())
    }

    fn read(&self, path: &str) -> Answer {
        once_noticed(|| self.server.api().read(path))
    }

    /// The version of the plugin that serves the mount, with the data still there.
    fn version(&self) -> Result<Value> {
        let message = self.read("notes/a").success()?.data["message"].clone();
        assert_eq!(message, "hello");
        Ok(self.read("notes/version").success()?.data["version"].clone())
    }
}

/// The shell commands of the README's section on production: to install, to upgrade, to roll back.
fn documented() -> Result<[String; 3]> {
    let readme = fs::read_to_string(workspace::root().join("README.md"))?;
    let (_, section) = readme.split_once("\n## In production\n").context("no such section")?;
    let section = section.split("\n## ").next().unwrap_or_default();
    let blocks: Vec<String> = section
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap_or_default().to_owned())
        .collect();
    <[String; 3]>::try_from(blocks).ok().context("install, upgrade and roll back, each a block")
}

/// The commands of a script, each with its continuation lines.
fn commands(script: &str) -> Vec<String> {
    script.replace("\\\n", " ").lines().map(str::to_owned).collect()
}

fn the_documented_upgrade_keeps_the_mount_up_and_leads_back(binary: &ServerBinary) -> Result<()> {
    let [install, upgrade, roll_back] = documented()?;
    let operator = Operator::start(binary)?;
    operator.run(&install)?;
    operator.server.api().write("notes/a", json!({ "message": "hello" })).success()?;
    assert_eq!(operator.version()?, "0.1.0");

    // The plugin dies after each step; the mount is served all the same.
    for (script, before, after) in [(&upgrade, "0.1.0", "0.2.0"), (&roll_back, "0.2.0", "0.1.0")] {
        for command in commands(script) {
            operator.run(&command)?;
            if !command.contains("plugin reload") {
                kill_plugin(&operator.server)?;
                let version = operator.version()?;
                let known = version == before || (version == after && command.contains("tune"));
                assert!(known, "{version} after {command}");
            }
        }
        assert_eq!(operator.version()?, after, "after {script}");
    }
    Ok(())
}

fn an_overwritten_file_is_repaired_by_the_documented_upgrade(binary: &ServerBinary) -> Result<()> {
    let [install, upgrade, _] = documented()?;
    let operator = Operator::start(binary)?;
    operator.run(&install)?;
    operator.server.api().write("notes/a", json!({ "message": "hello" })).success()?;

    let file = operator.folder.path().join("backend-kv-mock_v0.1.0");
    overwrite(&file)?;
    let reload = operator.cli.run(&["plugin", "reload", "-plugin=mock"])?;
    assert_ne!(reload.code, Some(0), "{reload:?}");
    assert!(reload.stderr.contains("checksums did not match"), "{reload:?}");
    assert!(!operator.read("notes/a").is_success());

    operator.run(&upgrade)?;
    assert_eq!(operator.version()?, "0.2.0");
    Ok(())
}

/// Puts other bytes under the name of a registered file.
fn overwrite(file: &Path) -> Result<()> {
    let mut bytes = fs::read(file)?;
    bytes.push(0);
    let beside = file.with_extension("new");
    fs::write(&beside, bytes)?;
    fs::set_permissions(&beside, fs::metadata(file)?.permissions())?;
    fs::rename(beside, file).context("overwriting a registered file")
}

fn the_commands_of_register_md_work_as_they_are(binary: &ServerBinary) -> Result<()> {
    let built = distribution()?;
    let text = fs::read_to_string(built.folder.join("REGISTER.md"))?;
    let operator = Operator::start(binary)?;
    let folder = fs::canonicalize(operator.folder.path())?;
    let script = text
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .map(|line| line.replace(DOCUMENTED_FOLDER, &folder.display().to_string()) + "\n")
        .collect::<String>();
    let output = operator.cli.run_script(&script, &built.folder)?;
    assert_eq!(output.code, Some(0), "{script}\n{output:?}");
    for built in &built.plugins {
        let name = &built.plugin.registration.name;
        let enabled = |line: &&str| {
            line.starts_with("Success! Enabled") && line.ends_with(&format!(" at: {name}/"))
        };
        assert_eq!(output.stdout.lines().filter(enabled).count(), 1, "{name}: {output:?}");
    }
    Ok(())
}
