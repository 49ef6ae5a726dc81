//! What a handler that computes does to the other mounts of its process.

use std::path::Path;
use std::time::{Duration, Instant};

use plugin_host::{MountedBackend, TlsMode};
use tokio_util::sync::CancellationToken;

use super::Result;
use super::plugin::{Load, Plugin, launch, load, request};
use super::result::Table;
use crate::engines::COMPUTATION;

/// How many reads are under way beside the computation.
const IN_FLIGHT: usize = 8;

/// How long the computation pauses, so that it needs half of a core.
const PAUSE: Duration = COMPUTATION;

/// Reads of one mount while another computes, with each choice that an author has.
///
/// # Errors
/// Fails if the plugin fails.
pub async fn table(program: &Path, requests: usize) -> Result<Table> {
    let mut rows = Vec::new();
    for (title, threads, path) in [
        ("no computation, one thread", "0", None),
        ("no computation, two worker threads", "2", None),
        ("an async handler, one thread", "0", Some("inline")),
        ("an async handler, two worker threads", "2", Some("inline")),
        ("a handler declared as `blocking`, one thread", "0", Some("beside")),
    ] {
        let (load, longest) = beside(program, threads, path, requests).await?;
        rows.push(vec![
            title.into(),
            load.throughput.into(),
            load.latency.p50.into(),
            load.latency.p99.into(),
            load.latency.p999.into(),
            longest.into(),
        ]);
    }
    let head = ["", "reads/s", "p50, µs", "p99, µs", "p99.9, µs", "longest computation, ms"];
    Ok(Table {
        title: "Beside a handler that computes",
        about: format!(
            "Reads of one mount of our plugin, {IN_FLIGHT} in flight, while a handler of another \
             mount of the process computes for {} ms and pauses for as long, over and over.",
            COMPUTATION.as_millis()
        ),
        head: head.map(str::to_owned).into(),
        rows,
    })
}

async fn beside(
    program: &Path,
    threads: &'static str,
    path: Option<&'static str>,
    requests: usize,
) -> Result<(Load, Option<f64>)> {
    let launch = move |path: &Path| launch(path, TlsMode::Auto).arg("computing").arg(threads);
    let plugin = Plugin::launched("computing", program, launch).await?;
    let notes = plugin.mount("notes").await?;
    let other = plugin.mount("other").await?;
    let note = r#"{"user":"svc","seats":3,"ttl":5400}"#;
    notes.handle(&request("update", "note/key", note)).await?;
    let process = plugin.process()?;
    let read = request("read", "note/key", "null");
    let mounts = std::slice::from_ref(&notes);
    load(mounts, &process, &read, IN_FLIGHT, requests / 10).await?;
    let over = CancellationToken::new();
    let computing = path.map(|path| tokio::spawn(compute(other, path, over.clone())));
    let found = load(mounts, &process, &read, IN_FLIGHT, requests).await;
    over.cancel();
    let longest = match computing {
        Some(computing) => Some(computing.await??),
        None => None,
    };
    plugin.host().seal().await;
    Ok((found?, longest))
}

/// Computes over and over, and says how many milliseconds the longest computation took.
async fn compute(mount: MountedBackend, path: &str, over: CancellationToken) -> Result<f64> {
    let computation = request("read", path, "null");
    let mut longest = Duration::ZERO;
    while !over.is_cancelled() {
        let start = Instant::now();
        mount.handle(&computation).await?;
        longest = longest.max(start.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    Ok(longest.as_secs_f64() * 1000.0)
}
