//! More requests than a plugin can answer: memory must not grow with them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use plugin_host::{Fault, StorageOperation, TlsMode, When};

use super::plugin::{Plugin, request};
use super::result::{Curve, Table};
use super::{Result, memory};

/// How many requests are under way at once.
pub const IN_FLIGHT: usize = 10_000;

/// How slow storage is in the phase in which it is slow.
pub const SLOW: Duration = Duration::from_millis(100);

/// How often memory is read.
const SAMPLE: Duration = Duration::from_millis(100);

/// Measures the plugin's memory over time, with ten thousand requests in flight, and with as many
/// while storage is slow.
///
/// # Errors
/// Fails if the plugin fails.
pub async fn curves(name: &str, path: &Path, quick: bool) -> Result<Vec<Curve>> {
    let seconds = if quick { 2 } else { 8 };
    let fast = curve(path, None, Duration::from_secs(seconds)).await?;
    let slow = curve(path, Some(SLOW), Duration::from_secs(seconds)).await?;
    let title = |what: &str| format!("{name}, {IN_FLIGHT} in flight{what}");
    Ok(vec![
        Curve { title: title(""), points: fast },
        Curve { title: title(", storage takes 100 ms"), points: slow },
    ])
}

/// Returns the curves in three figures each.
#[must_use]
pub fn table(curves: &[Curve]) -> Table {
    let row = |curve: &Curve| {
        let memory = || curve.points.iter().map(|(_, megabytes)| *megabytes);
        vec![
            curve.title.clone().into(),
            memory().next().into(),
            memory().reduce(f64::max).into(),
            memory().next_back().into(),
        ]
    };
    Table {
        title: "Memory under overload",
        about: "Megabytes of the plugin, with more requests than it can answer.".to_owned(),
        head: ["", "at the start", "highest", "at the end"].map(str::to_owned).into(),
        rows: curves.iter().map(row).collect(),
    }
}

async fn curve(path: &Path, slow: Option<Duration>, long: Duration) -> Result<Vec<(f64, f64)>> {
    let plugin = Plugin::register("overload", path, TlsMode::Auto).await?;
    let mount = plugin.mount("m").await?;
    mount.handle(&request("update", "key", r#"{"value":"x"}"#)).await?;
    if let Some(slow) = slow {
        let gets = When::always().of(StorageOperation::Get);
        plugin.host().faults("m")?.add(gets, Fault::Delay(slow));
    }
    let pid = plugin.process()?.pid();
    let read = request("read", "key", "null");
    let over = Arc::new(AtomicBool::new(false));
    let mut clients = tokio::task::JoinSet::new();
    let start = Instant::now();
    for _ in 0..IN_FLIGHT {
        let (mount, read, over) = (mount.clone(), read.clone(), Arc::clone(&over));
        clients.spawn(async move {
            while !over.load(Ordering::Relaxed) {
                mount.handle(&read).await?;
            }
            Result::Ok(())
        });
    }
    let mut points = Vec::new();
    while start.elapsed() < long {
        let now = start.elapsed().as_secs_f64();
        points.push((now, memory::resident(pid)? as f64 / 1e6));
        tokio::time::sleep(SAMPLE).await;
    }
    over.store(true, Ordering::Relaxed);
    plugin.host().faults("m")?.clear();
    while let Some(client) = clients.join_next().await {
        client??;
    }
    plugin.host().seal().await;
    Ok(points)
}
