//! The fields of a path, from all of its handlers.

use std::collections::BTreeMap;

use serde_json::Value;

use super::DeclaredPath;
use crate::fields::{Field, FieldKind};

/// A field of the body or the query, or a part of the path.
#[derive(Clone, Copy, Default)]
pub(super) struct Parameter<'a> {
    /// The description by the first handler's type that reads it; `None` for a part of the path
    /// that is taken without a type.
    pub(super) field: Option<&'a Field>,
    description: Option<&'a str>,
}

impl<'a> Parameter<'a> {
    /// Returns its description, if there is one.
    pub(super) fn description(self) -> Option<&'a str> {
        self.description.map(str::trim).filter(|text| !text.is_empty())
    }

    /// Returns the type's name in help.
    pub(super) fn label(self) -> &'static str {
        let Some(field) = self.field else { return FieldKind::String.label() };
        if let Some(kind) = field.kind() {
            return kind.label();
        }
        // A type that Vault does not have is an object or a list, or may be anything.
        let types = field.schema().get("type");
        let is = |name: &str| match types {
            Some(Value::Array(several)) => several.iter().any(|one| one == name),
            Some(one) => one == name,
            None => false,
        };
        match (is("object"), is("array")) {
            (true, false) => FieldKind::Map.label(),
            (false, true) => FieldKind::Slice.label(),
            _ => "any",
        }
    }

    /// Returns whether it is deprecated.
    pub(super) fn is_deprecated(self) -> bool {
        let mark = self.field.and_then(|field| field.schema().get("deprecated"));
        mark.and_then(Value::as_bool).unwrap_or_default()
    }
}

/// Returns all parameters by name.
pub(super) fn of<'a>(path: &DeclaredPath<'a>) -> BTreeMap<&'a str, Parameter<'a>> {
    let mut parameters: BTreeMap<&'a str, Parameter<'a>> = BTreeMap::new();
    for name in path.pattern.param_names() {
        parameters.insert(name, Parameter::default());
    }
    for (_, operation) in path.operations() {
        for (name, field) in operation.inputs().flat_map(|fields| fields.iter()) {
            let parameter = parameters.entry(name).or_default();
            parameter.field.get_or_insert(field);
            parameter.description = parameter.description.or(field.description());
        }
    }
    for (name, description) in &path.attributes.parameters {
        if let Some(parameter) = parameters.get_mut(name.as_str()) {
            parameter.description = Some(description);
        }
    }
    parameters
}
