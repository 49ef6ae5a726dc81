//! Given, null and absent.

use schemars::JsonSchema;
use serde::Deserialize;

use super::request;
use crate::fields::{CommaList, FieldError, FieldSet, Seconds, Update};

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
struct Change {
    #[serde(default)]
    count: Update<u32>,
    #[serde(default)]
    ttl: Update<Seconds>,
    #[serde(default)]
    #[schemars(length(max = 2))]
    names: Update<CommaList<String>>,
    #[serde(default)]
    inner: Update<Part>,
}

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
struct Part {
    #[serde(default)]
    text: Update<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Whole {
    #[serde(flatten)]
    change: Change,
}

fn change(body: &str) -> Result<Change, FieldError> {
    let direct = request::<Change>(&[], body).map(|parsed| parsed.value);
    let flat = request::<Whole>(&[], body).map(|parsed| parsed.value.change);
    assert_eq!(direct.as_ref().ok(), flat.as_ref().ok(), "{body}");
    direct
}

#[test]
fn null_is_told_from_what_was_not_given() {
    let nothing = || Change {
        count: Update::Absent,
        ttl: Update::Absent,
        names: Update::Absent,
        inner: Update::Absent,
    };
    assert_eq!(change("{}").unwrap(), nothing());
    let all = r#"{"count":null,"ttl":null,"names":null,"inner":null}"#;
    let null =
        Change { count: Update::Null, ttl: Update::Null, names: Update::Null, inner: Update::Null };
    assert_eq!(change(all).unwrap(), null);
    let given = r#"{"count":"5","ttl":"1h","names":"a,b","inner":{"text":null}}"#;
    let expected = Change {
        count: 5.into(),
        ttl: Seconds::new(3600).into(),
        names: CommaList::from(vec!["a".to_owned(), "b".to_owned()]).into(),
        inner: Part { text: Update::Null }.into(),
    };
    assert_eq!(change(given).unwrap(), expected);
    assert_eq!(change(r#"{"inner":{}}"#).unwrap().inner, Part { text: Update::Absent }.into());
    super::assert_names(&change(r#"{"count":"x"}"#).unwrap_err(), "count");
    assert!(matches!(change(r#"{"names":"a,b,c"}"#), Err(FieldError::OutOfLimits { .. })));
}

#[test]
fn a_field_without_a_default_must_be_given() {
    #[derive(Debug, Deserialize, JsonSchema)]
    struct Needed {
        #[allow(dead_code)]
        f: Update<u32>,
    }
    assert!(FieldSet::of::<Needed>().iter().all(|(_, field)| field.is_required()));
    super::assert_names(&request::<Needed>(&[], "{}").unwrap_err(), "f");
    assert!(request::<Needed>(&[], r#"{"f":null}"#).unwrap().value.f.is_null());
}

#[test]
fn what_is_stored_is_changed_by_what_is_given() {
    for (update, value, option) in
        [(Update::Absent, 7, Some(7)), (Update::Null, 0, None), (Update::Value(9), 9, Some(9))]
    {
        let (mut stored, mut optional) = (7, Some(7));
        update.apply_to(&mut stored);
        update.apply_to_option(&mut optional);
        assert_eq!((stored, optional), (value, option), "{update:?}");
    }
    assert_eq!(Update::Value(2).map(|two| two * 2).value(), Some(4));
}
