//! Asks a type what its schema does not show about a request that it has accepted.
//!
//! A schema has neither the other names of a field (`serde(alias)`) nor those of an enum's
//! variants. So this module asks the type: it refuses a field that is given twice under two of its
//! names, and a text that is not a variant.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::judge::{Broken, Judge};
use crate::fields::input::{Input, Key};
use crate::fields::{FieldError, FieldSet};

/// A text that is not the name of a variant.
const UNLISTED: &str = "\u{1}unlisted";

/// How many names that the schema of a type with flattened parts does not list are looked up for
/// one request, and how many are cached. A type has few aliases; the client made up the other
/// names.
const MAX_NAMES: usize = 32;

/// Reads the request without one of its names, and with null under further names after all others.
/// Fails with the field that was given twice, if the error is about one.
type ReadAfter<'r> = dyn Fn(Option<&str>, &[&str]) -> Result<(), Option<String>> + 'r;

type Read<'r> = dyn FnMut(&[(&str, Option<&str>)], &[u8]) -> Result<(), FieldError> + 'r;

/// A request that its type has accepted.
pub(super) struct Probe<'r> {
    pub(super) fields: &'r FieldSet,
    pub(super) captures: &'r [(&'r str, Option<&'r str>)],
    pub(super) body: &'r [u8],
    /// Returns the field that a name stands for, as a number that is only good for comparison.
    pub(super) number: fn(&str) -> Option<u64>,
    /// Returns whether the type has flattened parts, which hide their names.
    pub(super) is_flattened: fn() -> bool,
    /// Reads another request as the same type.
    pub(super) read: &'r mut Read<'r>,
    pub(super) read_after: &'r ReadAfter<'r>,
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
        let behind = self.fields_behind(&body);
        for (key, raw) in &body {
            let given = key.0.as_ref();
            if self.is_in_path(given) {
                continue;
            }
            let name = match root.properties.contains_key(given) {
                true => given.to_owned(),
                false => match behind.get(given) {
                    Some(name) => name.clone(),
                    None => continue,
                },
            };
            let Some(id) = root.properties.get(&name).copied() else { continue };
            if !limits.nodes[id].limited || self.is_absent(&name, raw) {
                continue;
            }
            // The type has not read JSON that is invalid inside either.
            let Ok(input) = Input::from_json(raw) else { continue };
            if let Some(broken) = judge.field(id, &name, input) {
                self.refuse(broken, &body, given)?;
            }
        }
        if root.choices.is_empty() && root.all.is_empty() {
            return Ok(());
        }
        match judge.together(self.whole(&body)) {
            Some(broken) => {
                let field = broken.path.first().cloned().unwrap_or_default();
                self.refuse(broken, &body, &field)
            }
            None => Ok(()),
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
    fn whole<'b>(&self, body: &'b Body<'_>) -> Input<'b>
    where
        Self: 'b,
    {
        let parts = self.captures.iter().map(|(name, part)| {
            let part = Input::text(part.unwrap_or_default().to_owned());
            ((*name).to_owned().into(), part)
        });
        let rest = body.iter().filter(|(key, _)| !self.is_in_path(&key.0));
        let rest = rest
            .filter_map(|(key, raw)| Some((key.0.as_ref().into(), Input::from_json(raw).ok()?)));
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
        if !place.is_string() {
            return None;
        }
        *place = UNLISTED.into();
        let replaced = with(body, given, &value.to_string())?;
        Some((self.read)(self.captures, replaced.as_bytes()).is_ok())
    }

    /// Returns the fields that other names in the body stand for.
    fn fields_behind<'b>(&self, body: &'b Body<'_>) -> BTreeMap<&'b str, String> {
        let limits = self.fields.limits();
        let Some(root) = limits.root() else { return BTreeMap::new() };
        let names = body.keys().map(|key| key.0.as_ref());
        let others =
            names.filter(|name| !root.properties.contains_key(*name) && !self.is_in_path(name));
        let others: Vec<&str> = others.collect();
        if others.is_empty() {
            return BTreeMap::new();
        }
        let limited = root.properties.iter().filter(|(_, id)| limits.nodes[**id].limited);
        let limited = limited.map(|(name, _)| name.as_str());
        if !(self.is_flattened)() {
            let named = limited.filter_map(|name| Some(((self.number)(name)?, name)));
            let named: BTreeMap<u64, &str> = named.collect();
            let behind = |other| Some((other, (*named.get(&(self.number)(other)?)?).to_owned()));
            return others.into_iter().filter_map(behind).collect();
        }
        let mut known: BTreeMap<&str, Option<String>> = {
            let aliases = limits.aliases.lock();
            let known = |name: &&'b str| Some((*name, aliases.get(*name)?.clone()));
            others.iter().filter_map(known).collect()
        };
        let unasked: Vec<&str> =
            others.iter().filter(|name| !known.contains_key(*name)).copied().collect();
        let unknown = others.iter().filter(|name| !self.fields.names(name)).count();
        if !unasked.is_empty() && unknown <= MAX_NAMES {
            let given = |name: &str| {
                body.keys().any(|key| key.0 == name)
                    || self.is_in_path(name)
                    || known.values().any(|field| field.as_deref() == Some(name))
            };
            let absent = limited.filter(|name| !given(name)).collect();
            let found = self.asked(&unasked, absent);
            let mut aliases = limits.aliases.lock();
            for name in unasked {
                let field = found.get(name).cloned();
                if aliases.len() < MAX_NAMES || field.is_some() {
                    aliases.insert(name.to_owned(), field.clone());
                }
                known.insert(name, field);
            }
        }
        known.into_iter().filter_map(|(name, field)| Some((name, field?))).collect()
    }

    /// Asks the type which of some names stands for which of the fields that the request does not
    /// give under their own.
    ///
    /// Asks for all fields at once, each given as null after everything else: the type refuses the
    /// one that it has already met under another name. If it does not accept null for one of them,
    /// asks for each field separately. So a request with unknown names is read only once more, not
    /// once for each name and field.
    fn asked<'b>(&self, names: &[&'b str], absent: Vec<&str>) -> BTreeMap<&'b str, String> {
        let mut absent = absent;
        let mut met: Vec<String> = Vec::new();
        while !absent.is_empty() {
            match (self.read_after)(None, &absent) {
                Ok(()) => break,
                Err(Some(name)) if absent.contains(&name.as_str()) => {
                    absent.retain(|other| *other != name);
                    met.push(name);
                }
                Err(_) => {
                    let is_met = |name: &&str| self.is_met(None, name);
                    met.extend(absent.iter().copied().filter(is_met).map(str::to_owned));
                    break;
                }
            }
        }
        let behind = |field: String| {
            let other = names.iter().find(|other| !self.is_met(Some(other), &field))?;
            Some((*other, field))
        };
        met.into_iter().filter_map(behind).collect()
    }

    /// Returns whether the type meets a field under another name than its own, in a request without
    /// one of its names.
    fn is_met(&self, without: Option<&str>, field: &str) -> bool {
        let twice = (self.read_after)(without, &[field]).err().flatten();
        twice.is_some_and(|name| name == field)
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
        Input::Null => "null".to_owned(),
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
