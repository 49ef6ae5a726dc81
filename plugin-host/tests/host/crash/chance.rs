//! Chance that a seed repeats.

use std::future::Future;

use plugin_host::{Fault, Faults, When};

/// SplitMix64.
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 when that is 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next().checked_rem(end).unwrap_or_default()
    }

    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        let index = usize::try_from(self.below(from.len() as u64)).unwrap();
        from[index].clone()
    }
}

/// Every fault that storage without transactions can have.
pub(crate) const FAULTS: [fn() -> Fault; 4] = [
    || Fault::KillBefore,
    || Fault::KillAfter,
    || Fault::ReadOnly,
    || Fault::Fail("storage failed on purpose".to_owned()),
];

/// Lets none, one or two of the next `calls` calls go wrong, and says how many.
pub(crate) fn draw_faults(chance: &mut Chance, faults: &Faults, calls: u64) -> usize {
    let count = chance.pick(&[0, 0, 1, 1, 1, 2]);
    for _ in 0..count {
        let fault = chance.pick(&FAULTS)();
        faults.add(When::nth(1 + chance.below(calls)), fault);
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
