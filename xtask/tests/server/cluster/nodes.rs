//! A cluster of nodes with raft storage, each on free ports of 127.0.0.1.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::BlockingClient;
use plugin_host::server::ProductionServer;
use serde_json::json;

/// How long a cluster on a busy machine may take to elect a node, or to follow a change.
const LIMIT: Duration = Duration::from_secs(90);

/// The nodes; dropped, they end.
pub(super) struct Cluster {
    pub(super) nodes: Vec<ProductionServer>,
}

impl Cluster {
    /// Starts the first node, and makes others join it.
    pub(super) fn start(
        binary: &ServerBinary,
        plugins: &Path,
        nodes: usize,
        variables: &[(&str, &str)],
    ) -> Result<Self> {
        let first = ProductionServer::start(&binary.path, plugins, variables)?;
        // A node that joined has no vote until it has been stable for a while: ten seconds, unless
        // told otherwise.
        let stable_at_once = json!({ "server_stabilization_time": "1s" });
        first.api().write("sys/storage/raft/autopilot/configuration", &stable_at_once).success()?;
        let mut cluster = Self { nodes: vec![first] };
        for _ in 1..nodes {
            let node = cluster.nodes[0].start_standby(plugins, variables)?;
            cluster.nodes.push(node);
        }
        until("a vote for each node", || Ok(cluster.voters()? == nodes))?;
        Ok(cluster)
    }

    fn voters(&self) -> Result<usize> {
        let answer = self.nodes[0].api().read("sys/storage/raft/configuration").success()?;
        let servers = answer.data["config"]["servers"].as_array().context("raft's servers")?;
        Ok(servers.iter().filter(|server| server["voter"] == true).count())
    }

    /// Waits until one of the running nodes is active, other than `former`; its index.
    pub(super) fn active_after(&self, former: Option<usize>) -> Result<usize> {
        let mut found = None;
        until("an active node", || {
            let others = (0..self.nodes.len()).filter(|index| Some(*index) != former);
            found = others.into_iter().find(|index| self.nodes[*index].is_active());
            Ok(found.is_some())
        })?;
        found.context("an active node")
    }

    /// The API of a node.
    pub(super) fn api(&self, node: usize) -> BlockingClient {
        self.nodes[node].api()
    }
}

/// Waits until a condition holds.
pub(super) fn until(what: &str, mut reached: impl FnMut() -> Result<bool>) -> Result<()> {
    let start = Instant::now();
    while !reached()? {
        if start.elapsed() > LIMIT {
            bail!("waited {LIMIT:?} in vain for {what}");
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
