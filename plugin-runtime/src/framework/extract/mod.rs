//! The arguments of handlers: what can be taken from a request.

mod fields;
mod page;
mod path;
mod secret;
mod state;

pub use fields::Fields;
pub use page::Page;
pub use path::Path;
pub use secret::Internal;
pub use state::State;

use super::{Context, OperationDescription};
use crate::{Error, Headers, Request, Storage, SystemView};

/// Something that a handler can have as an argument.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a handler",
    label = "not an argument",
    note = "arguments are `Path<T>` (parts of the path), `Fields<T>` (path and body, validated), \
            `State<{S}>`, `Storage`, `SystemView`, `Request`, `Page`, `Internal<T>`; `T` must \
            derive serde's `Deserialize`, and for `Fields` also `JsonSchema`"
)]
pub trait FromContext<S>: Sized {
    /// Takes it.
    ///
    /// # Errors
    ///
    /// When the request does not have it, or not in this form. The caller is told, and the
    /// handler is not called.
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error>;

    /// What this argument says about the operation, for help and OpenAPI.
    fn describe(description: &mut OperationDescription) {
        let _ = description;
    }
}

impl<S> FromContext<S> for Request {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        Ok(context.request().clone())
    }
}

impl<S> FromContext<S> for Storage {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        Ok(context.request().storage.clone())
    }
}

impl<S> FromContext<S> for SystemView {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        Ok(context.request().system_view.clone())
    }
}

impl<S> FromContext<S> for Headers {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        Ok(context.request().headers.clone())
    }
}
