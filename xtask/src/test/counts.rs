//! What must not creep: instructions and allocations, counted under valgrind.

use std::process::Command;

use super::phase::Phases;

/// The phase's name.
const NAME: &str = "instructions and allocations of a request";

/// Counts, and compares with `benches/instructions.json`.
pub(super) fn check(phases: &mut Phases) {
    if Command::new("valgrind").arg("--version").output().is_err() {
        phases.skip(NAME, "valgrind is not installed");
        return;
    }
    let counts = ["run", "--profile", "bench", "--package", "benches", "--no-default-features"];
    let check = ["--bin", "instructions", "--", "check"];
    phases.cargo(NAME, &[counts.as_slice(), &check].concat(), &[]);
}
