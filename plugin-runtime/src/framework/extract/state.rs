//! The backend's own state.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::FromContext;
use crate::Error;
use crate::framework::Context;

/// The state that the backend was declared with, shared by all requests of one mount.
pub struct State<S>(pub Arc<S>);

impl<S> Deref for State<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.0
    }
}

impl<S> Clone for State<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S> fmt::Debug for State<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("State")
    }
}

impl<S> FromContext<S> for State<S> {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        Ok(Self(Arc::clone(context.state())))
    }
}
