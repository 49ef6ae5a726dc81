//! Handlers that compute or block, on threads of their own.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use parking_lot::Mutex;
use plugin_runtime::framework::answer::Keys;
use plugin_runtime::framework::extract::{Fields, Path, State};
use plugin_runtime::framework::{Framework, blocking, compute, read};
use plugin_runtime::{Error, ErrorKind};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::mount::{Mount, data};

/// A gate that a blocking handler waits at, and the other side of it.
struct Gate {
    arrived: Sender<()>,
    opened: Mutex<Receiver<()>>,
}

#[derive(Deserialize, JsonSchema)]
struct Size {
    /// How many bits the key has.
    bits: u32,
}

fn make(Path(name): Path<String>, Fields(size): Fields<Size>) -> Result<Keys, Error> {
    if size.bits < 1024 {
        return Err(Error::user("too short"));
    }
    let thread = format!("{:?}", thread::current().id());
    Ok(Keys(vec![name, size.bits.to_string(), thread]))
}

fn wait(State(gate): State<Gate>) {
    gate.arrived.send(()).unwrap();
    gate.opened.lock().recv().unwrap();
}

async fn quick() -> Keys {
    Keys(vec!["quick".to_owned()])
}

#[expect(clippy::panic, reason = "what a panic does is what is tested")]
fn broken() {
    panic!("the handler panics");
}

#[tokio::test]
async fn arguments_and_answers_are_those_of_async_handlers() {
    let engine = Framework::secrets(()).path("make/{name}", read(quick).write(blocking(make)));
    let mount = Mount::of(engine);
    let answer = mount.write("make/a", json!({ "bits": "2048" })).await.unwrap().unwrap();
    let keys = data(&answer)["keys"].clone();
    assert_eq!((&keys[0], &keys[1]), (&json!("a"), &json!("2048")));
    let here = format!("{:?}", thread::current().id());
    assert_ne!(keys[2], here.as_str(), "it has run on a thread of its own");
    let refused = mount.write("make/a", json!({ "bits": 8 })).await.unwrap_err();
    assert_eq!((refused.kind(), refused.message()), (ErrorKind::User, "too short"));
    let wrong = mount.write("make/a", json!({ "bits": "many" })).await.unwrap_err();
    assert!(wrong.message().contains("bits"), "{wrong}");
}

#[tokio::test]
async fn others_are_answered_while_one_blocks() {
    let ((arrived, at_the_gate), (open, opened)) = (channel(), channel());
    let gate = Gate { arrived, opened: Mutex::new(opened) };
    let engine =
        Framework::secrets(gate).path("wait", read(blocking(wait))).path("quick", read(quick));
    let mount = Arc::new(Mount::of(engine));
    let waiting = tokio::spawn({
        let mount = Arc::clone(&mount);
        async move { mount.read("wait").await }
    });
    tokio::task::spawn_blocking(move || at_the_gate.recv().unwrap()).await.unwrap();
    mount.read("quick").await.unwrap().unwrap();
    assert!(!waiting.is_finished());
    open.send(()).unwrap();
    assert!(waiting.await.unwrap().unwrap().is_none());
}

#[tokio::test]
async fn a_panic_is_the_requests_own() {
    let mount = Mount::of(Framework::secrets(()).path("broken", read(blocking(broken))));
    let panicked = tokio::spawn(async move { mount.read("broken").await }).await.unwrap_err();
    let text = panicked.into_panic();
    assert_eq!(text.downcast_ref::<&str>(), Some(&"the handler panics"));
}

#[tokio::test]
async fn a_part_of_an_async_handler_runs_on_a_thread_of_its_own() {
    async fn sign(Path(name): Path<String>) -> Keys {
        let here = format!("{:?}", thread::current().id());
        let there = compute(move || format!("{name} {:?}", thread::current().id())).await;
        Keys(vec![here, there])
    }
    let mount = Mount::of(Framework::secrets(()).path("sign/{name}", read(sign)));
    let keys = data(&mount.read("sign/a").await.unwrap().unwrap())["keys"].clone();
    let there = keys[1].as_str().unwrap().strip_prefix("a ").unwrap();
    assert_ne!(keys[0], there);
    let broken = tokio::spawn(compute(|| panic!("the work panics"))).await.unwrap_err();
    assert_eq!(broken.into_panic().downcast_ref::<&str>(), Some(&"the work panics"));
}

#[test]
fn work_that_nobody_waits_for_any_more_does_not_begin() {
    let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build();
    runtime.unwrap().block_on(async {
        let ((arrived, at_the_gate), (open, opened)) = (channel::<()>(), channel::<()>());
        let first = tokio::spawn(compute(move || {
            arrived.send(()).unwrap();
            opened.recv().unwrap();
            "begun"
        }));
        // The only thread is taken once the first one has arrived.
        while at_the_gate.try_recv().is_err() {
            tokio::task::yield_now().await;
        }
        let second = tokio::spawn(compute(|| unreachable!("its caller has gone")));
        tokio::task::yield_now().await;
        second.abort();
        assert!(second.await.unwrap_err().is_cancelled());
        open.send(()).unwrap();
        assert_eq!(first.await.unwrap(), "begun");
        // Runs after what was queued before it.
        assert_eq!(compute(|| 7).await, 7);
    });
}
