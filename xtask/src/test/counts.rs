//! What must not creep: instructions and allocations, counted under valgrind.

use std::process::Command;

use super::phase::Phases;

/// The phases' names, and what counts for them.
const PHASES: [(&str, &str); 2] = [
    ("instructions and allocations of a request", "check"),
    ("instructions by the size and shape of a body", "sizes"),
];

/// Counts, and compares with `benches/instructions.json` and with flat bodies.
pub(super) fn check(phases: &mut Phases) {
    let missing = Command::new("valgrind").arg("--version").output().is_err();
    for (name, command) in PHASES {
        if missing {
            phases.skip(name, "valgrind is not installed");
            continue;
        }
        let counts = ["run", "--profile", "bench", "--package", "benches", "--no-default-features"];
        let check = ["--bin", "instructions", "--", command];
        phases.cargo(name, &[counts.as_slice(), &check].concat(), &[]);
    }
}
