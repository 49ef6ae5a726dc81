//! Faults by chance, which a seed repeats.

use fastrand::Rng;

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
    rng: Rng,
    rates: Rates,
}

impl Seeded {
    pub(super) fn new(seed: u64, rates: Rates) -> Self {
        Self { rng: Rng::with_seed(seed), rates }
    }

    pub(super) fn draw(&mut self, operation: StorageOperation) -> Option<Fault> {
        let chance = self.rng.f64();
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
