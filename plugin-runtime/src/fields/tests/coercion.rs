//! The table of Vault's scalar field types, row by row.

use std::time::{Duration, SystemTime};

use serde_json::{Value as Json, json};

use super::check;
use crate::fields::{LowerCase, Name, Seconds, Sensitive, SignedSeconds, Time};

/// What is accepted.
macro_rules! ok {
    ($value:tt) => {
        Some(json!($value))
    };
}

#[test]
fn strings_take_every_scalar() {
    let rows = [
        (r#""text""#, ok!("text")),
        (r#""""#, ok!("")),
        (r#"" kept ""#, ok!(" kept ")),
        ("true", ok!("1")),
        ("false", ok!("0")),
        ("42", ok!("42")),
        ("1.50", ok!("1.5")),
        ("1e21", ok!("1000000000000000000000")),
        ("1e-7", ok!("0.0000001")),
        ("9007199254740993", ok!("9007199254740993")),
        ("null", ok!("")),
        ("[]", None),
        (r#"["a"]"#, None),
        ("{}", None),
    ];
    check::<String>(&rows);
    check::<Sensitive<String>>(&rows);
}

#[test]
fn lower_case_strings_are_lowered_letter_by_letter() {
    check::<LowerCase>(&[
        (r#""BaR""#, ok!("bar")),
        (r#""ÀÉ""#, ok!("àé")),
        (r#""ΣΑΣ""#, ok!("σασ")),
        (r#""İ""#, ok!("i")),
        ("42", ok!("42")),
        ("null", ok!("")),
        ("[]", None),
    ]);
}

#[test]
fn names_can_stand_in_a_path() {
    check::<Name>(&[
        (r#""a""#, ok!("a")),
        (r#""_""#, ok!("_")),
        (r#""a-b.c_d9""#, ok!("a-b.c_d9")),
        (r#""a..b""#, ok!("a..b")),
        ("42", ok!("42")),
        (r#""""#, None),
        ("null", None),
        (r#""-a""#, None),
        (r#""a.""#, None),
        (r#""a/b""#, None),
        (r#""a b""#, None),
        (r#""a@b""#, None),
        (r#""aéb""#, None),
        (r#""a\n""#, None),
        ("1.5", ok!("1.5")),
        ("-1", None),
    ]);
}

#[test]
fn integers_are_cut_and_read_with_base_prefixes() {
    let rows = [
        ("42", ok!(42)),
        ("1.9", ok!(1)),
        ("-1.9", Some(json!(-1))),
        ("1e3", ok!(1000)),
        ("true", ok!(1)),
        ("false", ok!(0)),
        ("null", ok!(0)),
        (r#""""#, ok!(0)),
        (r#""42""#, ok!(42)),
        (r#""-42""#, Some(json!(-42))),
        (r#""+42""#, ok!(42)),
        (r#""010""#, ok!(8)),
        (r#""0o10""#, ok!(8)),
        (r#""0x1F""#, ok!(31)),
        (r#""0B11""#, ok!(3)),
        (r#""1_000""#, ok!(1000)),
        (r#""0x_1""#, ok!(1)),
        (r#""1__0""#, None),
        (r#""_1""#, None),
        (r#""1_""#, None),
        (r#""08""#, None),
        (r#""0x""#, None),
        (r#""1.5""#, None),
        (r#""1e3""#, None),
        (r#"" 1""#, None),
        (r#""--1""#, None),
        (r#""yes""#, None),
        ("[1]", None),
        ("{}", None),
        ("1e300", None),
    ];
    check::<i64>(&rows);
    check::<i32>(&rows);
    check::<i16>(&rows);
    check::<i64>(&[
        ("9223372036854775807", ok!(9223372036854775807_i64)),
        (r#""-9223372036854775808""#, Some(json!(i64::MIN))),
        ("9223372036854775808", None),
        (r#""9223372036854775808""#, None),
    ]);
}

#[test]
fn integers_stay_in_the_range_of_their_type() {
    check::<u8>(&[("255", ok!(255)), ("256", None), ("-1", None), (r#""-1""#, None)]);
    check::<i8>(&[("-128", Some(json!(-128))), ("128", None), (r#""0x80""#, None)]);
    check::<u16>(&[(r#""0xffff""#, ok!(65535)), ("65536", None)]);
    check::<u32>(&[("4294967295", ok!(4294967295_u32)), ("4294967296", None)]);
    check::<u64>(&[("18446744073709551615", ok!(18446744073709551615_u64)), ("-1", None)]);
    check::<usize>(&[("7.9", ok!(7))]);
    check::<std::num::NonZeroU8>(&[("1", ok!(1)), ("0", None)]);
}

#[test]
fn floats_are_read_as_go_reads_them() {
    check::<f64>(&[
        ("1.5", ok!(1.5)),
        ("2", ok!(2.0)),
        ("true", ok!(1.0)),
        ("null", ok!(0.0)),
        (r#""""#, ok!(0.0)),
        (r#""1.5e3""#, ok!(1500.0)),
        (r#"".5""#, ok!(0.5)),
        (r#""5.""#, ok!(5.0)),
        (r#""1_0.5""#, ok!(10.5)),
        (r#""0x1.8p3""#, ok!(12.0)),
        (r#""0x1p-2""#, ok!(0.25)),
        (r#""0x1""#, None),
        (r#""1e400""#, None),
        (r#""+nan""#, None),
        (r#""NaN""#, None),
        (r#""inf""#, None),
        (r#""-Infinity""#, None),
        (r#""1e308""#, ok!(1e308)),
        (r#""0x1p1024""#, None),
        ("1e400", None),
        ("-1e400", None),
        (r#"".""#, None),
        (r#"" 1""#, None),
        (r#""1,5""#, None),
        ("[]", None),
    ]);
}

#[test]
fn floats_stay_in_the_range_of_their_type() {
    check::<f32>(&[
        ("1.5", ok!(1.5)),
        ("3.4e38", ok!(3.4e38_f32)),
        ("3.5e38", None),
        (r#""-3.5e38""#, None),
        ("1e-60", ok!(0.0)),
        (r#""inf""#, None),
        (r#""nan""#, None),
    ]);
    check::<Option<f32>>(&[("null", ok!(null)), ("1e39", None), (r#""inf""#, None)]);
    check::<Vec<f32>>(&[("[1,1e39]", None), (r#"["inf"]"#, None), ("[1]", ok!([1.0]))]);
    check::<crate::fields::CommaList<f64>>(&[
        (r#""1,inf""#, None),
        (r#""1,0.5""#, ok!([1.0, 0.5])),
    ]);
    check::<std::collections::BTreeMap<String, f64>>(&[
        (r#"{"a":"nan"}"#, None),
        (r#"["a=inf"]"#, None),
        (r#"["a=1.5"]"#, ok!({ "a": 1.5 })),
    ]);
}

#[test]
fn booleans_take_go_words_only() {
    check::<bool>(&[
        ("true", ok!(true)),
        ("2", ok!(true)),
        ("0.1", ok!(true)),
        ("0", ok!(false)),
        ("null", ok!(false)),
        (r#""""#, ok!(false)),
        (r#""1""#, ok!(true)),
        (r#""t""#, ok!(true)),
        (r#""T""#, ok!(true)),
        (r#""TRUE""#, ok!(true)),
        (r#""True""#, ok!(true)),
        (r#""0""#, ok!(false)),
        (r#""F""#, ok!(false)),
        (r#""False""#, ok!(false)),
        (r#""tRUE""#, None),
        (r#""yes""#, None),
        (r#""on""#, None),
        (r#""2""#, None),
        ("[]", None),
        ("{}", None),
    ]);
}

/// Reads a value as each duration type, and returns the seconds.
fn durations() -> Vec<(&'static str, Option<Json>)> {
    vec![
        ("90", ok!(90)),
        ("1.9", ok!(1)),
        (r#""""#, ok!(0)),
        (r#""90""#, ok!(90)),
        (r#""1h30m""#, ok!(5400)),
        (r#""1.5h""#, ok!(5400)),
        (r#""1d""#, ok!(86400)),
        (r#""1500ms""#, ok!(1)),
        (r#""1d1h""#, None),
        (r#""1.5d""#, None),
        (r#""1.5""#, None),
        (r#""soon""#, None),
        (r#"" 5""#, None),
        ("true", None),
        ("[5]", None),
        ("{}", None),
        ("9223372037", None),
        (r#""9223372037""#, None),
        ("1e300", None),
        // Not given, and the field has no default.
        ("null", None),
    ]
}

#[test]
fn durations_are_whole_seconds() {
    check::<Seconds>(&durations());
    check::<Seconds>(&[("-1", None), (r#""-1h""#, None), (r#""-500ms""#, ok!(0))]);
    check::<SignedSeconds>(&durations());
    check::<SignedSeconds>(&[
        ("-1", Some(json!(-1))),
        (r#""-1.5h""#, Some(json!(-5400))),
        (r#""-1500ms""#, Some(json!(-1))),
    ]);
    check::<Option<Seconds>>(&[("null", ok!(null)), (r#""1m""#, ok!(60))]);
}

#[test]
fn std_durations_keep_the_fraction_of_a_text() {
    check::<Duration>(&[
        (r#""1500ms""#, ok!({ "secs": 1, "nanos": 500_000_000 })),
        ("1.9", ok!({ "secs": 1, "nanos": 0 })),
        (r#""2d""#, ok!({ "secs": 172_800, "nanos": 0 })),
        (r#""-1s""#, None),
        (r#""-500ms""#, None),
        // In the form in which serde writes it.
        (r#"{"secs":1,"nanos":5}"#, ok!({ "secs": 1, "nanos": 5 })),
        (r#"{"secs":"1","nanos":1000000000}"#, ok!({ "secs": 2, "nanos": 0 })),
        (r#"{"secs":1}"#, None),
        (r#"{"secs":-1,"nanos":0}"#, None),
        (r#"{"secs":1,"nanos":0,"more":0}"#, None),
        (r#"{"secs":18446744073709551615,"nanos":1000000000}"#, None),
        ("null", None),
    ]);
}

#[test]
fn times_are_rfc_3339_or_epoch_text() {
    check::<Time>(&[
        (r#""2006-01-02T15:04:05Z""#, ok!("2006-01-02T15:04:05Z")),
        (r#""2006-01-02T15:04:05.120Z""#, ok!("2006-01-02T15:04:05.12Z")),
        (r#""2006-01-02T15:04:05.123456789123Z""#, ok!("2006-01-02T15:04:05.123456789Z")),
        (r#""2006-01-02T15:04:05,5Z""#, ok!("2006-01-02T15:04:05.5Z")),
        (r#""2006-01-02T15:04:05+02:00""#, ok!("2006-01-02T13:04:05Z")),
        (r#""2006-01-01T00:00:00+24:00""#, ok!("2005-12-31T00:00:00Z")),
        (r#""1969-12-31T23:59:59.5Z""#, ok!("1969-12-31T23:59:59.5Z")),
        (r#""0000-01-01T00:00:00Z""#, ok!("0000-01-01T00:00:00Z")),
        (r#""9999-12-31T23:59:59Z""#, ok!("9999-12-31T23:59:59Z")),
        (r#""2000-02-29T00:00:00Z""#, ok!("2000-02-29T00:00:00Z")),
        (r#""1136214245""#, ok!("2006-01-02T15:04:05Z")),
        (r#""-1""#, ok!("1969-12-31T23:59:59Z")),
        // Go sees a float here and refuses it.
        ("1136214245", None),
        (r#""1136214245.5""#, None),
        (r#""1900-02-29T00:00:00Z""#, None),
        (r#""2006-13-01T00:00:00Z""#, None),
        (r#""2006-01-02T24:00:00Z""#, None),
        (r#""2006-01-02T23:59:60Z""#, None),
        (r#""2006-01-02T15:04:05""#, None),
        (r#""2006-01-02T15:04:05+25:00""#, None),
        (r#""2006-01-02t15:04:05Z""#, None),
        (r#""2006-01-02 15:04:05Z""#, None),
        (r#""2006-01-02T15:04:05.Z""#, None),
        (r#""253402300800""#, None),
        (r#""""#, None),
        ("true", None),
        ("[]", None),
        ("null", None),
    ]);
    check::<SystemTime>(&[
        (
            r#""1970-01-01T00:00:01.5Z""#,
            ok!({ "secs_since_epoch": 1, "nanos_since_epoch": 500_000_000 }),
        ),
        (r#""-1""#, None),
        ("1", None),
    ]);
}

#[test]
fn single_characters_are_strings_of_one() {
    check::<char>(&[(r#""x""#, ok!("x")), ("7", ok!("7")), (r#""xy""#, None), (r#""""#, None)]);
}
