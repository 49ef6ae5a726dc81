//! Engines that are killed before, between and after their storage calls: nothing that was
//! acknowledged is lost, and nothing half done is left.
//!
//! Runs by chance are repeated by their seed: a failing one prints it, and
//! `CRASH_SEED=<seed> cargo test … <test>` runs that one alone. `CRASH_RUNS=<n>` makes each test
//! run that many.

mod drawn;
mod each_call;
mod ledger;
mod model;
mod seeds;
mod step;
mod wire;
