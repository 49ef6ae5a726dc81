//! Whether a request costs more where there is more of something.

use std::path::Path;

use plugin_host::TlsMode;

use super::Result;
use super::plugin::{Plugin, load, request};
use super::result::{Cell, Table};

/// How many mounts share a process.
const MOUNTS: [usize; 3] = [1, 10, 100];

/// How many keys are stored in a mount.
const KEYS: [usize; 3] = [1, 100, 10_000];

/// Measures the plugin's CPU for a read by the number of mounts in its process.
///
/// # Errors
/// Fails if a plugin fails.
pub async fn by_mounts(paths: &[&Path], requests: usize) -> Result<Table> {
    let mut rows = Vec::new();
    for count in MOUNTS {
        let mut row: Vec<Cell> = vec![count.into()];
        for path in paths {
            for cost in with_mounts(path, count, requests).await? {
                row.push(cost.into());
            }
        }
        rows.push(row);
    }
    let columns = |plugin: &str| [format!("{plugin}, 1 in flight"), format!("{plugin}, 64")];
    let plugins = ["ours", "peer"].into_iter().take(paths.len());
    Ok(Table {
        title: "By the number of mounts in the process",
        about: "Microseconds of the plugin's CPU for a read, over all mounts in turn. Each mount \
                has a connection of its own for its storage, so that with 64 in flight over many \
                mounts fewer calls share a write."
            .to_owned(),
        head: ["mounts".to_owned()].into_iter().chain(plugins.flat_map(columns)).collect(),
        rows,
    })
}

/// Measures the cost with 1 and with 64 in flight.
async fn with_mounts(path: &Path, count: usize, requests: usize) -> Result<[f64; 2]> {
    let plugin = Plugin::register("mounts", path, TlsMode::Auto).await?;
    let mut mounts = Vec::new();
    for number in 0..count {
        let mount = plugin.mount(&format!("m{number}")).await?;
        mount.handle(&request("update", "key", r#"{"value":"x"}"#)).await?;
        mounts.push(mount);
    }
    let process = plugin.process()?;
    let read = request("read", "key", "null");
    load(&mounts, &process, &read, 64, requests / 4).await?;
    let one = load(&mounts, &process, &read, 1, requests / 10).await?.plugin_cpu;
    let many = load(&mounts, &process, &read, 64, requests).await?.plugin_cpu;
    plugin.host().seal().await;
    Ok([one, many])
}

/// Measures the plugin's CPU for a read by the number of keys that its mount has stored.
///
/// # Errors
/// Fails if a plugin fails.
pub async fn by_keys(paths: &[&Path], requests: usize) -> Result<Table> {
    let mut rows = Vec::new();
    for count in KEYS {
        let mut row: Vec<Cell> = vec![count.into()];
        for path in paths {
            row.push(with_keys(path, count, requests).await?.into());
        }
        rows.push(row);
    }
    let plugins = ["ours", "peer"].map(str::to_owned).into_iter().take(paths.len());
    Ok(Table {
        title: "By the number of stored keys",
        about:
            "Microseconds of the plugin's CPU for a read, 64 in flight. What a request costs by \
                the number of declared paths is in the criterion report, under `routing`."
                .to_owned(),
        head: ["keys".to_owned()].into_iter().chain(plugins).collect(),
        rows,
    })
}

async fn with_keys(path: &Path, count: usize, requests: usize) -> Result<f64> {
    let plugin = Plugin::register("keys", path, TlsMode::Auto).await?;
    let mount = plugin.mount("m").await?;
    for number in 0..count {
        mount.handle(&request("update", &format!("key{number}"), r#"{"value":"x"}"#)).await?;
    }
    let process = plugin.process()?;
    let mounts = std::slice::from_ref(&mount);
    let read = request("read", &format!("key{}", count / 2), "null");
    load(mounts, &process, &read, 64, requests / 4).await?;
    let cost = load(mounts, &process, &read, 64, requests).await?.plugin_cpu;
    plugin.host().seal().await;
    Ok(cost)
}
