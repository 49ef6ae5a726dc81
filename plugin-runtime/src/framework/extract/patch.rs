//! Changes to some fields of a stored value.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::FromContext;
use super::object::asked;
use crate::fields::{self, FieldError, FieldSet, Naming};
use crate::framework::description::Argument;
use crate::framework::{Context, OperationDescription};
use crate::{Data, Error};

/// As an argument of a [`patch`](fn@crate::framework::patch) handler, or of one for writes: changes
/// to a stored `T`, by the rules of JSON merge patch (RFC 7396). Fields that the body does not name
/// stay; null removes a field, so that its default applies; objects are merged field by field. A
/// field may be given by any name that its type accepts: a `serde(alias)` changes what is stored
/// under the field's own name.
///
/// Fields that the body does not name are kept unchanged, even if callers could not send their
/// values.
///
/// [`Patch::apply`] is the only access to what the caller sent, and its result has passed the same
/// checks as [`Fields<T>`](super::Fields).
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
    set: Arc<FieldSet>,
    naming: Arc<Naming>,
    target: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> Patch<T> {
    /// Returns the stored value with the changes.
    ///
    /// # Errors
    ///
    /// Fails if the result is not a valid `T` any more. This is the caller's mistake, and the text
    /// names the field.
    pub fn apply(&self, stored: &T) -> Result<T, Error> {
        let before = Data::new(stored).map_err(|error| {
            Error::internal("the stored value is not a JSON object").with_source(error)
        })?;
        let captures: Vec<_> =
            self.captures.iter().map(|(name, part)| (name.as_str(), part.as_deref())).collect();
        let (old, body) = (text_of(&before)?, text_of(&self.body)?);
        let changed: T = fields::patched(&self.set, &self.naming, &captures, old, body)?;
        self.set.limits().check_changes(stored, &changed)?;
        Ok(changed)
    }
}

/// Returns the text of an object, or `null`.
fn text_of(data: &Data) -> Result<&str, FieldError> {
    if data.is_none() {
        return Ok("null");
    }
    let raw: &RawValue =
        serde_json::from_slice(data.as_bytes()).map_err(|_| FieldError::NotAnObject)?;
    let text = raw.get();
    if text == "null" || text.starts_with('{') { Ok(text) } else { Err(FieldError::NotAnObject) }
}

impl<S, T: JsonSchema + DeserializeOwned + 'static> FromContext<S> for Patch<T> {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        let (set, naming) = context.merges::<T>()?;
        let captures = context
            .parameters()
            .filter(|(name, _)| naming.unknown_of::<T>(&set, &[name]).is_empty())
            .map(|(name, part)| (name.to_owned(), Some(part.to_owned()).filter(|p| !p.is_empty())))
            .collect();
        let body = context.request().data.clone();
        Ok(Self { body, captures, set, naming, target: PhantomData })
    }

    fn describe(description: &mut OperationDescription) {
        description.changes::<T>();
        let type_name = std::any::type_name::<T>();
        description.needs(Argument::Patch { type_name, asked: asked::<T>() });
    }
}

impl<T> fmt::Debug for Patch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Patch")
    }
}
