//! The phases of the run, alternating between the two plugins.

use std::path::{Path, PathBuf};

use plugin_host::TlsMode;

use super::plugin::{DOCUMENT, Load, Plugin, launch, load, request};
use super::result::Report;
use super::server::{self, Server};
use super::{Result, computing, floor, growth, layers, memory, overload, rows};

/// What is measured, and how long.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Our plugin.
    pub ours: PathBuf,
    /// The peer; without one, ours is measured alone.
    pub peer: Option<PathBuf>,
    /// The program `plugin` of this package, for the phases that look into our plugin.
    pub plugin: Option<PathBuf>,
    /// A real server on which both are mounted, at `ours/` and `peer/`.
    pub server: Option<Server>,
    /// This program, to be the other end of the floor.
    pub program: PathBuf,
    /// How often the phases alternate.
    pub rounds: usize,
    /// Requests of one phase with 64 in flight.
    pub requests: usize,
    /// A short run.
    pub quick: bool,
}

/// The loads of one round, by how many requests are in flight.
#[derive(Clone, Copy, Debug, Default)]
pub struct Round {
    /// Reads, one storage call each.
    pub read_1: Load,
    /// Reads.
    pub read_8: Load,
    /// Reads.
    pub read_64: Load,
    /// Writes, one storage call each.
    pub write_64: Load,
    /// Requests without storage.
    pub bare_1: Load,
    /// Requests without storage.
    pub bare_64: Load,
}

/// What was found of one plugin.
#[derive(Debug, Default)]
pub struct Found {
    /// Milliseconds to the handshake line, of each start.
    pub startup: Vec<f64>,
    /// The loads of each round.
    pub rounds: Vec<Round>,
    /// Bytes with one mount, of each round.
    pub rss_idle: Vec<f64>,
    /// Bytes for a further mount, of each round.
    pub rss_per_mount: Vec<f64>,
    /// The same, once each mount was written to and read from.
    pub rss_per_used_mount: Vec<f64>,
    /// Bytes after all rounds.
    pub rss_loaded: f64,
    /// Bytes of the file.
    pub binary: f64,
    /// How many requests it has answered by then.
    pub answered: usize,
}

/// Runs all phases. `say` hears what is going on.
///
/// # Errors
/// Fails if a plugin fails.
pub async fn run(plan: &Plan, say: impl Fn(&str)) -> Result<Report> {
    let paths: Vec<&Path> =
        [Some(plan.ours.as_path()), plan.peer.as_deref()].into_iter().flatten().collect();
    let mut found: Vec<Found> = paths.iter().map(|_| Found::default()).collect();
    for (found, path) in found.iter_mut().zip(&paths) {
        found.binary = std::fs::metadata(path)?.len() as f64;
    }
    say("starts");
    let starts = if plan.quick { 5 } else { 30 };
    for _ in 0..starts {
        for (found, path) in found.iter_mut().zip(&paths) {
            let process = launch(path, TlsMode::Auto).start().await?;
            found.startup.push(process.started_in().as_secs_f64() * 1000.0);
            process.shut_down().await;
        }
    }
    say("memory by mounts");
    for _ in 0..plan.rounds {
        for (found, path) in found.iter_mut().zip(&paths) {
            let memory = memory_by_mounts(path).await?;
            found.rss_idle.push(memory.idle);
            found.rss_per_mount.push(memory.per_mount);
            found.rss_per_used_mount.push(memory.per_used_mount);
        }
    }
    let mut plugins = Vec::new();
    for path in &paths {
        let name = if plugins.is_empty() { "ours" } else { "peer" };
        plugins.push(Plugin::register(name, path, TlsMode::Auto).await?);
    }
    let mut mounts = Vec::new();
    for plugin in &plugins {
        mounts.push(plugin.mount("load").await?);
    }
    let mut floors = Vec::new();
    for round in 0..plan.rounds {
        for ((found, plugin), mount) in found.iter_mut().zip(&plugins).zip(&mounts) {
            say(&format!("load, round {} of {}: {}", round + 1, plan.rounds, plugin.name));
            let (loads, answered) = one_round(plugin, mount, plan).await?;
            found.rounds.push(loads);
            found.answered += answered;
        }
        let program = plan.program.clone();
        let exchanges = if plan.quick { 5_000 } else { 30_000 };
        floors.push(
            tokio::task::spawn_blocking(move || {
                Result::Ok([
                    floor::measure(&program, 1, exchanges)?,
                    floor::measure(&program, 64, exchanges / 10)?,
                ])
            })
            .await??,
        );
    }
    for (found, plugin) in found.iter_mut().zip(&plugins) {
        found.rss_loaded = memory::resident(plugin.process()?.pid())? as f64;
    }
    drop((plugins, mounts));
    let mut tables = vec![floor::table(&found, &floors)];
    say("many mounts, many keys");
    tables.push(growth::by_mounts(&paths, plan.requests / 2).await?);
    tables.push(growth::by_keys(&paths, plan.requests / 2).await?);
    if let Some(plugin) = &plan.plugin {
        say("by layer");
        tables.push(layers::table(plugin, plan.rounds, plan.requests / 2).await?);
        say("beside a computation");
        tables.push(computing::table(plugin, plan.requests / 4).await?);
    }
    say("overload");
    let mut curves = Vec::new();
    for (index, path) in paths.iter().enumerate() {
        curves.extend(
            overload::curves(if index == 0 { "ours" } else { "the peer" }, path, plan.quick)
                .await?,
        );
    }
    tables.push(overload::table(&curves));
    let mut rows = rows::rows(&found);
    if let Some(server) = &plan.server {
        say("through a real server");
        let found = server::measured(server, plan.peer.is_some(), plan.rounds, plan.quick);
        let (compared, table) = found.await?;
        rows.extend(compared);
        tables.push(table);
    }
    Ok(Report {
        date: humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string(),
        machine: machine(),
        peer: plan.peer.as_deref().map(program_name),
        built_with: String::new(),
        rounds: plan.rounds,
        quick: plan.quick,
        requests_before_memory: found.first().map(|found| found.answered).unwrap_or_default(),
        rows,
        tables,
        overload: curves,
    })
}

/// Returns a program's file name.
#[must_use]
pub fn program_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Bytes of a plugin's process.
struct Memory {
    idle: f64,
    per_mount: f64,
    per_used_mount: f64,
}

async fn memory_by_mounts(path: &Path) -> Result<Memory> {
    const FURTHER: u32 = 20;
    let plugin = Plugin::register("memory", path, TlsMode::Auto).await?;
    let first = plugin.mount("m0").await?;
    let pid = plugin.process()?.pid();
    let idle = settled(pid).await?;
    let mut further = Vec::new();
    for number in 1..=FURTHER {
        further.push(plugin.mount(&format!("m{number}")).await?);
    }
    let mounted = settled(pid).await?;
    // What the first request of a process needs does not belong to a mount.
    use_once(&first).await?;
    let before = settled(pid).await?;
    for mount in &further {
        use_once(mount).await?;
    }
    let after = settled(pid).await?;
    plugin.host().seal().await;
    let per_mount = (mounted - idle) / f64::from(FURTHER);
    let per_used_mount = per_mount + (after - before) / f64::from(FURTHER);
    Ok(Memory { idle, per_mount, per_used_mount })
}

/// Returns what is resident once a process has come to rest.
async fn settled(pid: u32) -> Result<f64> {
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    Ok(memory::resident(pid)? as f64)
}

async fn use_once(mount: &plugin_host::MountedBackend) -> Result<()> {
    mount.handle(&request("update", "key", DOCUMENT)).await?;
    mount.handle(&request("read", "key", "null")).await?;
    Ok(())
}

async fn one_round(
    plugin: &Plugin,
    mount: &plugin_host::MountedBackend,
    plan: &Plan,
) -> Result<(Round, usize)> {
    let process = plugin.process()?;
    let mounts = std::slice::from_ref(mount);
    mount.handle(&request("update", "key", DOCUMENT)).await?;
    let read = request("read", "key", "null");
    let write = request("update", "key", DOCUMENT);
    let bare = request("resolve-path", "key", "null");
    let few = (plan.requests / 20).max(500);
    // Warm-up: the first requests fill caches and let the heap find its size.
    load(mounts, &process, &read, 64, few).await?;
    let round = Round {
        read_1: load(mounts, &process, &read, 1, few).await?,
        read_8: load(mounts, &process, &read, 8, plan.requests / 4).await?,
        read_64: load(mounts, &process, &read, 64, plan.requests).await?,
        write_64: load(mounts, &process, &write, 64, plan.requests / 4).await?,
        bare_1: load(mounts, &process, &bare, 1, few).await?,
        bare_64: load(mounts, &process, &bare, 64, plan.requests / 2).await?,
    };
    let answered = 3 * few + plan.requests / 4 * 2 + plan.requests + plan.requests / 2;
    Ok((round, answered))
}

/// Returns the processor, the number of cores and the kernel.
fn machine() -> String {
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, model)| model);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{model}, {cores} cores, Linux {}", kernel.trim())
}
