//! The mock is killed before, between and after its storage calls, and storage fails: what was
//! acknowledged is there, and a document is never half written.
//!
//! A failing run by chance prints its seed; `CRASH_SEED=<seed>` repeats that one alone, and
//! `CRASH_RUNS=<n>` makes it more of them.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "what serves the tests is test code")]

use std::collections::BTreeMap;
use std::path::Path;

use fastrand::Rng;
use plugin_host::{Answer, Checksum, Enable, Fault, Faults, Host, PluginType, Registration, When};
use plugin_runtime::{BackendType, Storage};
use serde_json::{Value, json};

const PATHS: [&str; 4] = ["a", "b", "folder/a", "folder/b"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Write(&'static str, u64),
    Read(&'static str),
    Delete(&'static str),
    List,
}

/// A mount, and the documents that its answers make one expect: each by its number.
struct Model {
    host: Host,
    faults: Faults,
    storage: Storage,
    documents: BTreeMap<String, u64>,
}

impl Model {
    async fn in_process() -> Self {
        let host = Host::builder().resolves_paths(false).build();
        host.register_backend(BackendType::Secrets, "mock", |_| backend_kv_mock::engine());
        Self::of(host).await
    }

    async fn of_process() -> Self {
        let plugin = Path::new(env!("CARGO_BIN_EXE_backend-kv-mock"));
        let host = Host::builder().plugin_directory(plugin.parent().unwrap()).build();
        let registration =
            Registration::new(PluginType::Secret, "mock", Checksum::of_file(plugin).unwrap());
        host.register(registration.with_command("backend-kv-mock")).await.unwrap();
        Self::of(host).await
    }

    async fn of(host: Host) -> Self {
        host.enable(Enable::secrets("mock")).await.unwrap();
        Self {
            faults: host.faults("mock").unwrap(),
            storage: host.storage("mock").unwrap(),
            host,
            documents: BTreeMap::new(),
        }
    }

    /// Takes a step in which something may go wrong. Whether it was answered well.
    async fn take(&mut self, step: Step) -> bool {
        self.faults.forget_calls();
        let answer = match step {
            Step::Write(path, number) => self.host.write(&at(path), document(number)).await,
            Step::Read(path) => self.host.read(&at(path)).await,
            Step::Delete(path) => self.host.delete(&at(path)).await,
            Step::List => self.host.list("mock/folder").await,
        };
        self.faults.clear();
        self.check_answer(step, &answer);
        let mut wanted = self.documents.clone();
        match step {
            Step::Write(path, number) => drop(wanted.insert(path.to_owned(), number)),
            Step::Delete(path) => drop(wanted.remove(path)),
            Step::Read(_) | Step::List => {}
        }
        let stored = self.stored().await;
        let expected = stored == wanted || !answer.is_success() && stored == self.documents;
        assert!(expected, "{step:?} was answered {answer:?}, and {stored:?} is there");
        self.documents = stored;
        answer.is_success()
    }

    /// A good answer tells what is there, and an empty one that nothing is.
    fn check_answer(&self, step: Step, answer: &Answer) {
        match step {
            Step::Read(path) => match self.documents.get(path) {
                Some(number) if answer.is_success() => assert_eq!(answer.data, document(*number)),
                Some(_) => assert!(!answer.errors[0].starts_with("No value"), "{answer:?}"),
                None => assert!(!answer.is_success(), "{answer:?}"),
            },
            Step::List if answer.is_success() => {
                let names = self.documents.keys().filter_map(|path| path.strip_prefix("folder/"));
                assert_eq!(answer.keys(), names.collect::<Vec<_>>());
            }
            _ => {}
        }
    }

    /// The numbers of all documents in storage, each of which must be whole.
    async fn stored(&self) -> BTreeMap<String, u64> {
        let mut stored = BTreeMap::new();
        for path in PATHS {
            let found: Option<Value> = self.storage.get(path).await.unwrap();
            let Some(found) = found else { continue };
            let number = found["number"].as_u64().expect("a number");
            assert_eq!(found, document(number), "half a document");
            stored.insert(path.to_owned(), number);
        }
        stored
    }
}

fn at(path: &str) -> String {
    format!("mock/{path}")
}

/// A document that shows if half of it is from another one.
fn document(number: u64) -> Value {
    json!({ "number": number, "text": number.to_string().repeat(50), "last": number })
}

/// Each kind of request, on a mount that has a document at `a` and one in the folder.
const EACH: [Step; 6] = [
    Step::Write("b", 7),
    Step::Write("a", 7),
    Step::Read("a"),
    Step::Delete("a"),
    Step::Delete("b"),
    Step::List,
];

async fn prepare(model: &mut Model) {
    for step in [Step::Delete("b"), Step::Write("a", 1), Step::Write("folder/a", 2)] {
        assert!(model.take(step).await, "{step:?}");
    }
}

async fn survives_each_call_going_wrong(mut model: Model) {
    for step in EACH {
        prepare(&mut model).await;
        assert!(model.take(step).await, "{step:?}");
        let calls = model.faults.count();
        assert!(calls > 0, "{step:?}");
        for call in 1..=calls {
            for (fault, acknowledged) in [
                (Fault::KillBefore, true),
                (Fault::KillAfter, true),
                (Fault::Fail("storage failed on purpose".to_owned()), false),
            ] {
                prepare(&mut model).await;
                model.faults.add(When::nth(call), fault.clone());
                let answered = model.take(step).await;
                assert_eq!(answered, acknowledged, "{step:?}, {fault:?} at call {call}");
            }
        }
    }
}

#[tokio::test]
async fn a_process_may_die_and_storage_may_fail_at_any_call() {
    survives_each_call_going_wrong(Model::in_process().await).await;
}

#[tokio::test]
async fn a_real_process_may_die_and_storage_may_fail_at_any_call() {
    survives_each_call_going_wrong(Model::of_process().await).await;
}

fn step(rng: &mut Rng, number: u64) -> Step {
    let path = rng.choice(PATHS).unwrap();
    match rng.u8(..8) {
        0..=3 => Step::Write(path, number),
        4 | 5 => Step::Read(path),
        6 => Step::Delete(path),
        _ => Step::List,
    }
}

fn fault(rng: &mut Rng) -> Fault {
    match rng.u8(..4) {
        0 => Fault::KillBefore,
        1 => Fault::KillAfter,
        2 => Fault::ReadOnly,
        _ => Fault::Fail("storage failed on purpose".to_owned()),
    }
}

/// Prints the seed of a run that fails.
struct TellsSeed(u64);

impl Drop for TellsSeed {
    #[allow(clippy::print_stderr, reason = "the failure cannot be understood without it")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("repeat this run with CRASH_SEED={}", self.0);
        }
    }
}

fn seeds(count: u64) -> std::ops::Range<u64> {
    let number = |name| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    match number("CRASH_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("CRASH_RUNS").unwrap_or(count),
    }
}

async fn run(mut model: Model, seed: u64, steps: u64) {
    let _told = TellsSeed(seed);
    let mut rng = Rng::with_seed(seed);
    for number in 0..steps {
        for _ in 0..rng.u64(..3) {
            let nth = rng.u64(1..=4);
            model.faults.add(When::nth(nth), fault(&mut rng));
        }
        model.take(step(&mut rng, number)).await;
    }
}

#[tokio::test]
async fn nothing_acknowledged_is_lost() {
    for seed in seeds(2000) {
        run(Model::in_process().await, seed, 30).await;
    }
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_when_a_real_process_dies() {
    for seed in seeds(6) {
        run(Model::of_process().await, seed, 30).await;
    }
}
