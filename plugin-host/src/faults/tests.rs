use std::time::Duration;

use futures_util::FutureExt as _;

use super::*;

fn call(operation: StorageOperation, key: &str) -> StorageCall {
    StorageCall::new(operation, key)
}

#[test]
fn rules_count_what_they_mean() {
    let faults = Faults::default();
    let fail = |text: &str| Fault::Fail(text.to_owned());
    faults.add(When::nth(2).of(StorageOperation::Put), fail("second put"));
    faults.add(When::always().below("a/"), fail("below a"));
    let texts: Vec<Option<String>> = [
        call(StorageOperation::Put, "x"),
        call(StorageOperation::Get, "x"),
        call(StorageOperation::Put, "a/x"),
        call(StorageOperation::Put, "x"),
        call(StorageOperation::List, "a/"),
    ]
    .into_iter()
    .map(|call| match faults.next(call) {
        Effect::Fault(Fault::Fail(text)) => Some(text),
        _ => None,
    })
    .collect();
    let second = Some("second put".to_owned());
    assert_eq!(texts, [None, None, second, None, Some("below a".to_owned())]);
    assert_eq!(faults.count(), 5);
    assert_eq!(faults.calls()[2], call(StorageOperation::Put, "a/x"));
    faults.clear();
    assert_eq!(faults.next(call(StorageOperation::Get, "a/")), Effect::None);
}

#[test]
fn the_same_seed_has_the_same_faults() {
    let rates = Rates { fail: 0.2, kill_before: 0.1, kill_after: 0.1, conflict: 0.3 };
    let run = |seed| {
        let faults = Faults::default();
        faults.seed(seed, rates);
        let operations = [StorageOperation::Get, StorageOperation::Put, StorageOperation::Commit];
        let calls = operations.into_iter().cycle().take(600);
        calls.map(|operation| faults.next(call(operation, "k"))).collect::<Vec<_>>()
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
    let faulted = run(7).iter().filter(|effect| **effect != Effect::None).count();
    assert!((200..400).contains(&faulted), "{faulted}");
}

#[tokio::test(start_paused = true)]
async fn what_stalls_goes_on_when_faults_are_cleared() {
    let faults = Faults::default();
    let stall = Effect::Fault(Fault::Stall);
    let mut stalled = Box::pin(faults.before(&stall));
    assert!(stalled.as_mut().now_or_never().is_none());
    faults.clear();
    stalled.await.unwrap();
    let late = Effect::Fault(Fault::Delay(Duration::from_secs(3600)));
    faults.before(&late).await.unwrap();
}

#[tokio::test]
async fn a_kill_comes_before_or_after_the_call_and_is_never_answered() {
    let faults = Faults::default();
    let killed = Arc::new(std::sync::atomic::AtomicU32::new(0));
    let count = Arc::clone(&killed);
    faults.on_kill(Arc::new(move || {
        count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    }));
    let seen = || killed.load(std::sync::atomic::Ordering::SeqCst);
    assert!(faults.before(&Effect::Fault(Fault::KillBefore)).now_or_never().is_none());
    assert_eq!(seen(), 1);
    assert!(faults.before(&Effect::Fault(Fault::KillAfter)).now_or_never().is_some());
    assert_eq!(seen(), 1);
    assert!(faults.after(&Effect::Fault(Fault::KillAfter)).now_or_never().is_none());
    assert_eq!(seen(), 2);
}
