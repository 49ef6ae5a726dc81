//! The fields of a request, and of an answer.

use std::fmt;
use std::ops::Deref;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::FromContext;
use super::object::asked;
use crate::framework::answer::IntoAnswer;
use crate::framework::description::Argument;
use crate::framework::{Context, OperationDescription};
use crate::{Error, Response};

/// As an argument: the request's fields as a `T`, coerced by Vault's rules and validated; fields of
/// the path take precedence over those of the body. As an answer: the fields of a `T`.
///
/// A request that does not fit never reaches the handler: the caller gets an error that names the
/// field.
///
/// [`Framework::build`](crate::framework::Framework::build) refuses a `T` that is not read from an
/// object, such as a number or a list, an answer that does not become one, and `Fields` as an
/// argument where there are none: in `initialize`, in `periodic`, and where a token is renewed.
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
        let type_name = std::any::type_name::<T>();
        description.needs(Argument::Fields { type_name, asked: asked::<T>() });
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
