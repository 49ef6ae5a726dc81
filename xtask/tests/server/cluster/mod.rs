//! Several nodes: what a standby can't do itself is done by the active one.

mod engine;
mod every_minute;
mod failover;
mod nodes;
mod standby;

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::BlockingClient;
use plugin_host::server::ProductionServer;
use serde_json::{Value, json};
use xtask::tutorial::NAME;

use crate::on_every_server;
use crate::setting::{TRACED, distribution, register};

on_every_server!(a_write_to_a_standby_is_done_by_the_active_node[StandbyReads]);

/// How long a change may take to show on the standby.
const REPLICATION: Duration = Duration::from_secs(10);

fn a_write_to_a_standby_is_done_by_the_active_node(binary: &ServerBinary) -> Result<()> {
    let plugins = &distribution()?.plugin_directory;
    let active = ProductionServer::start(&binary.path, plugins, &[])?;
    register(&active.api())?;
    active.api().enable_secrets("mock", NAME).success()?;
    let early = json!({ "written": "before the standby was there" });
    active.api().write("mock/early", &early).success()?;

    let standby = active.start_standby(plugins, TRACED)?;
    let (on_active, on_standby) = (active.api(), standby.api());
    is_read(&on_standby, "mock/early", &early)?;
    standby.wait_for_plugins(1, Duration::from_secs(10))?;

    // The first write creates, the second updates: two ways into the plugin.
    for number in 1..=2 {
        let data = json!({ "number": number });
        assert_eq!(on_standby.write("mock/late", &data).status, 204, "write {number}");
        assert_eq!(on_active.read("mock/late").success()?.data, data);
        is_read(&on_standby, "mock/late", &data)?;
    }
    assert_eq!(on_standby.list("mock/").success()?.keys(), ["early", "late"]);
    assert_eq!(on_standby.delete("mock/early").status, 204);
    assert_eq!(on_active.read("mock/early").error_text(), "No value at mock/early");
    assert_eq!(on_active.list("mock/").success()?.keys(), ["late"]);

    // So it came about: the standby's own plugin was asked, and passed on what its storage said.
    let refused = standby.log().lines_with("cannot write to readonly storage");
    let answered = refused.iter().filter(|line| line.contains("handle request: ")).count();
    assert_eq!(answered, 3, "two writes and a delete: {refused:#?}");
    Ok(())
}

/// Waits until a read gives these data.
fn is_read(api: &BlockingClient, path: &str, data: &Value) -> Result<()> {
    let start = Instant::now();
    loop {
        let answer = api.read(path);
        if answer.data == *data {
            return Ok(());
        }
        if start.elapsed() > REPLICATION {
            bail!("{path} is {answer:?} after {REPLICATION:?}, not {data}");
        }
        thread::sleep(Duration::from_millis(20));
    }
}
