//! Requests put together by chance, the same in each run.

use fastrand::Rng;
use plugin_runtime::Operation;
use serde_json::json;

use super::super::step::Step;
use super::OPERATIONS;

const SEED: u64 = 0x6f70_656e;

/// How many.
const COUNT: usize = 300;

/// What paths are made of.
const PARTS: [&str; 22] = [
    "wire", "echo", "auth", "sys", "mounts", "leases", "lookup", "login", "x", "..", ".", "", " ",
    "ü", "%", "tune", "no", "?", "\t", "open", "here", "lease",
];

pub(super) fn all() -> Vec<Step> {
    let mut rng = Rng::with_seed(SEED);
    let mut steps = Vec::new();
    while steps.len() < COUNT {
        let starts = ["wire/", "wire/echo/", "auth/wire/", "sys/mounts/", "sys/auth/", "", "/"];
        let mut path = starts[rng.usize(..starts.len())].to_owned();
        for _ in 0..rng.u8(..5) {
            path.push_str(PARTS[rng.usize(..PARTS.len())]);
            if rng.u8(..4) > 0 {
                path.push('/');
            }
        }
        let operation = OPERATIONS[rng.usize(..OPERATIONS.len())];
        // The mounts that are there stay.
        if operation == Operation::Delete && path.starts_with("sys/") {
            continue;
        }
        let data = match rng.u8(..4) {
            0 => json!(null),
            1 => json!({}),
            2 => json!({ "a": "b" }),
            _ => json!({ "a": ["x", "y"], "lease_id": "none" }),
        };
        let step = Step::new(operation, path).data(data);
        steps.push(if rng.u8(..5) == 0 { step.anonymous() } else { step });
    }
    steps
}
