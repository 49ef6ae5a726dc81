//! Faults at random, which a seed repeats.

use std::future::Future;

use fastrand::Rng;
use plugin_host::{Fault, Faults, When};

/// Every fault that storage without transactions can have.
pub(crate) const FAULTS: [fn() -> Fault; 4] = [
    || Fault::KillBefore,
    || Fault::KillAfter,
    || Fault::ReadOnly,
    || Fault::Fail("storage failed on purpose".to_owned()),
];

/// Lets none, one or two of the next `calls` calls go wrong, and says how many.
pub(crate) fn draw_faults(rng: &mut Rng, faults: &Faults, calls: u64) -> usize {
    let count = rng.choice([0, 0, 1, 1, 1, 2]).unwrap();
    for _ in 0..count {
        let fault = rng.choice(FAULTS).unwrap()();
        faults.add(When::nth(rng.u64(1..=calls)), fault);
    }
    count
}

/// Runs `run` with `count` seeds, or with the one that the environment names.
pub(crate) async fn with_seeds<R: Future<Output = ()>>(count: u64, run: impl Fn(u64) -> R) {
    let number = |name| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let seeds = match number("CRASH_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("CRASH_RUNS").unwrap_or(count),
    };
    for seed in seeds {
        let _told = TellsSeed(seed);
        run(seed).await;
    }
}

/// Prints the seed of a run that fails.
struct TellsSeed(u64);

impl Drop for TellsSeed {
    #[allow(clippy::print_stderr, reason = "needed to understand the failure")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("repeat this run with CRASH_SEED={}", self.0);
        }
    }
}
