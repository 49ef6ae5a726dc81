//! The coercion rule that follows from a field's schema.
//!
//! Most types request their rule themselves. A type that is flattened into another cannot: serde
//! buffers its values before it asks. So they are coerced by the schema on their way into the
//! buffer.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::field_set::FieldSet;
use super::kind::{FieldKind, KEYWORD};
use crate::fields::aliases::{Names, Place};
use crate::fields::coerce::{self, Pair, Refusal};
use crate::fields::deserializer::Value;
use crate::fields::fault::Fault;
use crate::fields::input::Input;

/// A step on the way to an object in a schema.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// Into a field of an object.
    Field(String),
    /// Into any element of a list.
    Element,
    /// Into any value of a map.
    Entry,
    /// Into an enum, to a variant of it.
    Variant { tag: String, name: String },
}

/// What a value has to become.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rule {
    nullable: bool,
    shape: Shape,
}

#[derive(Debug, Clone, PartialEq)]
enum Shape {
    Any,
    Text,
    Integer {
        min: i128,
        max: i128,
        wide: bool,
    },
    Float {
        single: bool,
    },
    Boolean,
    Duration,
    SystemTime,
    List(Box<Rule>),
    Entries(Box<Rule>),
    Object {
        place: Place,
        rules: BTreeMap<String, Rule>,
        /// Whether the object has more fields than these.
        open: bool,
    },
    /// An enum whose variants are told apart by the text of one field.
    Tagged {
        tag: String,
        variants: BTreeMap<String, Rule>,
    },
    /// What a reference of the schema stands for: a type within itself.
    Again(String),
    /// A field type of this crate. It coerces its value itself, so the value is only checked.
    Ready(FieldKind),
}

impl Rule {
    pub(crate) fn of(schema: &Json) -> Self {
        let named = |kind: &Json| kind.as_str() == Some("null");
        let (types, listed) = match schema.get("type") {
            Some(Json::Array(types)) => (types.as_slice(), types.iter().any(named)),
            Some(one) => (std::slice::from_ref(one), false),
            None => (&[][..], false),
        };
        if let Some(Json::Array(choices)) = schema.get("anyOf") {
            let is_null = |choice: &&Json| choice.get("type").is_some_and(named);
            let mut others = choices.iter().filter(|choice| !is_null(choice));
            if let (Some(one), None) = (others.next(), others.next()) {
                return Self { nullable: choices.len() > 1, ..Self::of(one) };
            }
        }
        let kind = types.iter().filter_map(Json::as_str).find(|kind| *kind != "null");
        Self { nullable: listed, shape: Shape::of(schema, kind.unwrap_or_default()) }
    }

    /// Returns the rule that takes a value as it is.
    pub(crate) const fn any() -> Self {
        Self { nullable: false, shape: Shape::Any }
    }

    /// Returns whether null means that the field was not given, so that its default applies.
    pub(crate) fn null_is_absent(&self) -> bool {
        use FieldKind::{DurationSecond, SignedDurationSecond, Time};
        let moment = matches!(
            self.shape,
            Shape::Duration
                | Shape::SystemTime
                | Shape::Ready(DurationSecond | SignedDurationSecond | Time)
        );
        moment && !self.nullable
    }

    /// Returns the kind in Vault's terms; `None` if Vault has none, as for a value of any type.
    pub(crate) fn kind(&self) -> Option<FieldKind> {
        Some(match &self.shape {
            Shape::Any | Shape::Again(_) => return None,
            Shape::Text => FieldKind::String,
            Shape::Integer { wide: true, .. } => FieldKind::Int64,
            Shape::Integer { .. } => FieldKind::Int,
            Shape::Float { .. } => FieldKind::Float,
            Shape::Boolean => FieldKind::Bool,
            Shape::Duration => FieldKind::DurationSecond,
            Shape::SystemTime => FieldKind::Time,
            Shape::List(rule) if rule.shape == Shape::Text => FieldKind::StringSlice,
            Shape::List(_) => FieldKind::Slice,
            Shape::Entries(rule) if rule.shape == Shape::Text => FieldKind::KvPairs,
            Shape::Entries(_) | Shape::Object { .. } => FieldKind::Map,
            Shape::Tagged { .. } => return None,
            Shape::Ready(kind) => *kind,
        })
    }

    /// Returns the value in the form that the type will take from serde's buffer.
    pub(crate) fn apply<'de>(
        &self,
        value: Value<'de>,
        names: &Names<'_>,
    ) -> Result<Input<'de>, Fault> {
        if value.is_unmatched() && self.nullable {
            return Ok(Input::Null);
        }
        self.coerce(value.into_input(), names)
    }

    fn coerce<'de>(&self, input: Input<'de>, names: &Names<'_>) -> Result<Input<'de>, Fault> {
        if matches!(input, Input::Kept(_) | Input::Marker(_))
            || (self.nullable && input == Input::Null)
        {
            return Ok(input);
        }
        Ok(match &self.shape {
            Shape::Any => input,
            Shape::Again(reference) => match names.fields.referred(reference) {
                Some((rule, _)) => rule.coerce(input, names)?,
                None => input,
            },
            Shape::Text => Input::text(coerce::text(&input)?.into_owned()),
            Shape::Integer { min, max, .. } => {
                let number = coerce::integer(&input)?;
                if !(*min..=*max).contains(&number) {
                    let reason =
                        format!("the integer is out of range; {min} to {max} are accepted");
                    return Err(Fault::refused(reason));
                }
                Input::number(number)
            }
            Shape::Float { single: true } => Input::number(coerce::single(&input)?),
            Shape::Float { single: false } => Input::number(coerce::float(&input)?),
            Shape::Boolean => Input::Bool(coerce::boolean(&input)?),
            Shape::Duration => {
                let duration = coerce::duration(&input)?;
                let parts = [
                    ("secs".into(), Input::number(duration.as_secs())),
                    ("nanos".into(), Input::number(duration.subsec_nanos())),
                ];
                Input::Object(parts.into())
            }
            Shape::SystemTime => {
                let (seconds, nanoseconds) = coerce::since_epoch(coerce::instant(&input)?);
                let parts = [
                    ("secs_since_epoch".into(), Input::number(seconds)),
                    ("nanos_since_epoch".into(), Input::number(nanoseconds)),
                ];
                Input::Object(parts.into())
            }
            Shape::List(rule) => {
                let elements = coerce::elements(input).into_iter().enumerate();
                let coerced = elements.map(|(index, element)| {
                    rule.element(element, names).map_err(|fault| fault.inside(index.to_string()))
                });
                Input::List(coerced.collect::<Result<_, Fault>>()?)
            }
            Shape::Entries(rule) => {
                let (from, entries) = coerce::entries(input)?;
                if from == Pair::Text && rule.shape == Shape::Any {
                    return Err(Refusal::of("expected an object, got key=value").into());
                }
                let coerced =
                    entries.into_iter().map(|(key, value)| match rule.coerce(value, names) {
                        Ok(value) => Ok((key, value)),
                        Err(fault) => Err(fault.inside(key)),
                    });
                Input::Object(coerced.collect::<Result<_, Fault>>()?)
            }
            Shape::Object { place, rules, open } => {
                let (Pair::Object, entries) = coerce::entries(input)? else {
                    return Err(Refusal::of("expected an object, got key=value").into());
                };
                let coerced = entries.into_iter().map(|(key, value)| {
                    let Some(rule) = names.rule(*place, &key, |name| rules.get(name)) else {
                        let marker = if *open { None } else { names.marker(*place, &key) };
                        return Ok((key, marker.map_or(value, Input::Marker)));
                    };
                    match rule.coerce(value, names) {
                        Ok(value) => Ok((key, value)),
                        Err(fault) => Err(fault.inside(key)),
                    }
                });
                Input::Object(coerced.collect::<Result<_, Fault>>()?)
            }
            Shape::Tagged { tag, variants } => {
                let Input::Object(entries) = &input else { return Ok(input) };
                let chosen = entries.iter().find(|(name, _)| name == tag);
                match chosen.map(|(_, value)| coerce::text(value)) {
                    Some(Ok(variant)) => match variants.get(variant.as_ref()) {
                        Some(rule) => rule.coerce(input, names)?,
                        None => input,
                    },
                    _ => input,
                }
            }
            Shape::Ready(kind) => {
                let input = input.read()?;
                kind.check(input.clone())?;
                input
            }
        })
    }

    /// Adds the references below.
    pub(crate) fn references(&self, to: &mut Vec<String>) {
        match &self.shape {
            Shape::Again(reference) => to.push(reference.clone()),
            Shape::List(rule) | Shape::Entries(rule) => rule.references(to),
            Shape::Object { rules: below, .. } | Shape::Tagged { variants: below, .. } => {
                below.values().for_each(|rule| rule.references(to));
            }
            _ => {}
        }
    }

    /// Returns whether a value could become a list within a list without end.
    pub(crate) fn is_endless(&self) -> bool {
        match &self.shape {
            Shape::Again(_) => true,
            Shape::List(rule) => rule.is_endless(),
            _ => false,
        }
    }

    /// Gives each object below a place of its own, from `next` on.
    pub(crate) fn number(&mut self, next: &mut Place) {
        match &mut self.shape {
            Shape::List(rule) | Shape::Entries(rule) => rule.number(next),
            Shape::Object { place, rules, .. } => {
                *place = *next;
                *next += 1;
                rules.values_mut().for_each(|rule| rule.number(next));
            }
            Shape::Tagged { variants, .. } => {
                variants.values_mut().for_each(|rule| rule.number(next));
            }
            _ => {}
        }
    }

    /// Finds the object with this place below. Returns the rules of its fields and its schema, and
    /// adds the steps to it to `way`.
    pub(crate) fn find<'a>(
        &'a self,
        schema: &'a Json,
        place: Place,
        way: &mut Vec<Step>,
        set: &'a FieldSet,
        followed: &mut Vec<&'a str>,
    ) -> Option<(&'a BTreeMap<String, Self>, &'a Json)> {
        if let Shape::Again(reference) = &self.shape {
            if followed.contains(&reference.as_str()) {
                return None;
            }
            followed.push(reference);
            let (rule, schema) = set.referred(reference)?;
            return rule.find(schema, place, way, set, followed);
        }
        let choices =
            |keyword: &str| schema.get(keyword).and_then(Json::as_array).into_iter().flatten();
        // An optional value is one of two choices.
        let schema = match schema.get("properties").or(schema.get("items")) {
            None if schema.get("additionalProperties").is_none() => {
                let is_null = |choice: &Json| choice.get("type").is_some_and(|kind| kind == "null");
                choices("anyOf").find(|choice| !is_null(choice)).unwrap_or(schema)
            }
            _ => schema,
        };
        let mut inside = |step: Step, rule: &'a Self, schema: &'a Json| {
            way.push(step);
            let found = rule.find(schema, place, way, set, followed);
            if found.is_none() {
                way.pop();
            }
            found
        };
        match &self.shape {
            Shape::List(rule) => inside(Step::Element, rule, schema.get("items")?),
            Shape::Entries(rule) => inside(Step::Entry, rule, schema.get("additionalProperties")?),
            Shape::Object { place: here, rules, .. } if *here == place => Some((rules, schema)),
            Shape::Object { rules, .. } => rules.iter().find_map(|(name, rule)| {
                let schema = schema.get("properties")?.get(name)?;
                inside(Step::Field(name.clone()), rule, schema)
            }),
            Shape::Tagged { tag, variants } => variants.iter().find_map(|(name, rule)| {
                let is_meant = |choice: &&Json| {
                    let tag = choice.get("properties").and_then(|all| all.get(tag));
                    tag.and_then(|tag| tag.get("const")).is_some_and(|text| text == name)
                };
                let step = Step::Variant { tag: tag.clone(), name: name.clone() };
                inside(step, rule, choices("oneOf").find(is_meant)?)
            }),
            _ => None,
        }
    }

    /// Returns the place of an object with the rules of its fields, or the rule of what is in a map.
    pub(crate) fn inner(&self) -> Option<Inner<'_>> {
        match &self.shape {
            Shape::Object { place, rules, open } => {
                Some(Inner::Object { place: *place, rules, open: *open })
            }
            Shape::Entries(rule) => Some(Inner::Map(rule)),
            Shape::List(rule) => Some(Inner::List(rule)),
            Shape::Again(reference) => Some(Inner::Again(reference)),
            _ => None,
        }
    }

    /// Returns an element of a list in the form that the type takes; strings are trimmed.
    fn element<'de>(&self, input: Input<'de>, names: &Names<'_>) -> Result<Input<'de>, Fault> {
        match self.coerce(input, names)? {
            Input::Text(text) if self.shape == Shape::Text => {
                Ok(Input::text(text.trim().to_owned()))
            }
            other => Ok(other),
        }
    }
}

/// What is inside a value.
pub(crate) enum Inner<'a> {
    Object { place: Place, rules: &'a BTreeMap<String, Rule>, open: bool },
    Map(&'a Rule),
    List(&'a Rule),
    Again(&'a str),
}

impl Shape {
    fn of(schema: &Json, kind: &str) -> Self {
        if let ("", Some(reference)) = (kind, schema.get("$ref").and_then(Json::as_str)) {
            return Self::Again(reference.to_owned());
        }
        let keyword = schema.get(KEYWORD).and_then(Json::as_str);
        if let Some(kind) = keyword.and_then(FieldKind::named) {
            return Self::Ready(kind);
        }
        let choices = schema.get("oneOf").and_then(Json::as_array);
        match kind {
            "string" => Self::Text,
            "integer" => integer(schema),
            "number" => {
                let format = schema.get("format").and_then(Json::as_str);
                Self::Float { single: format == Some("float") }
            }
            "boolean" => Self::Boolean,
            "array" => match schema.get("items") {
                Some(items) => Self::List(Box::new(Rule::of(items))),
                None => Self::Any,
            },
            "object" => object(schema),
            // An enum whose variants have descriptions.
            "" if choices.is_some_and(|choices| choices.iter().all(is_text)) => Self::Text,
            "" => choices.and_then(|choices| adjacently_tagged(choices)).unwrap_or(Self::Any),
            _ => Self::Any,
        }
    }
}

fn is_text(schema: &Json) -> bool {
    schema.get("type").and_then(Json::as_str) == Some("string")
        || schema.get("const").is_some_and(Json::is_string)
}

/// Returns the variants of an enum whose values are all in one field next to its tag. (Those of an
/// internally tagged enum are in the same object as the tag; serde takes them as they are, in any
/// order.)
fn adjacently_tagged(choices: &[Json]) -> Option<Shape> {
    let properties = |choice: &'_ Json| choice.get("properties").and_then(Json::as_object).cloned();
    let all: Vec<_> = choices.iter().map(properties).collect::<Option<_>>()?;
    let constant = |schema: &Json| schema.get("const").and_then(Json::as_str).map(str::to_owned);
    let (tag, _) = all.first()?.iter().find(|(_, schema)| constant(schema).is_some())?;
    let mut contents = all.iter().flat_map(|variant| variant.keys()).filter(|name| *name != tag);
    let content = contents.next()?;
    if contents.any(|other| other != content) {
        return None;
    }
    let variants = all.iter().zip(choices).map(|(variant, choice)| {
        let name = constant(variant.get(tag)?)?;
        Some((name, Rule { nullable: false, shape: object(choice) }))
    });
    Some(Shape::Tagged { tag: tag.clone(), variants: variants.collect::<Option<_>>()? })
}

/// Returns the range of the Rust type that schemars wrote as format; a narrower range is a limit.
fn integer(schema: &Json) -> Shape {
    let format = schema.get("format").and_then(Json::as_str).unwrap_or("int64");
    let unsigned = format.starts_with('u');
    let bits: u32 = format.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(64);
    let bits = bits.clamp(8, 127);
    let (min, max) = match unsigned {
        true => (0, i128::MAX >> (127 - bits)),
        false => (-1 << (bits - 1), i128::MAX >> (128 - bits)),
    };
    Shape::Integer { min, max, wide: bits >= 64 }
}

fn object(schema: &Json) -> Shape {
    let Some(Json::Object(properties)) = schema.get("properties") else {
        return match schema.get("additionalProperties") {
            Some(values) if *values != Json::Bool(false) => {
                Shape::Entries(Box::new(Rule::of(values)))
            }
            _ => Shape::Any,
        };
    };
    let has = |names: [&str; 2]| {
        properties.len() == 2 && names.iter().all(|n| properties.contains_key(*n))
    };
    if has(["secs", "nanos"]) {
        Shape::Duration
    } else if has(["secs_since_epoch", "nanos_since_epoch"]) {
        Shape::SystemTime
    } else {
        let rules = properties.iter().map(|(name, schema)| (name.clone(), Rule::of(schema)));
        let more = ["additionalProperties", "allOf", "anyOf", "oneOf", "$ref"];
        let open = more
            .iter()
            .any(|keyword| schema.get(keyword).is_some_and(|more| *more != Json::Bool(false)));
        Shape::Object { place: 0, rules: rules.collect(), open }
    }
}

impl FieldKind {
    /// Checks whether a value would be accepted.
    fn check(self, input: Input<'_>) -> Result<(), Fault> {
        match self {
            Self::String => drop(coerce::text(&input)?),
            Self::LowerCaseString => drop(coerce::lower_case(&input)?),
            Self::NameString => drop(coerce::name(&input)?),
            Self::Int | Self::Int64 => drop(coerce::bounded::<i64>(&input)?),
            Self::Float => drop(coerce::float(&input)?),
            Self::Bool => drop(coerce::boolean(&input)?),
            Self::Map => match coerce::entries(input)?.0 {
                Pair::Object => {}
                Pair::Text => return Err(Refusal::of("expected an object, got key=value").into()),
            },
            Self::KvPairs => drop(coerce::key_values(input)?),
            Self::DurationSecond => drop(coerce::seconds(&input)?),
            Self::SignedDurationSecond => drop(coerce::signed_seconds(&input)?),
            Self::Time => drop(coerce::time(&input)?),
            Self::Slice => drop(coerce::slice(input)),
            Self::StringSlice => texts(coerce::elements(input))?,
            Self::CommaStringSlice => texts(coerce::comma_elements(input)?)?,
            Self::CommaIntSlice => {
                for (index, element) in coerce::comma_elements(input)?.iter().enumerate() {
                    coerce::integer(element)
                        .map_err(|refusal| Fault::from(refusal).inside(index.to_string()))?;
                }
            }
            Self::Header => drop(coerce::headers(input)?),
        }
        Ok(())
    }
}

fn texts(elements: Vec<Input<'_>>) -> Result<(), Fault> {
    for (index, element) in elements.iter().enumerate() {
        coerce::text(element).map_err(|refusal| Fault::from(refusal).inside(index.to_string()))?;
    }
    Ok(())
}
