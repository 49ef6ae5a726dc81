//! What the framework adds to a request: the same read and the same write, by a bare [`Backend`]
//! and by a [`Framework`] with ten paths. The difference is meant to stay below 5 µs.

#![allow(missing_docs, reason = "criterion's macros make undocumented items")]
#![expect(clippy::expect_used, reason = "a bench that can't be set up has nothing to measure")]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use plugin_runtime::framework::extract::{Fields, Path};
use plugin_runtime::framework::{Framework, read};
use plugin_runtime::{
    Backend, BackendType, Data, Error, IntoBackend, Operation, Request, Response, Storage,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Role {
    user: String,
    seats: u32,
    #[serde(default)]
    groups: Vec<String>,
}

fn role() -> Role {
    Role { user: "svc".to_owned(), seats: 3, groups: Vec::new() }
}

/// Does the work of the framework's handlers by hand, without validation.
struct Bare;

impl Backend for Bare {
    fn kind(&self) -> BackendType {
        BackendType::Secrets
    }

    async fn handle(&self, request: Request) -> Result<Option<Response>, Error> {
        match request.operation {
            Operation::Read => Ok(Some(Response::new(&role())?)),
            _ => {
                black_box(request.data.parse::<Role>()?);
                Ok(None)
            }
        }
    }
}

async fn read_role(Path(name): Path<String>) -> Result<Fields<Role>, Error> {
    black_box(name);
    Ok(Fields(role()))
}

async fn write_role(Path(name): Path<String>, Fields(role): Fields<Role>) -> Result<(), Error> {
    black_box((name, role));
    Ok(())
}

fn ten_paths() -> impl Backend {
    let mut framework = Framework::secrets(());
    for index in 0..10 {
        framework =
            framework.path(format!("role{index}/{{name}}"), read(read_role).write(write_role));
    }
    framework.into_backend().expect("a declaration without faults")
}

fn measure(criterion: &mut Criterion, name: &str, backend: &impl Backend) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let storage = Storage::in_memory();
    let data =
        Data::from_text(r#"{"user":"svc","seats":3,"groups":["a","b"]}"#).expect("an object");
    for (operation, data) in [(Operation::Read, Data::none()), (Operation::Update, data)] {
        criterion.bench_function(&format!("{operation}/{name}"), |bencher| {
            bencher.iter_batched(
                || Request::new(operation, "role9/dev", data.clone(), storage.clone()),
                |request| runtime.block_on(backend.handle(request)),
                BatchSize::SmallInput,
            );
        });
    }
}

fn overhead(criterion: &mut Criterion) {
    measure(criterion, "bare", &Bare);
    measure(criterion, "framework with ten paths", &ten_paths());
}

criterion_group!(benches, overhead);
criterion_main!(benches);
