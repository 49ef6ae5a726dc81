//! Compiles a JSON schema (draft 2020-12) into nodes.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::limit::Limit;
use super::node::{Form, Id, Listed, Node};
use super::pattern::Pattern;
use super::{Limits, PatternFault};
use crate::fields::schema::{FieldKind, TYPE_KEYWORD};
use crate::fields::types::{NAME_PATTERN, Name};

/// Schemas that are nested deeper than this have no limits, as they have no description in OpenAPI.
const MAX_DEPTH: usize = 32;

/// Returns the limits of a type with this schema.
pub(super) fn compile(schema: &Json) -> Limits {
    let mut compiler = Compiler {
        root: schema,
        nodes: Vec::new(),
        referred: BTreeMap::new(),
        path: Vec::new(),
        faults: Vec::new(),
    };
    compiler.referred.insert("#".to_owned(), 0);
    compiler.add(schema);
    let Compiler { mut nodes, faults, .. } = compiler;
    spread(&mut nodes);
    let limited = nodes.first().is_some_and(|root| root.limited);
    let nodes = if limited { nodes } else { Vec::new() };
    Limits { nodes: nodes.into(), faults }
}

/// Marks every node that has a limit below it.
fn spread(nodes: &mut [Node]) {
    loop {
        let below = |node: &Node| node.parts().any(|part| nodes[part].limited);
        let newly: Vec<Id> =
            (0..nodes.len()).filter(|id| !nodes[*id].limited && below(&nodes[*id])).collect();
        if newly.is_empty() {
            return;
        }
        for id in newly {
            nodes[id].limited = true;
        }
    }
}

struct Compiler<'a> {
    root: &'a Json,
    nodes: Vec<Node>,
    /// The nodes of referenced schemas; only a type that contains itself has any.
    referred: BTreeMap<String, Id>,
    path: Vec<String>,
    faults: Vec<PatternFault>,
}

impl<'a> Compiler<'a> {
    fn add(&mut self, schema: &'a Json) -> Id {
        let id = self.nodes.len();
        self.nodes.push(Node::default());
        if let Json::Object(schema) = schema
            && self.path.len() < MAX_DEPTH
        {
            self.nodes[id] = self.node(schema);
        }
        id
    }

    fn inside(&mut self, name: &str, schema: &'a Json) -> Id {
        self.path.push(name.to_owned());
        let id = self.add(schema);
        self.path.pop();
        id
    }

    fn referred(&mut self, target: &'a str) -> Option<Id> {
        if let Some(id) = self.referred.get(target) {
            return Some(*id);
        }
        let schema = self.root.pointer(target.strip_prefix('#')?)?;
        self.referred.insert(target.to_owned(), self.nodes.len());
        Some(self.add(schema))
    }

    fn node(&mut self, schema: &'a Map<String, Json>) -> Node {
        let word = |keyword: &str| schema.get(keyword).and_then(Json::as_str);
        let (kind, several, nullable) = types(schema);
        let vault = word(TYPE_KEYWORD).and_then(FieldKind::named);
        let form = match vault {
            Some(kind) => form_of(kind),
            None if several => Form::Any,
            None => form(schema, kind),
        };
        let format = word("format").unwrap_or_default();
        let (mut limits, pattern) = Limit::all(schema);
        let by_type = |limit: &Limit| {
            limit.is_implied(kind, format)
                || form == Form::Seconds && limit.is_implied("integer", "uint")
                || vault == Some(FieldKind::NameString)
                    && *limit == Limit::MaxLength(Name::MAX_LENGTH as u64)
        };
        limits.retain(|limit| !by_type(limit));
        if let Some(pattern) = pattern
            && !(vault == Some(FieldKind::NameString) && pattern == NAME_PATTERN)
        {
            match Pattern::of(pattern) {
                Ok(pattern) => limits.push(Limit::Pattern(pattern)),
                Err(reason) => self.faults.push(PatternFault {
                    field: self.path.join("."),
                    pattern: pattern.to_owned(),
                    reason,
                }),
            }
        }
        let listed = listed(schema);
        let has_null = |values: &Json| values.as_array().is_some_and(|v| v.contains(&Json::Null));
        let nullable = nullable || schema.get("enum").is_some_and(has_null);
        let mut node = Node {
            limited: !limits.is_empty() || listed.is_some(),
            form,
            nullable,
            limits,
            listed,
            ..Node::default()
        };
        // Durations and instants are objects to serde, and their objects have no limits.
        if !matches!(form, Form::Duration | Form::Moment | Form::Header) {
            self.add_parts(&mut node, schema);
        }
        self.add_compounds(&mut node, schema);
        node
    }

    fn add_parts(&mut self, node: &mut Node, schema: &'a Map<String, Json>) {
        let list =
            |keyword: &str| schema.get(keyword).and_then(Json::as_array).into_iter().flatten();
        for (index, item) in list("prefixItems").enumerate() {
            let item = self.inside(&index.to_string(), item);
            node.first.push(item);
        }
        node.items =
            schema.get("items").filter(|items| items.is_object()).map(|s| self.inside("*", s));
        let properties = schema.get("properties").and_then(Json::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let property = self.inside(name, property);
            node.properties.insert(name.clone(), property);
        }
        node.required = list("required").filter_map(Json::as_str).map(str::to_owned).collect();
        let patterns = schema.get("patternProperties").and_then(Json::as_object);
        // Maps whose keys are not arbitrary strings, such as numbers; the type has checked every
        // key.
        let only = patterns.filter(|patterns| patterns.len() == 1).and_then(|p| p.values().next());
        let others = schema.get("additionalProperties");
        node.closed = patterns.is_none() && others == Some(&Json::Bool(false));
        node.others =
            only.or(others).filter(|others| others.is_object()).map(|s| self.inside("*", s));
    }

    fn add_compounds(&mut self, node: &mut Node, schema: &'a Map<String, Json>) {
        if let Some(target) = schema.get("$ref").and_then(Json::as_str)
            && let Some(id) = self.referred(target)
        {
            node.all.push(id);
        }
        for part in schema.get("allOf").and_then(Json::as_array).into_iter().flatten() {
            let part = self.add(part);
            node.all.push(part);
        }
        for keyword in ["anyOf", "oneOf"] {
            let Some(Json::Array(choices)) = schema.get(keyword) else { continue };
            let is_null = |choice: &&Json| choice.get("type").is_some_and(|kind| kind == "null");
            node.nullable |= choices.iter().any(|choice| is_null(&choice));
            let others: Vec<&Json> = choices.iter().filter(|choice| !is_null(choice)).collect();
            if let Some(listed) = texts(&others) {
                // The variants of an enum, each with its description.
                node.form = Form::Text;
                node.limited = true;
                node.listed = Some(listed);
                continue;
            }
            let ids: Vec<Id> = others.into_iter().map(|choice| self.add(choice)).collect();
            match ids.as_slice() {
                [only] => node.all.push(*only),
                _ => node.choices.push(ids),
            }
        }
    }
}

/// Returns the only type besides null, whether there are several, and whether null is one.
fn types(schema: &Map<String, Json>) -> (&str, bool, bool) {
    match schema.get("type") {
        Some(Json::String(one)) => (one, false, false),
        Some(Json::Array(several)) => {
            let mut others = several.iter().filter_map(Json::as_str).filter(|one| *one != "null");
            let first = others.next().unwrap_or_default();
            (first, others.next().is_some(), several.iter().any(|one| one == "null"))
        }
        _ => ("", false, false),
    }
}

fn form(schema: &Map<String, Json>, kind: &str) -> Form {
    let properties = schema.get("properties").and_then(Json::as_object);
    let has = |names: [&str; 2]| {
        properties.is_some_and(|properties| {
            properties.len() == 2 && names.iter().all(|name| properties.contains_key(*name))
        })
    };
    match kind {
        "string" => Form::Text,
        "integer" => Form::Integer,
        "number" => Form::Float,
        "boolean" => Form::Boolean,
        "array" => Form::List,
        "object" if has(["secs", "nanos"]) => Form::Duration,
        "object" if has(["secs_since_epoch", "nanos_since_epoch"]) => Form::Moment,
        "object" => Form::Object,
        _ => Form::Any,
    }
}

fn form_of(kind: FieldKind) -> Form {
    match kind {
        FieldKind::String | FieldKind::NameString => Form::Text,
        FieldKind::LowerCaseString => Form::LowerCase,
        FieldKind::Int | FieldKind::Int64 => Form::Integer,
        FieldKind::Float => Form::Float,
        FieldKind::Bool => Form::Boolean,
        FieldKind::Map => Form::Object,
        FieldKind::KvPairs => Form::Pairs,
        FieldKind::DurationSecond | FieldKind::SignedDurationSecond => Form::Seconds,
        FieldKind::Time => Form::Moment,
        FieldKind::Slice => Form::Slice,
        FieldKind::StringSlice => Form::List,
        FieldKind::CommaStringSlice | FieldKind::CommaIntSlice => Form::CommaList,
        FieldKind::Header => Form::Header,
    }
}

/// Returns the values of `enum` or `const` other than null.
fn listed(schema: &Map<String, Json>) -> Option<Listed> {
    let mut values = match (schema.get("const"), schema.get("enum")) {
        (Some(only), _) => vec![only.clone()],
        (None, Some(Json::Array(values))) => values.clone(),
        _ => return None,
    };
    values.retain(|value| !value.is_null());
    Some(Listed { values, by_type: Default::default() })
}

/// Returns the strings that the choices consist of, if they are all strings.
fn texts(choices: &[&Json]) -> Option<Listed> {
    let mut all = Vec::new();
    for choice in choices {
        let values = listed(choice.as_object()?)?.values;
        if values.is_empty() || !values.iter().all(Json::is_string) {
            return None;
        }
        all.extend(values);
    }
    (!all.is_empty()).then(|| Listed { values: all, by_type: Default::default() })
}
