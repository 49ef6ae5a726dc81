//! Sequences of requests by chance, any of which may go wrong.

use fastrand::Rng;

use super::model::Model;
use super::seeds::{draw_faults, with_seeds};
use super::step::Step;

/// How many storage calls a request makes at most, with its repetition.
const MOST_CALLS: u64 = 12;

pub(super) async fn run(mut model: Model, seed: u64, steps: usize) {
    let mut rng = Rng::with_seed(seed);
    for step in [Step::WriteConfig, Step::WriteRole("dev", 1)] {
        model.take(step, 0).await;
    }
    for _ in 0..steps {
        let step = Step::drawn(&mut rng);
        let faults = draw_faults(&mut rng, &model.faults, MOST_CALLS);
        model.take(step, faults).await;
    }
    model.settles().await;
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_and_nothing_half_done_is_left() {
    with_seeds(1000, async |seed| run(Model::in_process().await, seed, 25).await).await;
}
