//! The phases of the run, alternating between the two plugins.

use std::path::{Path, PathBuf};

use plugin_runtime::host::TlsMode;

use super::plugin::{Load, Plugin, launch, load, request};
use super::ratio::{Compared, median};
use super::result::{AgainstFloor, Report, Row, Target};
use super::server::{self, Server};
use super::{Result, floor, memory, overload};

/// What is measured, and how long.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Our plugin.
    pub ours: PathBuf,
    /// The peer; without one, ours is measured alone.
    pub peer: Option<PathBuf>,
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

/// The loads of one round.
#[derive(Clone, Copy, Debug, Default)]
struct Round {
    read_1: Load,
    read_8: Load,
    read_64: Load,
    write_64: Load,
    bare_1: Load,
    bare_64: Load,
}

/// What was found of one plugin.
#[derive(Debug, Default)]
struct Found {
    startup: Vec<f64>,
    rounds: Vec<Round>,
    rss_idle: Vec<f64>,
    rss_per_mount: Vec<f64>,
    rss_loaded: f64,
    binary: f64,
    by_mounts: Vec<f64>,
    answered: usize,
}

/// How many mounts share a process in the phase that compares.
pub const MOUNTS: [usize; 3] = [1, 10, 100];

/// Runs all phases. `say` hears what is going on.
///
/// # Errors
/// When a plugin fails.
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
            let (idle, per_mount) = memory_by_mounts(path).await?;
            found.rss_idle.push(idle);
            found.rss_per_mount.push(per_mount);
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
                Result::Ok((
                    floor::measure(&program, 1, exchanges)?,
                    floor::measure(&program, 64, exchanges / 10)?,
                ))
            })
            .await??,
        );
    }
    for (found, plugin) in found.iter_mut().zip(&plugins) {
        found.rss_loaded = memory::resident(plugin.process()?.pid())? as f64;
    }
    drop((plugins, mounts));
    say("many mounts");
    for count in MOUNTS {
        for (found, path) in found.iter_mut().zip(&paths) {
            found.by_mounts.push(cost_with_mounts(path, count, plan.requests / 2).await?);
        }
    }
    say("overload");
    let mut curves = Vec::new();
    for (index, path) in paths.iter().enumerate() {
        curves.extend(
            overload::curves(if index == 0 { "ours" } else { "the peer" }, path, plan.quick)
                .await?,
        );
    }
    let mut rows = rows(&found);
    if let Some(server) = &plan.server {
        say("through a real server");
        rows.extend(server::rows(server, plan.peer.is_some(), plan.rounds, plan.quick).await?);
    }
    Ok(Report {
        date: humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string(),
        machine: machine(),
        built_with: String::new(),
        rounds: plan.rounds,
        quick: plan.quick,
        requests_before_memory: found.first().map(|found| found.answered).unwrap_or_default(),
        rows,
        floor: against_floor(&found, &floors),
        by_mounts: by_mounts(&found),
        overload: curves,
    })
}

async fn memory_by_mounts(path: &Path) -> Result<(f64, f64)> {
    const FURTHER: u32 = 20;
    let plugin = Plugin::register("memory", path, TlsMode::Auto).await?;
    plugin.mount("m0").await?;
    let pid = plugin.process()?.pid();
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let idle = memory::resident(pid)? as f64;
    for number in 1..=FURTHER {
        plugin.mount(&format!("m{number}")).await?;
    }
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let more = memory::resident(pid)? as f64;
    plugin.host().seal().await;
    Ok((idle, (more - idle) / f64::from(FURTHER)))
}

async fn one_round(
    plugin: &Plugin,
    mount: &plugin_runtime::host::MountedBackend,
    plan: &Plan,
) -> Result<(Round, usize)> {
    let process = plugin.process()?;
    let mounts = std::slice::from_ref(mount);
    let document =
        r#"{"value":"0123456789012345678901234567890123456789012345678901234567890123"}"#;
    mount.handle(&request("update", "key", document)).await?;
    let read = request("read", "key", "null");
    let write = request("update", "key", document);
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

/// Microseconds of the plugin's CPU for a read, with so many mounts in the process.
async fn cost_with_mounts(path: &Path, count: usize, total: usize) -> Result<f64> {
    let plugin = Plugin::register("mounts", path, TlsMode::Auto).await?;
    let mut mounts = Vec::new();
    for number in 0..count {
        let mount = plugin.mount(&format!("m{number}")).await?;
        mount.handle(&request("update", "key", r#"{"value":"x"}"#)).await?;
        mounts.push(mount);
    }
    let process = plugin.process()?;
    let read = request("read", "key", "null");
    load(&mounts, &process, &read, 64, total / 4).await?;
    let found = load(&mounts, &process, &read, 64, total).await?;
    plugin.host().seal().await;
    Ok(found.plugin_cpu)
}

fn rows(found: &[Found]) -> Vec<Row> {
    let [ours, peer @ ..] = found else { return Vec::new() };
    let peer = peer.first();
    let each = |figure: &dyn Fn(&Round) -> f64| {
        let of = |found: &Found| found.rounds.iter().map(figure).collect::<Vec<_>>();
        Compared::of(&of(ours), &peer.map(of).unwrap_or_default())
    };
    let one = |figure: &dyn Fn(&Found) -> Vec<f64>| {
        Compared::of(&figure(ours), &peer.map(figure).unwrap_or_default())
    };
    let row = |key, title, unit, target, compared| Row { key, title, unit, target, compared };
    let at_most = |limit| Some(Target::AtMost(limit));
    let megabytes = |bytes: &[f64]| bytes.iter().map(|bytes| bytes / 1e6).collect::<Vec<_>>();
    vec![
        row(
            "throughput_64",
            "reads, 64 in flight",
            "requests/s",
            Some(Target::AtLeast(3.0)),
            each(&|it| it.read_64.throughput),
        ),
        row(
            "throughput_8",
            "reads, 8 in flight",
            "requests/s",
            None,
            each(&|it| it.read_8.throughput),
        ),
        row(
            "throughput_1",
            "reads, 1 in flight",
            "requests/s",
            None,
            each(&|it| it.read_1.throughput),
        ),
        row(
            "p50_1",
            "latency of a read, 1 in flight: p50",
            "µs",
            at_most(0.25),
            each(&|it| it.read_1.latency.p50),
        ),
        row("p90_1", "p90", "µs", None, each(&|it| it.read_1.latency.p90)),
        row("p99_1", "p99", "µs", at_most(0.25), each(&|it| it.read_1.latency.p99)),
        row("p999_1", "p99.9", "µs", None, each(&|it| it.read_1.latency.p999)),
        row(
            "p50_64",
            "latency of a read, 64 in flight: p50",
            "µs",
            None,
            each(&|it| it.read_64.latency.p50),
        ),
        row("p99_64", "p99", "µs", None, each(&|it| it.read_64.latency.p99)),
        row(
            "cpu_per_request",
            "CPU of the plugin for a read, 64 in flight",
            "µs",
            at_most(0.2),
            each(&|it| it.read_64.plugin_cpu),
        ),
        row(
            "driver_cpu_per_request",
            "CPU of the driver for it",
            "µs",
            None,
            each(&|it| it.read_64.driver_cpu),
        ),
        row(
            "cpu_per_request_1",
            "CPU of the plugin for a read, 1 in flight",
            "µs",
            None,
            each(&|it| it.read_1.plugin_cpu),
        ),
        row(
            "write_throughput_64",
            "writes, 64 in flight",
            "requests/s",
            None,
            each(&|it| it.write_64.throughput),
        ),
        row(
            "write_cpu_per_request",
            "CPU of the plugin for a write, 64 in flight",
            "µs",
            None,
            each(&|it| it.write_64.plugin_cpu),
        ),
        row(
            "bare_throughput_64",
            "requests without storage, 64 in flight",
            "requests/s",
            None,
            each(&|it| it.bare_64.throughput),
        ),
        row(
            "bare_cpu_per_request",
            "CPU of the plugin for one",
            "µs",
            None,
            each(&|it| it.bare_64.plugin_cpu),
        ),
        row(
            "startup",
            "exec to handshake line, mutual TLS",
            "ms",
            at_most(0.1),
            one(&|it| it.startup.clone()),
        ),
        row(
            "rss_idle",
            "memory, one mount, idle",
            "MB",
            at_most(0.25),
            one(&|it| megabytes(&it.rss_idle)),
        ),
        row(
            "rss_per_mount",
            "memory for each further mount",
            "MB",
            at_most(0.15),
            one(&|it| megabytes(&it.rss_per_mount)),
        ),
        row(
            "rss_loaded",
            "memory after the load",
            "MB",
            at_most(0.3),
            one(&|it| megabytes(&[it.rss_loaded])),
        ),
        row("binary", "the file", "MB", at_most(0.25), one(&|it| megabytes(&[it.binary]))),
    ]
}

fn against_floor(found: &[Found], floors: &[(floor::Floor, floor::Floor)]) -> Vec<AgainstFloor> {
    let both_ends = |found: &Found, load: &dyn Fn(&Round) -> Load| {
        let each: Vec<f64> = found
            .rounds
            .iter()
            .map(|round| load(round).plugin_cpu + load(round).driver_cpu)
            .collect();
        median(&each).unwrap_or_default()
    };
    let of = |in_flight,
              floor: &dyn Fn(&(floor::Floor, floor::Floor)) -> floor::Floor,
              load: &dyn Fn(&Round) -> Load| {
        let figures = |figure: &dyn Fn(floor::Floor) -> f64| {
            let each: Vec<f64> = floors.iter().map(|both| figure(floor(both))).collect();
            median(&each).unwrap_or_default()
        };
        AgainstFloor {
            in_flight,
            floor: figures(&|floor| floor.cpu),
            ours: found.first().map(|found| both_ends(found, load)).unwrap_or_default(),
            peer: found.get(1).map(|found| both_ends(found, load)),
            floor_p50: figures(&|floor| floor.latency.p50),
        }
    };
    vec![
        of(1, &|both| both.0, &|round| round.bare_1),
        of(64, &|both| both.1, &|round| round.bare_64),
    ]
}

fn by_mounts(found: &[Found]) -> Vec<(usize, f64, Option<f64>)> {
    let figure = |index: usize, plugin: usize| {
        found.get(plugin).and_then(|found| found.by_mounts.get(index).copied())
    };
    let each = MOUNTS.iter().enumerate();
    each.map(|(index, count)| (*count, figure(index, 0).unwrap_or_default(), figure(index, 1)))
        .collect()
}

/// The processor, the number of cores and the kernel.
fn machine() -> String {
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, model)| model);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{model}, {cores} cores, Linux {}", kernel.trim())
}
