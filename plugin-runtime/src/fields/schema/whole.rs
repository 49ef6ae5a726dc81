//! The whole schema of a type.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::fields::display;

/// Returns the schema (draft 2020-12) of the values that a `T` is read from.
pub(crate) fn taken<T: JsonSchema + ?Sized>() -> Value {
    whole::<T>(SchemaSettings::draft2020_12().for_deserialize())
}

/// Returns the schema (draft 2020-12) of the values that a `T` is written as.
pub(crate) fn given<T: JsonSchema + ?Sized>() -> Value {
    whole::<T>(SchemaSettings::draft2020_12().for_serialize())
}

fn whole<T: JsonSchema + ?Sized>(settings: SchemaSettings) -> Value {
    let settings = settings.with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
        settings.transforms.push(Box::new(display::keep_sensitive()));
    });
    settings.into_generator().into_root_schema_for::<T>().to_value()
}
