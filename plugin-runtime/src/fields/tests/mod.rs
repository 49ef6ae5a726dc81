//! Tests over whole requests.

mod aliases;
mod coercion;
mod lists;
mod properties;
mod requests;
mod schema;
#[cfg(target_os = "linux")]
mod sizes;
mod token;
mod update;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{FieldError, FieldSet, Parsed, parse};

/// A request with one field.
#[derive(Debug, Deserialize, JsonSchema)]
struct One<T> {
    f: T,
}

/// The same field, flattened into another type.
#[derive(Deserialize, JsonSchema)]
struct Flat<T> {
    #[serde(flatten)]
    one: One<T>,
}

/// Returns the value of `f` when `json` is sent, as JSON again.
fn coerced<T: DeserializeOwned + JsonSchema + Serialize>(json: &str) -> Result<Json, FieldError> {
    let body = format!("{{\"f\":{json}}}");
    let direct = request::<One<T>>(&[], &body).map(|parsed| as_json(&parsed.value.f));
    let flat = request::<Flat<T>>(&[], &body).map(|parsed| as_json(&parsed.value.one.f));
    match (&direct, &flat) {
        (Ok(direct), Ok(flat)) => assert_eq!(direct, flat, "flattening changes {json}"),
        (Err(_), Err(flat)) => assert_names(flat, "f"),
        _ => panic!("{json}: {direct:?}, but flattened {flat:?}"),
    }
    direct
}

fn as_json(value: &impl Serialize) -> Json {
    serde_json::to_value(value).expect("a serialisable value")
}

fn request<T: DeserializeOwned + JsonSchema>(
    captures: &[(&str, Option<&str>)],
    body: &str,
) -> Result<Parsed<T>, FieldError> {
    // The captures and the body live only as long as this call, so the type must own its values.
    parse(&FieldSet::of::<T>(), captures, body.as_bytes())
}

fn assert_names(error: &FieldError, expected: &str) {
    let (FieldError::Refused { field, .. } | FieldError::Missing { field }) = error else {
        panic!("{error:?} names no field");
    };
    assert_eq!(field.split('.').next(), Some(expected), "{error}");
}

/// Tests one type's rows: the sent value, and the accepted value or `None` if it is refused.
fn check<T: DeserializeOwned + JsonSchema + Serialize>(rows: &[(&str, Option<Json>)]) {
    for (sent, expected) in rows {
        let kind = std::any::type_name::<T>();
        match (coerced::<T>(sent), expected) {
            (Ok(value), Some(expected)) => assert_eq!(&value, expected, "{kind} from {sent}"),
            (Err(error), None) => assert_names(&error, "f"),
            (outcome, _) => panic!("{kind} from {sent}: {outcome:?}, not {expected:?}"),
        }
    }
}
