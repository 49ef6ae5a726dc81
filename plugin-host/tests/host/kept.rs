//! What is accepted reads back equal, and what is refused changes nothing: every kind of field, by
//! both of its names, written and patched, wherever the engine is mounted.

use plugin_host::Answer;
use plugin_host::test::Mounted;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::tutorial::example;

#[path = "../../../plugin-runtime/tests/plugins/kept.rs"]
#[allow(dead_code, unreachable_pub, reason = "an example is a program of its own")]
mod engine;

plugin_host::three_ways! {
    backend: |_mount| engine::engine(),
    binary: example("kept"),
    tests: what_is_accepted_reads_back_equal,
}

/// How many values each field gets: on a real server the requests for one take tens of
/// milliseconds.
const VALUES: usize = 8;

/// The integers that an answer has exactly: servers read a plugin's numbers as 64-bit floats.
const EXACT: i64 = 1 << 53;

const ENTRY: &str = "kept/entry";

/// Values at the limits of some type, or in a form that some type has a rule for.
fn listed() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!("true"),
        json!(0),
        json!(-1),
        json!(127),
        json!(-129),
        json!(65536),
        json!(-EXACT),
        json!(EXACT),
        json!(1.5),
        json!(0.1),
        json!(1e300),
        json!(-0.0),
        json!(1e-320),
        json!("16777217"),
        json!("0x10"),
        json!(""),
        json!("x"),
        json!("É"),
        json!("\u{0}<&>\u{2028}"),
        json!("Green"),
        json!("green"),
        json!("1h"),
        json!("-90m"),
        json!("1.5s"),
        json!("1d"),
        json!("9999999999999"),
        json!("2024-02-29T23:59:59.123456789+01:00"),
        json!("0000-01-01T00:00:00Z"),
        json!("1h,2h"),
        json!(" a , b "),
        json!("a=b,c=d"),
        json!("{\"a\":[1,null]}"),
        json!("[1,2]"),
        json!([]),
        json!([null]),
        json!([1, "2", 0.1]),
        json!(["a=b", "c=d"]),
        json!([{ "a": "x", "ttl": "1h" }]),
        json!([7, "x"]),
        json!({}),
        json!({ "a": "x" }),
        json!({ "b": "x", "ttl": "1h", "inner": { "n": "5" } }),
        json!({ "inner": {} }),
        json!({ "a": null, "inner": null }),
        json!({ "a": { "b": null } }),
        json!({ "X-A": ["1", "2"], "x-a": "3" }),
        json!({ "a": 0.1, "": 2 }),
        json!({ "t": "A", "b": 255 }),
        json!({ "t": "B", "b": "x,y" }),
        json!({ "t": "B", "b": ["x", 1] }),
        json!({ "t": "A", "b": 256 }),
        json!({ "secs": 5, "nanos": 999_999_999 }),
        json!({ "secs": 5, "nanos": 2_000_000_000 }),
        json!({ "secs_since_epoch": 5, "nanos_since_epoch": 7 }),
    ]
}

/// Any JSON, with many of the texts that some rule has a use for.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        (-EXACT..EXACT).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<f32>().prop_map(Value::from),
        (-300..300).prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        "[-+0-9a-fxob_.:=,dhms \"{}\\[\\]]{0,10}".prop_map(Value::from),
        "[0-9]{1,3}(\\.[0-9]{1,3})?(ns|us|ms|s|m|h|d)".prop_map(Value::from),
        "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,4})?(Z|\\+01:00)"
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-c=:]{0,2}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

async fn reading(mount: &Mounted, context: &str) -> Value {
    let answer = mount.read(ENTRY).await;
    assert_eq!((answer.status, answer.warnings.len()), (200, 0), "{context}: {answer:?}");
    answer.data
}

/// Returns whether a value was accepted. One that was not is refused by the field's name.
fn accepted(answer: &Answer, field: &str, sent: &str) -> bool {
    if answer.status != 204 {
        let reason = answer.errors.join("; ");
        assert!(answer.status == 400 && reason.contains(field), "{sent}: {answer:?}");
    }
    answer.status == 204
}

/// Writes a field under both of its names and patches it under the second. Returns whether the
/// value was accepted.
async fn keeps(mount: &Mounted, [name, other]: [&str; 2], value: &Value, default: &Value) -> bool {
    let sent = format!("{name}={value}");
    let field = name.trim_start_matches("other_");
    // What is stored is the default.
    let by_other = mount.write(ENTRY, json!({ other: value })).await;
    let by_other = (accepted(&by_other, field, &sent), reading(mount, &sent).await);
    assert_eq!(mount.write(ENTRY, json!({})).await.status, 204);
    let written = mount.write(ENTRY, json!({ name: value })).await;
    let written = accepted(&written, field, &sent);
    let read = reading(mount, &sent).await;
    assert_eq!(by_other, (written, read.clone()), "{sent}, written as {other}");
    if written {
        let nothing = mount.patch(ENTRY, json!({})).await;
        assert_eq!(nothing.status, 204, "{sent}, patched by nothing: {nothing:?}");
        assert_eq!(reading(mount, &sent).await, read, "{sent}, patched by nothing");
        let again = mount.write(ENTRY, &read).await;
        assert_eq!(again.status, 204, "{sent}, written as {read}: {again:?}");
        assert_eq!(reading(mount, &sent).await, read, "{sent}, written as it was read");
        assert_eq!(mount.write(ENTRY, json!({})).await.status, 204);
    } else {
        assert_eq!(read, *default, "{sent} was refused");
    }
    let patched = mount.patch(ENTRY, json!({ other: value })).await;
    let patched = accepted(&patched, field, &sent);
    let after = reading(mount, &sent).await;
    // An object is merged into what is there, and null takes the field away.
    if value.is_null() {
        assert_eq!((patched, &after), (true, default), "{sent}, patched as {other}");
    } else if !value.is_object() {
        assert_eq!((patched, &after), (written, &read), "{sent}, patched as {other}");
    }
    if patched {
        let gone = mount.patch(ENTRY, json!({ name: null })).await;
        assert_eq!(gone.status, 204, "{sent}, patched by null: {gone:?}");
        assert_eq!(reading(mount, &sent).await, *default, "{sent}, patched by null");
    } else {
        assert_eq!(after, *default, "{sent} was refused");
    }
    written
}

async fn what_is_accepted_reads_back_equal(mount: Mounted) {
    let mut runner = TestRunner::deterministic();
    let values = prop_oneof![2 => prop::sample::select(listed()), 1 => any_value()];
    assert_eq!(mount.write(ENTRY, json!({})).await.status, 204);
    let default = reading(&mount, "an entry of defaults").await;
    let (mut kept, mut refused) = (0, 0);
    for own in default.as_object().unwrap().keys() {
        let other = format!("other_{own}");
        let mut names = [own.as_str(), other.as_str()];
        for _ in 0..VALUES {
            let value = values.new_tree(&mut runner).unwrap().current();
            match keeps(&mount, names, &value, &default).await {
                true => kept += 1,
                false => refused += 1,
            }
            names.reverse();
        }
    }
    assert!(kept > 50 && refused > 50, "{kept} kept, {refused} refused");
}
