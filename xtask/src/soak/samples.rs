//! What processes use, over time, and whether it grows.

use std::fmt;
use std::time::Duration;

/// What a process uses at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Resident memory, in bytes.
    pub(crate) memory: u64,
    pub(crate) files: u64,
    pub(crate) threads: u64,
}

/// One look at everything.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) at: Duration,
    pub(crate) requests: u64,
    pub(crate) mounts: u64,
    pub(crate) disruptions: u64,
    /// Of the processes that are never disrupted, in the order of the plugins.
    pub(crate) plugins: Vec<Usage>,
    pub(crate) host: Usage,
    /// Asynchronous tasks of the host.
    pub(crate) tasks: u64,
}

/// What is compared, and by how much it may be more at the end.
#[derive(Clone, Copy, Debug)]
struct Tolerance {
    what: &'static str,
    /// In percent of what it was.
    percent: u64,
    /// At least so much.
    least: u64,
}

const MIB: u64 = 1024 * 1024;
const PLUGIN_MEMORY: Tolerance = Tolerance { what: "memory", percent: 10, least: MIB };
/// The host has the entries, the calls and the logs of all mounts, which vary.
const HOST_MEMORY: Tolerance = Tolerance { what: "memory", percent: 15, least: 8 * MIB };
/// Mounts that are being made have files that others have not.
const FILES: Tolerance = Tolerance { what: "open files", percent: 10, least: 8 };
const THREADS: Tolerance = Tolerance { what: "threads", percent: 0, least: 2 };
const TASKS: Tolerance = Tolerance { what: "tasks", percent: 10, least: 40 };

/// One comparison: the medians of the second and the last fifth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Comparison {
    pub(crate) of: String,
    pub(crate) before: u64,
    pub(crate) after: u64,
    pub(crate) limit: u64,
}

impl Comparison {
    pub(crate) fn holds(&self) -> bool {
        self.after <= self.limit
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { of, before, after, limit } = self;
        let verdict = if self.holds() { "ok" } else { "GROWS" };
        write!(f, "{of:<36} {before:>12} -> {after:>12}, at most {limit:>12}: {verdict}")
    }
}

/// Compares everything that must not grow.
pub(crate) fn compare(samples: &[Sample], plugins: &[&str]) -> Vec<Comparison> {
    let fifth = samples.len() / 5;
    let early = samples.get(fifth..2 * fifth).unwrap_or_default();
    let late = samples.get(samples.len() - fifth..).unwrap_or_default();
    let compared = |of: &str, tolerance: Tolerance, value: &dyn Fn(&Sample) -> u64| {
        let (before, after) = (median(early, value), median(late, value));
        let limit = before + (before * tolerance.percent / 100).max(tolerance.least);
        Comparison { of: format!("{of}: {}", tolerance.what), before, after, limit }
    };
    let mut all = Vec::new();
    for (index, plugin) in plugins.iter().enumerate() {
        let usage = move |sample: &Sample| sample.plugins.get(index).copied().unwrap_or_default();
        all.push(compared(plugin, PLUGIN_MEMORY, &|sample| usage(sample).memory));
        all.push(compared(plugin, FILES, &|sample| usage(sample).files));
        all.push(compared(plugin, THREADS, &|sample| usage(sample).threads));
    }
    all.push(compared("the host", HOST_MEMORY, &|sample| sample.host.memory));
    all.push(compared("the host", FILES, &|sample| sample.host.files));
    all.push(compared("the host", THREADS, &|sample| sample.host.threads));
    all.push(compared("the host", TASKS, &|sample| sample.tasks));
    all
}

fn median(samples: &[Sample], value: &dyn Fn(&Sample) -> u64) -> u64 {
    let mut values: Vec<_> = samples.iter().map(value).collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Formats the curve as a table of at most `rows` lines, with its head.
pub(crate) fn table(samples: &[Sample], plugins: &[&str], rows: usize) -> Vec<String> {
    let mut head = format!("{:>6} {:>9} {:>7} {:>6}", "time", "requests", "mounts", "kills");
    for name in plugins.iter().copied().chain(["host"]) {
        head.push_str(&format!(" | {name:>18} fd thr"));
    }
    head.push_str(" tasks");
    let step = samples.len().div_ceil(rows.max(1)).max(1);
    let lines = samples.iter().step_by(step).map(|sample| {
        let mut line = format!(
            "{:>5}s {:>9} {:>7} {:>6}",
            sample.at.as_secs(),
            sample.requests,
            sample.mounts,
            sample.disruptions
        );
        for usage in sample.plugins.iter().chain([&sample.host]) {
            let kib = usage.memory / 1024;
            line.push_str(&format!(" | {kib:>14} KiB {:>3} {:>2}", usage.files, usage.threads));
        }
        line.push_str(&format!(" {:>5}", sample.tasks));
        line
    });
    std::iter::once(head).chain(lines).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(number: u64, memory: u64) -> Sample {
        let usage = Usage { memory, files: 20, threads: 3 };
        Sample {
            at: Duration::from_secs(number),
            requests: number * 100,
            mounts: number,
            disruptions: 0,
            plugins: vec![usage],
            host: Usage { memory: 50 * MIB, ..usage },
            tasks: 100,
        }
    }

    #[test]
    fn only_what_grows_beyond_its_tolerance_fails() {
        let steady: Vec<_> = (0..50).map(|n| sample(n, 10 * MIB + n % 7 * 1000)).collect();
        assert!(compare(&steady, &["p"]).iter().all(Comparison::holds));
        let leaking: Vec<_> = (0..50).map(|n| sample(n, 10 * MIB + n * 64 * 1024)).collect();
        let found = compare(&leaking, &["p"]);
        let grown: Vec<_> = found.iter().filter(|one| !one.holds()).collect();
        assert_eq!(grown.len(), 1);
        assert_eq!(grown[0].of, "p: memory");
        let warming_up: Vec<_> =
            (0..50).map(|n| sample(n, if n < 10 { 5 } else { 10 } * MIB)).collect();
        assert!(compare(&warming_up, &["p"]).iter().all(Comparison::holds), "the first fifth");
    }

    #[test]
    fn the_table_has_a_head_and_no_more_lines_than_asked_for() {
        let samples: Vec<_> = (0..101).map(|n| sample(n, MIB)).collect();
        assert!((11..=21).contains(&table(&samples, &["p"], 20).len()));
        assert_eq!(table(&[], &["p"], 20).len(), 1);
    }
}
