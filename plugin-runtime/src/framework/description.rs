//! What the types of a handler say about its operation.

use std::any::TypeId;

use http::StatusCode;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::fields::FieldSet;

/// What an operation takes and gives, found from its handler's types when it is declared. Help and
/// the OpenAPI document are made of it.
#[derive(Clone, Debug, Default)]
pub struct OperationDescription {
    inputs: Vec<Input>,
    output: Output,
    status: Option<StatusCode>,
}

/// A type that a handler reads the request's fields as.
#[derive(Clone, Debug)]
pub(super) struct Input {
    id: TypeId,
    pub(super) fields: FieldSet,
    /// Makes the type's whole schema (draft 2020-12). Help alone asks for it.
    pub(super) schema: fn() -> Value,
}

/// What a handler answers with.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Output {
    /// Something that its type does not tell.
    #[default]
    Unknown,
    /// Nothing but success.
    Nothing,
    /// The fields of a type, whose schema (draft 2020-12) this makes.
    Fields(fn() -> Value),
}

impl OperationDescription {
    /// Notes that the handler reads the request's fields as a `T`.
    pub fn takes<T: JsonSchema + 'static>(&mut self) {
        let id = TypeId::of::<T>();
        if self.input_of(id).is_none() {
            self.inputs.push(Input { id, fields: FieldSet::of::<T>(), schema: taken::<T> });
        }
    }

    /// Notes that the handler answers with the fields of a `T`.
    pub fn gives<T: JsonSchema>(&mut self) {
        self.output = Output::Fields(given::<T>);
    }

    /// Notes that the handler answers with success alone.
    pub fn gives_nothing(&mut self) {
        self.output = Output::Nothing;
    }

    /// Notes the HTTP status of success, where it is not the usual one.
    pub fn status(&mut self, status: StatusCode) {
        self.status = Some(status);
    }

    /// The HTTP status of success, where it is not the usual one.
    pub(super) fn success(&self) -> Option<StatusCode> {
        self.status
    }

    /// The field sets that the handler reads.
    pub(super) fn inputs(&self) -> impl Iterator<Item = &FieldSet> {
        self.inputs.iter().map(|input| &input.fields)
    }

    /// The types that the handler reads the fields as.
    pub(super) fn input_types(&self) -> &[Input] {
        &self.inputs
    }

    /// What the handler answers with.
    pub(super) fn output(&self) -> Output {
        self.output
    }

    pub(super) fn input_of(&self, id: TypeId) -> Option<&FieldSet> {
        self.inputs.iter().find(|input| input.id == id).map(|input| &input.fields)
    }
}

fn taken<T: JsonSchema>() -> Value {
    schema_of::<T>(SchemaSettings::draft2020_12().for_deserialize())
}

fn given<T: JsonSchema>() -> Value {
    schema_of::<T>(SchemaSettings::draft2020_12().for_serialize())
}

fn schema_of<T: JsonSchema>(settings: SchemaSettings) -> Value {
    let settings = settings.with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    settings.into_generator().into_root_schema_for::<T>().to_value()
}
