//! A field of a request, in Vault's terms where it has some.

use serde_json::{Map, Value};

use super::schema::{self, Conversion};
use crate::fields::{Field, FieldKind};

/// Returns the schema of a field. Vault's type overrides the Rust type's schema, since it is what
/// is accepted: a `Duration` is given as seconds, not as the object that serde makes of it.
pub(super) fn property(field: &Field, conversion: &mut Conversion<'_>) -> Map<String, Value> {
    let mut property = conversion.convert(field.schema());
    if let Some(kind) = field.kind() {
        speak(kind, &mut property);
    }
    property
}

fn speak(kind: FieldKind, property: &mut Map<String, Value>) {
    let Value::Object(words) = kind.openapi() else { return };
    if property.get("type") != words.get("type") {
        let default = property.get("default").and_then(|default| seconds(kind, default));
        property.retain(|keyword, _| schema::is_annotation(keyword));
        if let Some(default) = default {
            property.insert("default".to_owned(), default);
        }
    }
    if matches!(words.get("type").and_then(Value::as_str), Some("integer" | "number")) {
        // The width of the Rust type.
        property.remove("format");
    }
    for (keyword, value) in words {
        match keyword.as_str() {
            "type" | "format" => drop(property.insert(keyword, value)),
            _ => drop(property.entry(keyword).or_insert(value)),
        }
    }
    schema::keep_fitting_default(property);
}

/// Converts the default of a duration, which serde wrote as an object.
fn seconds(kind: FieldKind, default: &Value) -> Option<Value> {
    let is_length = matches!(kind, FieldKind::DurationSecond | FieldKind::SignedDurationSecond);
    default.get("secs").filter(|_| is_length).cloned()
}
