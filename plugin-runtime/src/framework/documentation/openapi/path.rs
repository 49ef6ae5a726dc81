//! One path of the document.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::DeclaredPath;
use super::super::parameters::{self, Parameter};
use super::schema::Conversion;
use super::{Writer, field, special};
use crate::Operation;
use crate::fields::DISPLAY_KEYWORD;
use crate::framework::attributes::Attributes;
use crate::framework::pattern::ExpandedPath;

/// Returns the item of a path of which only the purpose is known.
pub(super) fn item(attributes: &Attributes) -> Value {
    Value::Object(introduction(attributes))
}

/// Returns the first entries of a path's item.
fn introduction(attributes: &Attributes) -> Map<String, Value> {
    let mut item = Map::new();
    describe(&mut item, &attributes.synopsis);
    if let Some(display) = attributes.display.attributes() {
        item.insert(DISPLAY_KEYWORD.to_owned(), display);
    }
    item
}

/// The facts that the operations of one path have in common.
pub(super) struct PathFacts<'a> {
    pub(super) declared: &'a DeclaredPath<'a>,
    pub(super) path: &'a ExpandedPath,
    /// The position of this path among those of the pattern.
    pub(super) position: usize,
    pub(super) parameters: BTreeMap<&'a str, Parameter<'a>>,
}

impl PathFacts<'_> {
    /// Returns whether a field is part of the path, and so neither in the body nor in the query.
    pub(super) fn has_in_path(&self, name: &str) -> bool {
        self.path.parameters.iter().any(|parameter| parameter == name)
    }

    /// Returns the description of a field, from any of the path's handlers or from the declaration.
    pub(super) fn description(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).and_then(|parameter| parameter.description())
    }
}

impl Writer<'_> {
    pub(super) fn path_item(
        &mut self,
        declared: &DeclaredPath<'_>,
        path: &ExpandedPath,
        position: usize,
    ) -> Value {
        let parameters = parameters::of(declared);
        let facts = PathFacts { declared, path, position, parameters };
        let special_paths = self.declaration.special_paths;

        let mut item = introduction(declared.attributes);
        for (keyword, holds) in [
            ("x-vault-sudo", special::is_root(&path.path, special_paths)),
            ("x-vault-unauthenticated", special::is_unauthenticated(&path.path, special_paths)),
            ("x-vault-createSupported", declared.operation(Operation::Create).is_some()),
        ] {
            if holds {
                item.insert(keyword.to_owned(), Value::Bool(true));
            }
        }
        let in_path = self.path_parameters(&facts);
        if !in_path.is_empty() {
            item.insert("parameters".to_owned(), Value::Array(in_path));
        }
        for (method, operation) in shown(declared) {
            item.insert(method.to_owned(), self.operation(&facts, operation));
        }
        Value::Object(item)
    }

    fn path_parameters(&mut self, facts: &PathFacts<'_>) -> Vec<Value> {
        let mut names: Vec<&str> = facts.path.parameters.iter().map(String::as_str).collect();
        names.sort_by_key(|name| name.to_lowercase());
        let parameter = |name: &str| {
            let known = facts.parameters.get(name).copied().unwrap_or_default();
            let mut schema = match known.field {
                Some(field) => {
                    // A part of a path is a plain value, which does not refer to another schema.
                    field::property(field, &mut Conversion::alone(&mut self.components))
                }
                None => Map::new(),
            };
            schema.entry("type").or_insert_with(|| "string".into());
            // It is always given, and the parameter itself has these keywords.
            for keyword in ["description", "deprecated", "nullable", "default"] {
                schema.remove(keyword);
            }
            let mut parameter = Map::new();
            parameter.insert("name".to_owned(), name.into());
            parameter.insert("in".to_owned(), "path".into());
            parameter.insert("required".to_owned(), true.into());
            parameter.insert("schema".to_owned(), Value::Object(schema));
            describe(&mut parameter, known.description().unwrap_or_default());
            if known.is_deprecated() {
                parameter.insert("deprecated".to_owned(), true.into());
            }
            Value::Object(parameter)
        };
        names.into_iter().map(parameter).collect()
    }
}

/// Returns the operations that are shown, each under its HTTP method: one write for both kinds, and
/// one read for a read and its lists.
pub(in super::super) fn shown(
    declared: &DeclaredPath<'_>,
) -> impl Iterator<Item = (&'static str, Operation)> {
    use Operation::{Create, Delete, List, Patch, Read, Scan, Update};
    let methods: [(&str, &[Operation]); 4] = [
        ("get", &[Read, List, Scan]),
        ("post", &[Update, Create]),
        ("patch", &[Patch]),
        ("delete", &[Delete]),
    ];
    methods.into_iter().filter_map(|(method, choices)| {
        let first = choices.iter().find(|choice| declared.operation(**choice).is_some())?;
        Some((method, *first))
    })
}

/// Adds a description, unless there is none.
pub(super) fn describe(object: &mut Map<String, Value>, text: &str) {
    let text = text.trim();
    if !text.is_empty() {
        object.insert("description".to_owned(), json!(text));
    }
}
