//! What a plugin left with a lease.

use std::fmt;
use std::ops::Deref;

use serde::de::DeserializeOwned;

use super::FromContext;
use crate::Error;
use crate::framework::Context;

/// In the handlers of a lease or of a token's renewal: the internal data that were answered with
/// it.
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
}
