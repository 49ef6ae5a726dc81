//! The cost of a body does not depend on how it is nested.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{One, parse};
use crate::fields::patch::Naming;
use crate::fields::{CommaList, FieldSet, KeyValues, Seconds, Sensitive, patched};

/// Large enough for the time to be measurable, and to distinguish one pass from sixty.
const SIZE: usize = 120_000;

/// Within the accepted depth.
const DEPTH: usize = 60;

/// A pass per level would take [`DEPTH`] times as long; the rest is for a busy machine.
const WORST: u32 = 6;

/// Returns the processor time of a call, which other processes do not prolong.
fn time_of(call: impl Fn()) -> Duration {
    let used = || {
        let usage = getrusage(UsageWho::RUSAGE_THREAD).expect("the thread's usage");
        let [user, system] = [usage.user_time(), usage.system_time()];
        let micros =
            (user.tv_sec() + system.tv_sec()) * 1_000_000 + user.tv_usec() + system.tv_usec();
        Duration::from_micros(u64::try_from(micros).unwrap_or_default())
    };
    let once = || {
        let start = used();
        call();
        used() - start
    };
    (0..2).map(|_| once()).min().unwrap_or_default()
}

/// Returns bodies of one size, the first of which is flat.
fn bodies() -> Vec<(&'static str, String)> {
    let field = |value: String| format!("{{\"f\":{value}}}");
    let in_lists = |value: &str| format!("{}{value}{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
    let in_objects =
        |value: &str| format!("{}{value}{}", "{\"a\":".repeat(DEPTH), "}".repeat(DEPTH));
    let text = format!("\"{}\"", "x".repeat(SIZE));
    let escaped = format!("\"{}\"", r"\u003c".repeat(SIZE / 6));
    let mut levels = "{}".to_owned();
    for _ in 0..DEPTH {
        levels = format!("{{\"a\":\"{}\",\"b\":{levels}}}", "x".repeat(SIZE / DEPTH));
    }
    let unknown: Vec<_> = (0..SIZE / 12).map(|number| format!("\"k{number:06}\":1")).collect();
    vec![
        ("an escaped text", field(escaped.clone())),
        ("a text in lists", field(in_lists(&text))),
        ("an escaped text in lists", field(in_lists(&escaped))),
        ("an escaped text in objects", field(in_objects(&escaped))),
        ("texts on all levels", field(levels)),
        ("too many levels", field(format!("{}{}", "[".repeat(SIZE / 2), "]".repeat(SIZE / 2)))),
        ("a long number", field("1".repeat(SIZE))),
        ("unknown fields", format!("{{{}}}", unknown.join(","))),
        ("equal fields", format!("{{{}}}", vec!["\"f\":1"; SIZE / 6].join(","))),
    ]
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Either {
    Number(u16),
    Texts(Vec<String>),
    Pairs(BTreeMap<String, i64>),
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Flattened {
    #[serde(flatten)]
    inner: Inner,
}

/// Fields most of which only the type itself can refuse.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Inner {
    f: Vec<String>,
    k000001: IpAddr,
    k000002: IpAddr,
    k000003: IpAddr,
}

impl Default for Inner {
    fn default() -> Self {
        let address = IpAddr::from([0; 4]);
        Self { f: Vec::new(), k000001: address, k000002: address, k000003: address }
    }
}

fn reads<T: DeserializeOwned + JsonSchema>(flat: Duration) {
    let set = FieldSet::of::<T>();
    for (name, body) in bodies() {
        let took = time_of(|| drop(parse::<T>(&set, &[], body.as_bytes())));
        let kind = std::any::type_name::<T>();
        assert!(took < flat * WORST, "{name} to {kind}: {took:?}, and {flat:?} for a flat text");
    }
}

fn patches<T: DeserializeOwned + JsonSchema>(flat: Duration) {
    let set = FieldSet::of::<T>();
    let naming = Naming::of::<T>(&set);
    for (name, body) in bodies() {
        for stored in ["{}", body.as_str()] {
            let took = time_of(|| drop(patched::<T>(&set, &naming, &[], stored, &body)));
            let kind = std::any::type_name::<T>();
            assert!(
                took < flat * WORST,
                "{name} patches {kind}: {took:?}, {flat:?} for a flat text"
            );
        }
    }
}

/// Returns the time for an object of short fields, the flattest possible body.
fn flat() -> Duration {
    let set = FieldSet::of::<BTreeMap<String, String>>();
    let fields: Vec<_> =
        (0..SIZE / 20).map(|number| format!("\"k{number:06}\":\"value\"")).collect();
    let body = format!("{{{}}}", fields.join(","));
    time_of(|| drop(parse::<BTreeMap<String, String>>(&set, &[], body.as_bytes())))
}

#[test]
fn no_body_takes_a_pass_for_each_of_its_levels() {
    let flat = flat();
    reads::<One<String>>(flat);
    reads::<One<u64>>(flat);
    reads::<One<Seconds>>(flat);
    reads::<One<Option<String>>>(flat);
    reads::<One<Sensitive<String>>>(flat);
    reads::<One<Vec<String>>>(flat);
    reads::<One<BTreeMap<String, Json>>>(flat);
    reads::<One<Json>>(flat);
    reads::<One<CommaList<String>>>(flat);
    reads::<One<KeyValues>>(flat);
    reads::<One<Either>>(flat);
    reads::<Flattened>(flat);
    reads::<()>(flat);
    patches::<Json>(flat);
    patches::<BTreeMap<String, Json>>(flat);
    patches::<Flattened>(flat);
}
