//! The fields of a request, and of an answer.

use std::fmt;
use std::ops::Deref;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::FromContext;
use crate::framework::answer::IntoAnswer;
use crate::framework::{Context, OperationDescription};
use crate::{Error, Response};

/// As an argument: the request's fields as a `T`, those of the path before those of the body,
/// coerced by Vault's rules and validated. As an answer: the fields of a `T`.
///
/// What does not fit never reaches the handler: the caller gets an error that names the field.
///
/// ```
/// use plugin_runtime::framework::extract::Fields;
/// use plugin_runtime::{Error, Storage};
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize, Serialize, JsonSchema)]
/// struct Role {
///     /// The role's name.
///     name: String,
///     /// How many may use it at once.
///     #[serde(default)]
///     seats: u32,
/// }
///
/// async fn write_role(Fields(role): Fields<Role>, storage: Storage) -> Result<(), Error> {
///     Ok(storage.put(format!("role/{}", role.name), &role).await?)
/// }
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Fields<T>(pub T);

impl<T> Deref for Fields<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Fields<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fields")
    }
}

impl<S, T: DeserializeOwned + JsonSchema + 'static> FromContext<S> for Fields<T> {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        Ok(Self(context.fields()?))
    }

    fn describe(description: &mut OperationDescription) {
        description.takes::<T>();
    }
}

impl<T: Serialize + JsonSchema> IntoAnswer for Fields<T> {
    fn into_answer(self) -> Result<Option<Response>, Error> {
        Response::new(&self.0).map(Some)
    }

    fn describe(description: &mut OperationDescription) {
        description.gives::<T>();
    }
}
