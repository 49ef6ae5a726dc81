//! The stages of a request, one by one.

#![allow(missing_docs, reason = "criterion's macros make undocumented items")]
#![expect(clippy::expect_used, reason = "a bench that can't be set up has nothing to measure")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

use benches::document::{Size, document};
use benches::engines::{self, ROLE_OF_TEXTS, ROLE_OF_TYPES};
use benches::mount::Mount;
use benches::wire;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use plugin_proto::pb;
use plugin_runtime::{Data, Operation};
use prost::Message as _;

/// Measures decoding the request's message, whose data are not copied.
fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode");
    for size in Size::ALL {
        let bytes = wire::request(size);
        group.bench_with_input(BenchmarkId::from_parameter(size), &bytes, |bencher, bytes| {
            bencher.iter(|| pb::HandleRequestArgs::decode(bytes.clone()));
        });
    }
}

/// Measures the data's JSON: only checked, as for what passes through, and read into a map of texts.
fn json(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("json");
    for size in Size::ALL {
        let text = document(size);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::new("check", size), &text, |bencher, text| {
            bencher.iter(|| Data::from_text(text.clone()));
        });
        let data = Data::from_text(text).expect("an object");
        group.bench_with_input(BenchmarkId::new("parse", size), &data, |bencher, data| {
            bencher.iter(|| data.parse::<BTreeMap<String, String>>());
        });
    }
}

/// Measures routing to the last of so many paths, and a handler that does nothing.
fn routing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("routing");
    for count in [1, 10, 100] {
        let mount = Mount::new(engines::paths(count).expect("a declaration without faults"));
        let path = format!("path{}/dev", count - 1);
        group.bench_function(BenchmarkId::new("paths", count), |bencher| {
            bencher.iter(|| mount.handle_now(Operation::Read, &path, &Data::none()));
        });
    }
}

/// Measures a write whose fields are not read, and the same with fields of JSON's types and of texts.
fn coercion(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("coercion");
    let mount = Mount::new(engines::coercion().expect("a declaration without faults"));
    let coerced = "coerced/dev";
    for (name, path, role) in [
        ("none", "plain", ROLE_OF_TEXTS),
        ("types", coerced, ROLE_OF_TYPES),
        ("texts", coerced, ROLE_OF_TEXTS),
    ] {
        let data = Data::from_text(role).expect("an object");
        group.bench_function(name, |bencher| {
            bencher.iter(|| mount.handle_now(Operation::Update, path, &data));
        });
    }
}

/// Measures storage in memory, as a handler uses it.
fn storage(criterion: &mut Criterion) {
    use futures_util::FutureExt as _;
    use plugin_runtime::{Storage, StorageEntry};

    let mut group = criterion.benchmark_group("storage in memory");
    for size in Size::ALL {
        let storage = Storage::in_memory();
        let value = document(size);
        group.bench_with_input(BenchmarkId::new("put", size), &value, |bencher, value| {
            bencher.iter(|| {
                storage.put_entry(StorageEntry::new("test", value.clone())).now_or_never()
            });
        });
        group.bench_function(BenchmarkId::new("get", size), |bencher| {
            bencher.iter(|| storage.entry("test").now_or_never());
        });
    }
}

/// Measures encoding the reply's message.
fn encode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encode");
    for size in Size::ALL {
        let reply = wire::reply(size);
        group.bench_with_input(BenchmarkId::from_parameter(size), &reply, |bencher, reply| {
            bencher.iter(|| black_box(reply).encode_to_vec());
        });
    }
}

fn short() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
}

criterion_group! {
    name = stages;
    config = short();
    targets = decode, json, routing, coercion, storage, encode
}
criterion_main!(stages);
