//! Asks a type what its schema does not show about a request that it has accepted.
//!
//! A schema has neither the other names of a field (`serde(alias)`) nor those of an enum's
//! variants. So the type is asked: it refuses a text that no variant has.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::judge::{Broken, Judge};
use super::rename::Renamer;
use crate::fields::aliases::Names;
use crate::fields::input::{Input, Key};
use crate::fields::{FieldError, FieldSet};

/// A text that is not the name of a variant.
const UNLISTED: &str = "\u{1}unlisted";

type Read<'r> = dyn FnMut(&[(&str, Option<&str>)], &[u8]) -> Result<(), FieldError> + 'r;

/// A request that its type has accepted.
pub(super) struct Probe<'r> {
    pub(super) fields: &'r FieldSet,
    pub(super) captures: &'r [(&'r str, Option<&'r str>)],
    pub(super) body: &'r [u8],
    pub(super) names: &'r Names<'r>,
    /// Reads another request as the same type.
    pub(super) read: &'r mut Read<'r>,
}

type Body<'r> = BTreeMap<Key<'r>, &'r RawValue>;

impl Probe<'_> {
    /// Checks every field against its limits.
    pub(super) fn check(mut self) -> Result<(), FieldError> {
        let body: Option<Body<'_>> = match self.body {
            [] => None,
            body => serde_json::from_slice(body).map_err(|_| FieldError::NotAnObject)?,
        };
        let body = body.unwrap_or_default();
        let limits = self.fields.limits();
        let Some(root) = limits.root() else { return Ok(()) };
        let judge = Judge::new(&limits.nodes);
        for (name, part) in self.captures {
            if let Some(id) = root.properties.get(*name)
                && limits.nodes[*id].limited
            {
                // A part that took no part in the match is `None` for an `Option`.
                let input = match part {
                    None if limits.nodes[*id].nullable => Input::Null,
                    part => Input::text(part.unwrap_or_default()),
                };
                if let Some(broken) = judge.field(*id, name, input) {
                    self.refuse(broken, &body, name)?;
                }
            }
        }
        for (key, raw) in &body {
            let given = key.0.as_ref();
            if self.is_in_path(given) {
                continue;
            }
            let name = match root.properties.contains_key(given) {
                true => given,
                false => self.own_name(given),
            };
            let Some(id) = root.properties.get(name).copied() else { continue };
            if !limits.nodes[id].limited || self.is_absent(name, raw) {
                continue;
            }
            // What is not valid JSON inside was not looked at by the type either.
            let Ok(mut input) = Input::from_json(raw) else { continue };
            if matches!(input, Input::Object(_) | Input::List(_)) {
                input = self.renamer().field(id, given, input);
            }
            if let Some(broken) = judge.field(id, name, input) {
                self.refuse(broken, &body, given)?;
            }
        }
        if root.choices.is_empty() && root.all.is_empty() {
            return Ok(());
        }
        match judge.together(self.whole(&body)) {
            Some(broken) => {
                let field = broken.path.first().cloned().unwrap_or_default();
                let is_it = |given: &&str| self.own_name(given) == field;
                let given = body.keys().map(|key| key.0.as_ref()).find(is_it).unwrap_or(&field);
                self.refuse(broken, &body, given)
            }
            None => Ok(()),
        }
    }

    fn renamer(&self) -> Renamer<'_> {
        let (nodes, names) = (&self.fields.limits().nodes, self.names);
        Renamer { nodes, names, naming: names.naming() }
    }

    /// Returns the name that the schema has for the field that a name stands for.
    fn own_name<'n>(&'n self, given: &'n str) -> &'n str {
        match self.fields.names(given) {
            true => given,
            false => self.names.field_behind(given).unwrap_or(given),
        }
    }

    fn is_in_path(&self, name: &str) -> bool {
        self.captures.iter().any(|(captured, _)| *captured == name)
    }

    /// Returns whether null leaves the field at its default.
    fn is_absent(&self, name: &str, raw: &RawValue) -> bool {
        let rule = self.fields.rule(name);
        raw.get() == "null" && rule.is_some_and(|rule| rule.null_is_absent())
    }

    /// Returns all fields as one object.
    fn whole<'b>(&'b self, body: &'b Body<'_>) -> Input<'b> {
        let parts = self.captures.iter().map(|(name, part)| {
            let part = Input::text(part.unwrap_or_default().to_owned());
            ((*name).to_owned().into(), part)
        });
        let rest = body.iter().filter(|(key, _)| !self.is_in_path(&key.0));
        let rest = rest.filter_map(|(key, raw)| {
            Some((self.own_name(&key.0).into(), Input::from_json(raw).ok()?))
        });
        Input::Object(parts.chain(rest).collect())
    }

    /// Refuses a value, unless the schema does not show all values that the type accepts there.
    fn refuse(&mut self, broken: Broken, body: &Body<'_>, given: &str) -> Result<(), FieldError> {
        let Some(listed) = &broken.listed else { return Err(broken.into_error()) };
        // Values of other kinds than text have no second names.
        if !listed.values.iter().all(Json::is_string) {
            return Err(broken.into_error());
        }
        let by_type = match listed.by_type.get() {
            Some(known) => *known,
            None => match self.takes_any_text(&broken.path[1..], body, given) {
                Some(takes_any) => *listed.by_type.get_or_init(|| !takes_any),
                None => true,
            },
        };
        if by_type { Ok(()) } else { Err(broken.into_error()) }
    }

    /// Returns whether the type accepts an arbitrary text at this place in a field. `None` if the
    /// place cannot be found again in the request.
    fn takes_any_text(&mut self, path: &[String], body: &Body<'_>, given: &str) -> Option<bool> {
        if self.is_in_path(given) {
            let replaced: Vec<_> = self
                .captures
                .iter()
                .map(
                    |(name, part)| {
                        if *name == given { (*name, Some(UNLISTED)) } else { (*name, *part) }
                    },
                )
                .collect();
            return Some((self.read)(&replaced, self.body).is_ok());
        }
        let raw = body.iter().find(|(key, _)| key.0 == given).map(|(_, raw)| raw)?;
        let mut value: Json = serde_json::from_str(raw.get()).ok()?;
        let mut place = &mut value;
        for step in path {
            place = match place {
                Json::Object(entries) => entries.get_mut(step)?,
                Json::Array(elements) => elements.get_mut(step.parse::<usize>().ok()?)?,
                // A single value as the only element of a list.
                other if step == "0" => other,
                _ => return None,
            };
        }
        // A number or a boolean is a text as well.
        if place.is_array() || place.is_object() {
            return None;
        }
        *place = UNLISTED.into();
        let replaced = with(body, given, &value.to_string())?;
        Some((self.read)(self.captures, replaced.as_bytes()).is_ok())
    }
}

/// Returns the body with one more field, or with another value.
fn with(body: &Body<'_>, name: &str, json: &str) -> Option<String> {
    let value: &RawValue = serde_json::from_str(json).ok()?;
    let mut entries: BTreeMap<&str, &RawValue> =
        body.iter().map(|(key, raw)| (key.0.as_ref(), *raw)).collect();
    entries.insert(name, value);
    serde_json::to_string(&entries).ok()
}

/// Returns a value as JSON, with the keys of objects sorted.
pub(super) fn json(input: &Input<'_>) -> String {
    match input {
        Input::Null | Input::Marker(_) => "null".to_owned(),
        Input::Bool(value) => value.to_string(),
        Input::Number(number) => number.to_string(),
        Input::Kept(text) => (*text).to_owned(),
        Input::Text(text) => Json::from(text.as_ref()).to_string(),
        Input::List(elements) => {
            let elements: Vec<String> = elements.iter().map(json).collect();
            format!("[{}]", elements.join(","))
        }
        Input::Object(entries) => {
            let entries: BTreeMap<&str, String> =
                entries.iter().map(|(key, value)| (key.as_ref(), json(value))).collect();
            let entries =
                entries.into_iter().map(|(key, value)| format!("{}:{value}", Json::from(key)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
    }
}
