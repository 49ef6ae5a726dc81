//! What an engine does on a standby, which serves reads.

use anyhow::Result;
use cargo_vault_plugin::server::ServerBinary;
use serde_json::json;

use super::engine::Engine;
use crate::on_every_server;

on_every_server!(an_engine_that_writes_when_it_is_initialized_lives_on_a_standby[StandbyReads],);

fn an_engine_that_writes_when_it_is_initialized_lives_on_a_standby(
    binary: &ServerBinary,
) -> Result<()> {
    let engine = Engine::start(binary)?;
    engine.is_accepted();
    let mut initialized = engine.noted_by("initialize", 2)?;
    initialized.sort_unstable();
    assert_eq!(initialized, [0, 1], "each node sets the mount up once");
    assert_eq!(
        engine.noted_by("create", 1)?,
        [0],
        "outside effects come from the active node alone"
    );
    let told = engine.logged(1, "`initialize` could not write")?;
    assert_eq!(told.len(), 1, "{told:#?}");

    // Reads are the standby's own, writes the active node's, and its changes reach the standby
    // however long that takes to forget what it knows.
    let (active, standby) = (engine.cluster.api(0), engine.cluster.api(1));
    active.write("engine/role/a", json!({ "value": "old" })).success()?;
    engine.shows(1, "a", "old")?;
    active.write("engine/role/a", json!({ "value": "new" })).success()?;
    engine.shows(1, "a", "new")?;
    standby.write("engine/role/a", json!({ "value": "newest" })).success()?;
    engine.shows(0, "a", "newest")?;
    engine.shows(1, "a", "newest")?;
    // The hook was slower than the server waits.
    engine.logged(1, "`invalidate` hook takes more than 2 s")?;
    engine.is_served_by(1)?;
    engine.is_accepted();
    Ok(())
}
