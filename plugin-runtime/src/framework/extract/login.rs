//! What a handler can know at a login, and at the renewal of its token.

use super::FromContext;
use crate::framework::description::Argument;
use crate::framework::{Context, OperationDescription};
use crate::{Auth, Connection, Error};

/// In the renewal of a token: the answer of the login. The handler changes it as needed and returns
/// it; whatever it omits is lost.
impl<S> FromContext<S> for Auth {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        let auth = context.request().auth.clone();
        auth.ok_or_else(|| Error::new("request auth was nil"))
    }

    fn describe(description: &mut OperationDescription) {
        description.needs(Argument::Auth);
    }
}

/// The API client's connection; `None` for requests that the server makes itself.
impl<S> FromContext<S> for Option<Connection> {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        Ok(context.request().connection.clone())
    }
}
