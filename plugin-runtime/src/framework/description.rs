//! What the types of a handler say about its operation.

use std::any::TypeId;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::fields::FieldSet;

/// What an operation takes and gives, found from its handler's types when it is declared. Help and
/// the OpenAPI document are made of it.
#[derive(Clone, Debug, Default)]
pub struct OperationDescription {
    inputs: Vec<(TypeId, FieldSet)>,
    output: Option<Value>,
}

impl OperationDescription {
    /// Notes that the handler reads the request's fields as a `T`.
    pub fn takes<T: JsonSchema + 'static>(&mut self) {
        let id = TypeId::of::<T>();
        if self.input_of(id).is_none() {
            self.inputs.push((id, FieldSet::of::<T>()));
        }
    }

    /// Notes that the handler answers with the fields of a `T`.
    pub fn gives<T: JsonSchema>(&mut self) {
        let settings = SchemaSettings::openapi3().for_serialize().with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        });
        self.output = Some(settings.into_generator().into_root_schema_for::<T>().to_value());
    }

    /// The field sets that the handler reads.
    pub(super) fn inputs(&self) -> impl Iterator<Item = &FieldSet> {
        self.inputs.iter().map(|(_, set)| set)
    }

    /// The schema of what the handler answers with, if it is known.
    pub(super) fn output(&self) -> Option<&Value> {
        self.output.as_ref()
    }

    pub(super) fn input_of(&self, id: TypeId) -> Option<&FieldSet> {
        self.inputs.iter().find(|(known, _)| *known == id).map(|(_, set)| set)
    }
}
