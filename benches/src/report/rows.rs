//! The lines of the report that compare the two plugins, and their targets.

use super::measure::{Found, Round};
use super::ratio::Compared;
use super::result::{Row, Target};

/// Returns what was found of the two over the wire, side by side.
#[must_use]
pub fn rows(found: &[Found]) -> Vec<Row> {
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
            "rss_per_used_mount",
            "and once it was written to and read from",
            "MB",
            None,
            one(&|it| megabytes(&it.rss_per_used_mount)),
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
