//! The data that a plugin stored with a lease.

use std::fmt;
use std::ops::Deref;

use serde::de::DeserializeOwned;

use super::FromContext;
use super::object::{asked, refuses_field};
use crate::Error;
use crate::framework::description::Argument;
use crate::framework::lease::SECRET_TYPE;
use crate::framework::{Context, OperationDescription};

/// As an argument of the handlers of a lease, or of a token's renewal: the internal data that the
/// answer had.
///
/// The internal data of a lease are an object with one more field, `secret_type`. So
/// [`Framework::build`](crate::framework::Framework::build) refuses a `T` with
/// `deny_unknown_fields` there, and one that is not read from an object. Other handlers have no
/// internal data.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Internal<T>(pub T);

impl<T> Deref for Internal<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Internal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Internal")
    }
}

impl<S, T: DeserializeOwned> FromContext<S> for Internal<T> {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        let request = context.request();
        let data = match (&request.secret, &request.auth) {
            (Some(secret), _) => &secret.internal_data,
            (None, Some(auth)) => &auth.internal_data,
            (None, None) => return Err(Error::internal("request has no secret")),
        };
        data.parse()
            .map(Self)
            .map_err(|error| Error::internal("internal data does not match").with_source(error))
    }

    fn describe(description: &mut OperationDescription) {
        description.needs(Argument::Internal {
            type_name: std::any::type_name::<T>(),
            asked: asked::<T>(),
            refuses_secret_type: refuses_field::<T>(SECRET_TYPE),
        });
    }
}
