//! Each request of the leased example, with each of its storage calls going wrong in each way.

use plugin_host::{Fault, When};

use super::model::Model;
use super::seeds::FAULTS;
use super::step::Step;

async fn prepared() -> Model {
    Model::in_process().await.prepared().await
}

/// How many calls a request makes when nothing goes wrong.
async fn calls_of(step: Step) -> u64 {
    let mut model = prepared().await;
    model.take(step, 0).await;
    let calls = model.faults.count();
    assert!(calls > 0, "{step:?} asks nothing of storage");
    model.settles().await;
    calls
}

#[tokio::test]
async fn a_request_whose_process_dies_once_is_answered_as_if_nothing_had_happened() {
    for step in Step::CHANGES {
        for call in 1..=calls_of(step).await {
            for fault in [Fault::KillBefore, Fault::KillAfter] {
                let mut model = prepared().await;
                model.faults.add(When::nth(call), fault.clone());
                let acknowledged = model.take(step, 1).await;
                let has_answer = step != Step::RollBack;
                assert_eq!(acknowledged, has_answer, "{step:?}, {fault:?} at call {call}");
                model.settles().await;
            }
        }
    }
}

#[tokio::test]
async fn a_request_whose_storage_fails_once_leaves_nothing_half_done() {
    for step in Step::CHANGES {
        for call in 1..=calls_of(step).await {
            for fault in [Fault::ReadOnly, Fault::Fail("storage failed on purpose".to_owned())] {
                let mut model = prepared().await;
                model.faults.add(When::nth(call), fault);
                model.take(step, 1).await;
                model.settles().await;
            }
        }
    }
}

#[tokio::test]
async fn a_request_of_which_two_calls_go_wrong_leaves_nothing_half_done() {
    for step in Step::CHANGES {
        let calls = calls_of(step).await;
        for (first, second) in (1..=calls).flat_map(|a| (1..=calls).map(move |b| (a, b))) {
            for (a, b) in FAULTS.iter().flat_map(|a| FAULTS.iter().map(move |b| (a(), b()))) {
                let mut model = prepared().await;
                model.faults.add(When::nth(first), a);
                // The first fault's call is not counted by the second one's rule.
                model.faults.add(When::nth(first - 1 + second), b);
                model.take(step, 2).await;
                model.settles().await;
            }
        }
    }
}
