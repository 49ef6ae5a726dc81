//! Whole requests in process, from the request that the framework is given to its answer.

#![allow(missing_docs, reason = "criterion's macros make undocumented items")]
#![expect(clippy::expect_used, reason = "a bench that can't be set up has nothing to measure")]

use std::time::Duration;

use benches::document::{Size, document};
use benches::engines::{self, ROLE_OF_TEXTS};
use benches::login::{self, LOGIN};
use benches::mount::Mount;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use futures_util::FutureExt as _;
use plugin_runtime::{Data, Operation};

/// Measures the key-value store.
fn documents(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("document");
    for size in Size::ALL {
        let engine = backend_kv_mock::engine().build().expect("a declaration without faults");
        let mount = Mount::new(engine);
        let data = Data::from_text(document(size)).expect("an object");
        group.throughput(Throughput::Bytes(data.as_bytes().len() as u64));
        for (operation, data) in [(Operation::Update, data), (Operation::Read, Data::none())] {
            // What is read is what was written.
            mount.handle_now(operation, "test", &data).expect("an answer");
            group.bench_function(BenchmarkId::new(operation.to_string(), size), |bencher| {
                bencher.iter(|| mount.handle_now(operation, "test", &data));
            });
        }
    }
}

/// Measures an engine with typed fields.
fn roles(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("role");
    let mount = Mount::new(engines::roles().expect("a declaration without faults"));
    let role = Data::from_text(ROLE_OF_TEXTS).expect("an object");
    for number in 0..100 {
        let path = format!("roles/role-{number}");
        mount.handle_now(Operation::Update, &path, &role).expect("an answer");
    }
    for (operation, path, data) in [
        (Operation::Update, "roles/role-7", role),
        (Operation::Read, "roles/role-7", Data::none()),
        (Operation::List, "roles/", Data::none()),
    ] {
        mount.handle_now(operation, path, &data).expect("an answer");
        group.bench_function(operation.to_string(), |bencher| {
            bencher.iter(|| mount.handle_now(operation, path, &data));
        });
    }
}

/// Measures a login without its KDF, whose cost is a choice and not the plugin's doing.
fn logins(criterion: &mut Criterion) {
    let mount = login::mount().now_or_never().expect("storage in memory does not wait");
    let mount = mount.expect("a user");
    let data = Data::from_text(LOGIN).expect("an object");
    let login = || mount.handle_now(Operation::Update, "login", &data);
    login().expect("the login is granted");
    criterion.bench_function("login", |bencher| bencher.iter(login));
}

fn short() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
}

criterion_group! {
    name = requests;
    config = short();
    targets = documents, roles, logins
}
criterion_main!(requests);
