//! Whole requests over the wire: a plugin's process under a host in this one, one storage call
//! each.

#![allow(missing_docs, reason = "criterion's macros make undocumented items")]
#![expect(clippy::expect_used, reason = "a bench that can't be set up has nothing to measure")]

use std::path::Path;
use std::time::{Duration, Instant};

use benches::document::{Size, document};
use benches::report::plugin::{Plugin, load, request};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use plugin_host::{MountedBackend, TlsMode};
use plugin_proto::pb;
use tokio::runtime::Runtime;

const PLUGIN: &str = env!("CARGO_BIN_EXE_plugin");

/// How many requests are under way at once.
const IN_FLIGHT: [usize; 3] = [1, 8, 64];

/// A plugin with mounts, each with a document to read.
struct Served {
    runtime: Runtime,
    plugin: Plugin,
    mounts: Vec<MountedBackend>,
}

impl Served {
    fn new(tls: TlsMode, mounts: usize, size: Size) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let (plugin, mounts) = runtime.block_on(async {
            let plugin =
                Plugin::register("plugin", Path::new(PLUGIN), tls).await.expect("a plugin");
            let mut found = Vec::new();
            for number in 0..mounts {
                let mount = plugin.mount(&format!("m{number}")).await.expect("a mount");
                let write = pb::Request { data: document(size), ..request("update", "key", "") };
                mount.handle(&write).await.expect("an answer");
                found.push(mount);
            }
            (plugin, found)
        });
        Self { runtime, plugin, mounts }
    }

    /// Measures the time that so many reads take.
    fn reads(&self, in_flight: usize, count: u64) -> Duration {
        self.requests("read", in_flight, count)
    }

    /// Measures the time that so many requests take.
    fn requests(&self, operation: &str, in_flight: usize, count: u64) -> Duration {
        let process = self.plugin.process().expect("a process");
        let request = request(operation, "key", "null");
        // Each of those in flight makes the same number of requests.
        let count = usize::try_from(count).expect("a small number").next_multiple_of(in_flight);
        let start = Instant::now();
        let load = load(&self.mounts, &process, &request, in_flight, count);
        self.runtime.block_on(load).expect("answers");
        start.elapsed()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.runtime.block_on(self.plugin.host().seal());
    }
}

fn sizes(criterion: &mut Criterion) {
    for (name, tls) in [("plaintext", TlsMode::Plaintext), ("mutual TLS", TlsMode::Auto)] {
        let mut group = criterion.benchmark_group(format!("read over the wire, {name}"));
        for size in Size::ALL {
            let served = Served::new(tls, 1, size);
            group.throughput(Throughput::Elements(1));
            for in_flight in IN_FLIGHT {
                let id = BenchmarkId::new(size.to_string(), in_flight);
                group.bench_function(id, |bencher| {
                    bencher.iter_custom(|count| served.reads(in_flight, count));
                });
            }
        }
    }
}

/// Measures the same request with one call to storage and without any: what lies between is the round trip.
fn storage(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("storage round trip");
    let served = Served::new(TlsMode::Auto, 1, Size::Small);
    group.throughput(Throughput::Elements(1));
    for (name, operation) in [("one call", "read"), ("no call", "resolve-path")] {
        for in_flight in IN_FLIGHT {
            group.bench_function(BenchmarkId::new(name, in_flight), |bencher| {
                bencher.iter_custom(|count| served.requests(operation, in_flight, count));
            });
        }
    }
}

fn mounts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read over the wire, by mounts in the process");
    for count in [1, 10, 100] {
        let served = Served::new(TlsMode::Auto, count, Size::Small);
        group.throughput(Throughput::Elements(1));
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            bencher.iter_custom(|requests| served.reads(64, requests));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = sizes, storage, mounts
}
criterion_main!(benches);
