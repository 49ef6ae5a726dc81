//! The objects in a type's schema, and values for their fields that the type takes.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::sample::samples;
use super::{Place, ROOT};
use crate::fields::input::Input;
use crate::fields::schema::{FieldSet, Rule, Step};

/// How many variants of a flattened enum are looked at.
const MAX_SCENES: usize = 32;

pub(super) type Entries = Vec<(Cow<'static, str>, Input<'static>)>;

/// Values for the fields of an object that the type takes.
#[derive(Debug, Clone)]
pub(super) struct Model {
    /// One for each variant of an enum.
    pub(super) scenes: Vec<Entries>,
    /// The fields for which no value is known in any of them.
    pub(super) without: Vec<String>,
}

/// One field of an object.
pub(super) struct Candidate {
    pub(super) name: String,
    samples: Vec<Json>,
}

impl Candidate {
    pub(super) fn samples(&self) -> impl Iterator<Item = Input<'static>> + '_ {
        self.samples.iter().map(input)
    }
}

/// An object of a type.
pub(super) struct Site<'a> {
    fields: &'a FieldSet,
    /// The way to the object.
    pub(super) way: Vec<Step>,
    pub(super) candidates: Vec<Candidate>,
    rules: Vec<(&'a str, &'a Rule)>,
}

impl<'a> Site<'a> {
    pub(super) fn at(fields: &'a FieldSet, place: Place) -> Option<Self> {
        let candidate = |name: &str, schemas: &[&Json]| Candidate {
            name: name.to_owned(),
            samples: schemas.iter().flat_map(|schema| samples(schema)).collect(),
        };
        if place == ROOT {
            let candidates = fields
                .iter()
                .map(|(name, field)| candidate(name, &field.schemas().collect::<Vec<_>>()));
            let rules = fields.iter().filter_map(|(name, _)| Some((name, fields.rule(name)?)));
            let (candidates, rules) = (candidates.collect(), rules.collect());
            return Some(Self { fields, way: Vec::new(), candidates, rules });
        }
        let mut followed = Vec::new();
        let (way, rules, schema) = fields.iter().find_map(|(name, field)| {
            let mut way = vec![Step::Field(name.to_owned())];
            let (rules, schema) =
                fields.rule(name)?.find(field.schema(), place, &mut way, fields, &mut followed)?;
            Some((way, rules, schema))
        })?;
        let candidates = rules.keys().map(|name| {
            let schema = schema.get("properties").and_then(|all| all.get(name));
            candidate(name, schema.as_slice())
        });
        let candidates = candidates.collect();
        let rules = rules.iter().map(|(name, rule)| (name.as_str(), rule)).collect();
        Some(Self { fields, way, candidates, rules })
    }

    pub(super) fn rule(&self, name: &str) -> Option<&'a Rule> {
        self.rules.iter().find(|(known, _)| *known == name).map(|(_, rule)| *rule)
    }

    /// Returns what the fields of the object begin with: the tag of each variant in turn.
    pub(super) fn scenes(&self) -> Vec<Entries> {
        if !self.way.is_empty() {
            return vec![Vec::new()];
        }
        let text = |schema: &Json| schema.get("const").and_then(Json::as_str).map(str::to_owned);
        let tags: Vec<(&str, Vec<String>)> = self
            .fields
            .iter()
            .map(|(name, field)| (name, field.schemas().filter_map(text).collect::<Vec<_>>()))
            .filter(|(_, texts)| !texts.is_empty())
            .collect();
        let mut scenes = Vec::new();
        for (tag, texts) in &tags {
            for chosen in texts {
                let scene = tags.iter().map(|(name, texts)| {
                    let value = if name == tag { chosen } else { &texts[0] };
                    (Cow::Owned((*name).to_owned()), Input::text(value.clone()))
                });
                scenes.push(scene.collect());
            }
        }
        if scenes.is_empty() {
            scenes.push(Vec::new());
        }
        scenes.truncate(MAX_SCENES);
        scenes
    }

    /// Returns the fields of the whole type, with these as those of the object.
    pub(super) fn around(&self, entries: Entries, mut rest: Entries) -> Entries {
        let mut way = self.way.iter().rev().peekable();
        let mut value = Input::Object(entries);
        while let Some(step) = way.next() {
            value = match step {
                Step::Field(name) => {
                    let mut object: Entries = vec![(Cow::Owned(name.clone()), value)];
                    if let Some(Step::Variant { tag, name }) = way.peek() {
                        object.insert(0, (Cow::Owned(tag.clone()), Input::text(name.clone())));
                        way.next();
                    }
                    Input::Object(object)
                }
                Step::Variant { tag, name } => {
                    let Input::Object(mut object) = value else { break };
                    object.insert(0, (Cow::Owned(tag.clone()), Input::text(name.clone())));
                    Input::Object(object)
                }
                Step::Element => Input::List(vec![value]),
                Step::Entry => Input::Object(vec![(Cow::Borrowed("key"), value)]),
            };
        }
        let Input::Object(entries) = value else { return rest };
        rest.retain(|(name, _)| !entries.iter().any(|(given, _)| given == name));
        rest.extend(entries);
        rest
    }
}

/// Returns the same value as an input.
fn input(json: &Json) -> Input<'static> {
    match json {
        Json::Null => Input::Null,
        Json::Bool(value) => Input::Bool(*value),
        Json::Number(number) => Input::number(number),
        Json::String(text) => Input::text(text.clone()),
        Json::Array(elements) => Input::List(elements.iter().map(input).collect()),
        Json::Object(entries) => {
            let entries = entries.iter();
            Input::Object(
                entries.map(|(name, value)| (Cow::Owned(name.clone()), input(value))).collect(),
            )
        }
    }
}
