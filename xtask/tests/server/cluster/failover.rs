//! Failovers under load, with a journal of what was acknowledged: none of it is lost.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::BlockingClient;
use serde_json::json;
use xtask::tutorial::NAME;

use super::nodes::{Cluster, until};
use crate::on_the_newest_servers;
use crate::setting::{distribution, register};

on_the_newest_servers!(no_acknowledged_write_is_lost_when_the_active_node_steps_down_or_dies);

/// How many acknowledged writes a stage waits for.
const STAGE: usize = 50;

fn no_acknowledged_write_is_lost_when_the_active_node_steps_down_or_dies(
    binary: &ServerBinary,
) -> Result<()> {
    let mut cluster = Cluster::start(binary, &distribution()?.plugin_directory, 3, &[])?;
    register(&cluster.api(0))?;
    cluster.api(0).enable_secrets("mock", NAME).success()?;
    let apis: Vec<BlockingClient> = (0..3).map(|node| cluster.api(node)).collect();
    let journal = Journal::default();

    thread::scope(|scope| {
        let (journal, apis) = (&journal, &apis);
        for writer in 0..2 {
            scope.spawn(move || journal.keep(writer, apis));
        }
        // The writers end when the course is over, however it ends.
        let _over = Over(&journal.over);
        disturb(&mut cluster, journal)
    })?;

    let acknowledged = journal.acknowledged()?;
    println!("{} acknowledged writes", acknowledged.len());
    let last = acknowledged.last().context("acknowledged writes")?;
    for (node, api) in apis.iter().enumerate() {
        until(&format!("node {node} to be up to date"), || Ok(is_right(api, last)))?;
        for write in &acknowledged {
            assert!(is_right(api, write), "node {node} has lost {write}");
        }
    }
    Ok(())
}

/// Has the active node step down, kills its successor, and lets that come back.
fn disturb(cluster: &mut Cluster, journal: &Journal) -> Result<()> {
    journal.grows("before")?;
    cluster.api(0).write("sys/step-down", json!({})).success()?;
    let second = cluster.active_after(Some(0))?;
    journal.grows("after the active node has stepped down")?;
    cluster.nodes[second].kill()?;
    cluster.active_after(Some(second))?;
    journal.grows("after the active node was killed")?;
    cluster.nodes[second].start_again()?;
    cluster.nodes[second].unseal_standby()?;
    journal.grows("after the killed node has come back")
}

/// What was acknowledged: the path of each write, whose data name it.
#[derive(Default)]
struct Journal {
    acknowledged: Mutex<Vec<String>>,
    over: AtomicBool,
}

impl Journal {
    /// Writes to one node after the other, standbys included, until it is over.
    fn keep(&self, writer: usize, apis: &[BlockingClient]) {
        for (number, api) in apis.iter().cycle().enumerate() {
            if self.over.load(Ordering::Relaxed) {
                break;
            }
            let path = format!("mock/{writer}-{number}");
            if api.write(&path, json!({ "path": path })).is_success() {
                self.note(path);
            } else {
                // A node that is down, or that knows no active one.
                thread::sleep(Duration::from_millis(20));
            }
        }
    }

    fn note(&self, path: String) {
        if let Ok(mut acknowledged) = self.acknowledged.lock() {
            acknowledged.push(path);
        }
    }

    fn acknowledged(&self) -> Result<Vec<String>> {
        Ok(self.acknowledged.lock().map_err(|_| anyhow!("a writer panicked"))?.clone())
    }

    /// Waits for more acknowledged writes.
    fn grows(&self, when: &str) -> Result<()> {
        let enough = self.acknowledged()?.len() + STAGE;
        until(&format!("writes {when}"), || Ok(self.acknowledged()?.len() >= enough))
    }
}

/// Sets its flag when dropped.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn is_right(api: &BlockingClient, path: &str) -> bool {
    api.read(path).data["path"] == path
}
