//! The example `standby` on two nodes, whose journal tells what each of them does.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::server::ProductionServer;
use serde_json::json;
use tempfile::TempDir;

use super::nodes::{Cluster, until};
use crate::example;
use crate::setting::TRACED;

/// The engine on two nodes, of which the first is the active one, and its journal.
pub(super) struct Engine {
    pub(super) cluster: Cluster,
    journal: PathBuf,
    _folder: TempDir,
}

impl Engine {
    pub(super) fn start(binary: &ServerBinary) -> Result<Self> {
        let folder = tempfile::tempdir().context("creating a plugin folder")?;
        fs::copy(example::built()?.join("standby"), folder.path().join("standby"))?;
        // Servers refuse a folder behind a symbolic link.
        let plugins = fs::canonicalize(folder.path()).context("resolving the plugin folder")?;
        let cluster = Cluster::start(binary, &plugins, 2, TRACED)?;
        let journal = plugins.join("journal");
        let api = cluster.api(0);
        let sha256 = xtask::dist::sha256_of_file(&plugins.join("standby"))?;
        let plugin = json!({ "command": "standby", "sha256": sha256 });
        api.write("sys/plugins/catalog/secret/standby", &plugin).success()?;
        let mount = json!({ "type": "standby", "options": { "journal": journal } });
        api.write("sys/mounts/engine", &mount).success()?;
        let engine = Self { cluster, journal, _folder: folder };
        engine.is_served_by(1)?;
        Ok(engine)
    }

    /// Waits until a node answers reads with a plugin of its own.
    pub(super) fn is_served_by(&self, node: usize) -> Result<()> {
        let name = name(&self.cluster.nodes[node]);
        until(&format!("node {node} to serve the mount"), || {
            let answer = self.cluster.api(node).read("engine/where");
            Ok(answer.data["node"] == name.as_str())
        })
    }

    /// Waits until the reads of a node show a role's value.
    pub(super) fn shows(&self, node: usize, role: &str, value: &str) -> Result<()> {
        let path = format!("engine/role/{role}");
        until(&format!("node {node} to show {value:?} as {role}"), || {
            Ok(self.cluster.api(node).read(&path).data["value"] == value)
        })
    }

    /// Which nodes have noted an effect, in order.
    pub(super) fn noted(&self, what: &str) -> Result<Vec<usize>> {
        let journal = fs::read_to_string(&self.journal).context("reading the journal")?;
        let names: Vec<_> = self.cluster.nodes.iter().map(name).collect();
        let lines = journal.lines().filter_map(|line| line.strip_prefix(what)?.strip_prefix(' '));
        let nodes = lines.filter_map(|node| names.iter().position(|name| name == node));
        Ok(nodes.collect())
    }

    /// Waits until nodes have noted an effect `count` times, and returns them in order.
    pub(super) fn noted_by(&self, what: &str, count: usize) -> Result<Vec<usize>> {
        until(&format!("{count} notes of {what:?}"), || Ok(self.noted(what)?.len() >= count))?;
        self.noted(what)
    }

    /// Waits until the log of a node has lines with a text, and returns them.
    pub(super) fn logged(&self, node: usize, text: &str) -> Result<Vec<String>> {
        let log = self.cluster.nodes[node].log();
        until(&format!("node {node} to log {text:?}"), || Ok(log.contains(text)))?;
        Ok(log.lines_with(text))
    }

    /// No node has given up over what the engine does.
    pub(super) fn is_accepted(&self) {
        for (node, server) in self.cluster.nodes.iter().enumerate() {
            let restarts = server.log().lines_with("restarting core");
            assert!(restarts.is_empty(), "node {node}: {restarts:#?}");
        }
    }
}

/// What the plugins of a server call it.
fn name(server: &ProductionServer) -> String {
    server.folders().temporary().display().to_string()
}
