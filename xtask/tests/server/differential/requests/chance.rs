//! Requests put together by chance, the same in each run.

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

/// SplitMix64: the same on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % end as u64).unwrap_or_default()
    }
}

pub(super) fn all() -> Vec<Step> {
    let mut chance = Chance(SEED);
    let mut steps = Vec::new();
    while steps.len() < COUNT {
        let starts = ["wire/", "wire/echo/", "auth/wire/", "sys/mounts/", "sys/auth/", "", "/"];
        let mut path = starts[chance.below(starts.len())].to_owned();
        for _ in 0..chance.below(5) {
            path.push_str(PARTS[chance.below(PARTS.len())]);
            if chance.below(4) > 0 {
                path.push('/');
            }
        }
        let operation = OPERATIONS[chance.below(OPERATIONS.len())];
        // The mounts that are there stay.
        if operation == Operation::Delete && path.starts_with("sys/") {
            continue;
        }
        let data = match chance.below(4) {
            0 => json!(null),
            1 => json!({}),
            2 => json!({ "a": "b" }),
            _ => json!({ "a": ["x", "y"], "lease_id": "none" }),
        };
        let step = Step::new(operation, path).data(data);
        steps.push(if chance.below(5) == 0 { step.anonymous() } else { step });
    }
    steps
}
