//! The fields of a type, found once when a path is declared.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use schemars::JsonSchema;
use serde_json::Value as Json;

use super::kind::FieldKind;
use super::rule::Rule;
use super::whole;
use crate::fields::aliases::{Aliases, ROOT};
use crate::fields::limits::Limits;

/// A description of one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    rule: Rule,
    required: bool,
    schema: Json,
    /// What other variants of an enum have under this name.
    others: Vec<Json>,
}

impl Field {
    /// Returns the type in Vault's terms; `None` for a value of any type.
    pub fn kind(&self) -> Option<FieldKind> {
        self.rule.kind()
    }

    /// Returns whether the type refuses a request without it.
    pub fn is_required(&self) -> bool {
        self.required
    }

    /// Returns the doc comment.
    pub fn description(&self) -> Option<&str> {
        self.schema.get("description").and_then(Json::as_str)
    }

    /// Returns the JSON schema (draft 2020-12), with default, examples, `deprecated` and
    /// `x-vault-displayAttrs` if the type sets them.
    pub fn schema(&self) -> &Json {
        &self.schema
    }

    /// Returns the schemas of all mentions of the name.
    pub(crate) fn schemas(&self) -> impl Iterator<Item = &Json> {
        std::iter::once(&self.schema).chain(&self.others)
    }
}

/// The fields that a type reads from a request.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FieldSet {
    fields: BTreeMap<String, Field>,
    open: bool,
    limits: Limits,
    aliases: Aliases,
    /// What the references of the schema stand for.
    referred: BTreeMap<String, (Rule, Json)>,
}

impl FieldSet {
    /// Finds the fields in a type's schema. Flattened parts count as fields of their own.
    pub fn of<T: JsonSchema + ?Sized>() -> Self {
        let schema = whole::taken::<T>();
        let mut set = Self { limits: Limits::of(&schema), ..Self::default() };
        set.collect(&schema, &schema, true, 0);
        set.refer(&schema);
        let mut next = ROOT + 1;
        set.fields.values_mut().for_each(|field| field.rule.number(&mut next));
        set.referred.values_mut().for_each(|(rule, _)| rule.number(&mut next));
        set
    }

    /// Finds what the references in the rules of the fields stand for.
    fn refer(&mut self, root: &Json) {
        let mut references = Vec::new();
        self.fields.values().for_each(|field| field.rule.references(&mut references));
        while let Some(reference) = references.pop() {
            let pointer = reference.strip_prefix('#');
            let Some(schema) = pointer.and_then(|pointer| root.pointer(pointer)) else { continue };
            if let Entry::Vacant(place) = self.referred.entry(reference) {
                let rule = Rule::of(schema);
                let rule = if rule.is_endless() { Rule::any() } else { rule };
                rule.references(&mut references);
                place.insert((rule, schema.clone()));
            }
        }
    }

    /// Returns the rule and the schema that a reference stands for.
    pub(crate) fn referred(&self, reference: &str) -> Option<(&Rule, &Json)> {
        self.referred.get(reference).map(|(rule, schema)| (rule, schema))
    }

    /// Returns the fields by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Field)> {
        self.fields.iter().map(|(name, field)| (name.as_str(), field))
    }

    /// Returns whether the type takes fields of any name, as a map does.
    pub fn is_open(&self) -> bool {
        self.open
    }

    pub(crate) fn knows(&self, name: &str) -> bool {
        self.open || self.fields.contains_key(name)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Returns whether a field of this name is declared, and not only taken by a map.
    pub(crate) fn names(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// Returns the limits on the values of the fields beyond their types.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Returns the names that the schema does not have.
    pub(crate) fn aliases(&self) -> &Aliases {
        &self.aliases
    }

    pub(crate) fn rule(&self, name: &str) -> Option<&Rule> {
        self.fields.get(name).map(|field| &field.rule)
    }

    /// Adds the properties of a schema and of the schemas that it combines. The first occurrence of
    /// a name counts; `required` says whether the part must hold. A name for which an enum's
    /// variants have values of different types follows no rule.
    fn collect(&mut self, root: &Json, schema: &Json, required: bool, depth: u8) {
        // A recursive type refers to itself; flattening never needs more than four levels.
        if depth > 4 {
            return;
        }
        let pointer = schema.get("$ref").and_then(Json::as_str).and_then(|r| r.strip_prefix('#'));
        if let Some(target) = pointer.and_then(|pointer| root.pointer(pointer)) {
            self.collect(root, target, required, depth + 1);
        }
        let needed = schema.get("required").and_then(Json::as_array);
        let properties = schema.get("properties").and_then(Json::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let required = required
                && needed
                    .is_some_and(|names| names.iter().any(|needed| needed.as_str() == Some(name)));
            let rule = Rule::of(property);
            let field = Field { rule, required, schema: property.clone(), others: Vec::new() };
            match self.fields.entry(name.clone()) {
                Entry::Vacant(place) => drop(place.insert(field)),
                Entry::Occupied(mut known) => {
                    let known = known.get_mut();
                    if known.rule != field.rule && depth > 0 {
                        known.rule = Rule::any();
                    }
                    if known.schemas().all(|schema| *schema != field.schema) {
                        known.others.push(field.schema);
                    }
                }
            }
        }
        for (keyword, holds) in [("allOf", true), ("anyOf", false), ("oneOf", false)] {
            for part in schema.get(keyword).and_then(Json::as_array).into_iter().flatten() {
                self.collect(root, part, required && holds, depth + 1);
            }
        }
        let others = schema.get("additionalProperties");
        let shapeless = ["type", "properties", "$ref", "allOf", "anyOf", "oneOf", "enum", "const"];
        self.open |= match others {
            Some(others) => *others != Json::Bool(false),
            None => {
                schema != &Json::Bool(false) && shapeless.iter().all(|k| schema.get(k).is_none())
            }
        };
    }
}
