//! Faults by chance, which a seed repeats.

use super::{Fault, StorageOperation};

/// How often each fault happens by chance, from 0.0 (never) to 1.0 (always).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rates {
    /// Calls that fail.
    pub fail: f64,
    /// Commits that came too late.
    pub conflict: f64,
    /// Calls before which the plugin is killed.
    pub kill_before: f64,
    /// Calls after which the plugin is killed.
    pub kill_after: f64,
}

#[derive(Debug)]
pub(super) struct Seeded {
    state: u64,
    rates: Rates,
}

impl Seeded {
    pub(super) fn new(seed: u64, rates: Rates) -> Self {
        Self { state: seed, rates }
    }

    /// Returns the next number, by SplitMix64: the same on every machine and in every version.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number from 0 (inclusive) to 1 (exclusive).
    fn fraction(&mut self) -> f64 {
        let high = u32::try_from(self.next() >> 32).unwrap_or_default();
        f64::from(high) / 4_294_967_296.0
    }

    pub(super) fn draw(&mut self, operation: StorageOperation) -> Option<Fault> {
        let chance = self.fraction();
        let conflict = match operation {
            StorageOperation::Commit => self.rates.conflict,
            _ => 0.0,
        };
        let choices = [
            (self.rates.kill_before, Fault::KillBefore),
            (self.rates.kill_after, Fault::KillAfter),
            (conflict, Fault::Conflict),
            (self.rates.fail, Fault::Fail("storage failed on purpose".to_owned())),
        ];
        let mut from = 0.0;
        for (rate, fault) in choices {
            from += rate;
            if chance < from {
                return Some(fault);
            }
        }
        None
    }
}
