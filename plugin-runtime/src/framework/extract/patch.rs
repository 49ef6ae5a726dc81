//! Some fields of what is stored, to be changed.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::FromContext;
use super::object::asked;
use crate::fields::{self, FieldSet};
use crate::framework::description::Argument;
use crate::framework::{Context, OperationDescription};
use crate::{Data, Error};

/// Objects nested deeper than this are refused, as in all other requests.
const DEPTH: u8 = 128;

/// As an argument of a [`patch`](fn@crate::framework::patch) handler, or of one for writes: changes to a stored `T`, as
/// JSON merge patch (RFC 7396) has it. What the body does not name stays, null takes a field away
/// so that its default holds, and objects are merged field by field.
///
/// [`Patch::apply`] is the only way to what the caller sent, and its result has passed the same
/// rules as [`Fields<T>`](super::Fields).
///
/// ```
/// use plugin_runtime::framework::extract::{Patch, Path};
/// use plugin_runtime::{Error, Storage};
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize, Serialize, JsonSchema)]
/// struct Role {
///     /// How many may use it at once.
///     seats: u32,
/// }
///
/// async fn patch_role(
///     Path(name): Path<String>,
///     patch: Patch<Role>,
///     storage: Storage,
/// ) -> Result<(), Error> {
///     let key = format!("role/{name}");
///     let role = storage.get(&key).await?.ok_or_else(|| Error::bad_request("no such role"))?;
///     Ok(storage.put(key, &patch.apply(&role)?).await?)
/// }
/// ```
pub struct Patch<T> {
    body: Data,
    captures: Vec<(String, Option<String>)>,
    set: FieldSet,
    target: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> Patch<T> {
    /// What is stored, with the changes.
    ///
    /// # Errors
    ///
    /// When it would not be a valid `T` any more: the caller's mistake, in words that name the
    /// field.
    pub fn apply(&self, stored: &T) -> Result<T, Error> {
        let stored = Data::new(stored)
            .map_err(|error| Error::internal("what is stored is no object").with_source(error))?;
        let merged = match self.body.is_none() {
            true => stored.into_bytes(),
            false => {
                let stored = raw(stored.as_bytes())?;
                let merged = merge(Some(stored), raw(self.body.as_bytes())?, DEPTH)?;
                String::from(Box::<str>::from(merged)).into()
            }
        };
        let captures: Vec<_> =
            self.captures.iter().map(|(name, part)| (name.as_str(), part.as_deref())).collect();
        Ok(fields::parse::<T>(&self.set, &captures, &merged)?.value)
    }
}

impl<S, T: DeserializeOwned + JsonSchema + 'static> FromContext<S> for Patch<T> {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        let set = context.merges::<T>()?;
        let captures = context
            .parameters()
            .filter(|(name, _)| set.knows(name))
            .map(|(name, part)| (name.to_owned(), Some(part.to_owned()).filter(|p| !p.is_empty())))
            .collect();
        Ok(Self { body: context.request().data.clone(), captures, set, target: PhantomData })
    }

    fn describe(description: &mut OperationDescription) {
        description.takes::<T>();
        let type_name = std::any::type_name::<T>();
        description.needs(Argument::Patch { type_name, asked: asked::<T>() });
    }
}

impl<T> fmt::Debug for Patch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Patch")
    }
}

fn raw(text: &[u8]) -> Result<&RawValue, Error> {
    serde_json::from_slice(text).map_err(|_| refused("request data must be a JSON object"))
}

/// RFC 7396 on texts, so that numbers keep their digits.
fn merge(target: Option<&RawValue>, patch: &RawValue, depth: u8) -> Result<Box<RawValue>, Error> {
    if !patch.get().starts_with('{') {
        return Ok(patch.to_owned());
    }
    let depth = depth.checked_sub(1).ok_or_else(|| refused("request data is nested too deeply"))?;
    let mut merged: BTreeMap<String, Box<RawValue>> = match target {
        Some(target) if target.get().starts_with('{') => object(target)?,
        _ => BTreeMap::new(),
    };
    for (name, change) in object(patch)? {
        if change.get() == "null" {
            merged.remove(&name);
        } else {
            let changed = merge(merged.get(&name).map(AsRef::as_ref), &change, depth)?;
            merged.insert(name, changed);
        }
    }
    serde_json::value::to_raw_value(&merged).map_err(|_| refused("request data cannot be merged"))
}

fn object(text: &RawValue) -> Result<BTreeMap<String, Box<RawValue>>, Error> {
    serde_json::from_str(text.get()).map_err(|_| refused("request data must be a JSON object"))
}

fn refused(reason: &'static str) -> Error {
    Error::bad_request(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(target: &str, patch: &str) -> String {
        let merged =
            merge(Some(raw(target.as_bytes()).unwrap()), raw(patch.as_bytes()).unwrap(), DEPTH);
        merged.unwrap().get().to_owned()
    }

    /// The test cases of RFC 7396, appendix A, with objects as patches.
    #[test]
    fn objects_are_merged_as_the_rfc_says() {
        for (target, patch, expected) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"a":1,"e":null}"#),
            ("[1,2]", r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            assert_eq!(merged(target, patch), expected, "{target} {patch}");
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        let big = r#"{"a":123456789012345678901234567890,"b":1.10}"#;
        assert_eq!(
            merged(big, r#"{"c":0.30}"#),
            r#"{"a":123456789012345678901234567890,"b":1.10,"c":0.30}"#
        );
    }

    #[test]
    fn nesting_has_an_end() {
        let deep = format!("{}1{}", r#"{"a":"#.repeat(200), "}".repeat(200));
        assert!(merge(None, raw(deep.as_bytes()).unwrap(), DEPTH).is_err());
    }
}
