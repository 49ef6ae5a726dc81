//! The work of every minute, for which servers call standbys too.

use anyhow::Result;
use cargo_vault_plugin::server::ServerBinary;
use serde_json::json;

use super::engine::Engine;
use super::nodes::until;
use crate::on_the_newest_servers;

on_the_newest_servers!(the_work_of_every_minute_is_done_by_the_active_node_alone[StandbyReads],);

/// After a failover: what was the standby does it then, and what was the active node no longer.
fn the_work_of_every_minute_is_done_by_the_active_node_alone(binary: &ServerBinary) -> Result<()> {
    let engine = Engine::start(binary)?;
    for name in ["a", "b"] {
        let path = format!("engine/half-done/{name}");
        engine.cluster.api(0).write(&path, json!({})).success()?;
    }
    engine.cluster.api(0).write("sys/step-down", json!({})).success()?;
    assert_eq!(engine.cluster.active_after(Some(0))?, 1);
    engine.is_served_by(1)?;
    engine.is_served_by(0)?;
    let before = engine.noted("periodic")?.len();
    assert_eq!(engine.noted_by("create", 2)?, [0, 1], "a new active node is initialized as one");

    until("the tick of both nodes", || {
        let ticks = engine.noted("on every node")?;
        Ok(ticks.contains(&0) && ticks.contains(&1) && engine.noted("periodic")?.len() > before)
    })?;
    assert!(engine.noted("periodic")?[before..].iter().all(|node| *node == 1));
    for name in ["a", "b"] {
        assert_eq!(engine.noted_by(&format!("undo {name}"), 1)?, [1], "{name} is undone once");
    }
    engine.is_accepted();
    Ok(())
}
