#![doc = include_str!("../../../docs/answer.md")]

mod canonical;
mod done;
mod failure;
mod keys;
mod status;
mod with;

pub(super) use canonical::resolved;
pub use canonical::{CanonicalPath, IntoCanonical};
pub use done::{IntoDone, IntoExists};
pub use failure::IntoError;
pub use keys::{Keys, KeysWithInfo};
pub use status::{Accepted, Created, PlainAnswer};
pub use with::With;

use std::time::Duration;

use super::OperationDescription;
use crate::{Auth, Error, RawResponse, Response};

/// Something that a handler can answer with.
///
/// `()` means success without output (204), `None` means "not found" (404 for a read or a list).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be answered",
    label = "not an answer",
    note = "answers are `()`, `Fields<T>` (`T` derives `Serialize` and `JsonSchema`), `Keys`, \
            `KeysWithInfo<T>`, `Auth`, `Leased<T, F>`, `RawResponse`, `Response`, `With<A>`, \
            `Created<A>` or `Accepted<A>` of an answer `A`, an `Option` of these, and a `Result` of \
            these with an error that becomes a `plugin_runtime::Error`"
)]
pub trait IntoAnswer {
    /// Returns the response, if there is one.
    ///
    /// # Errors
    ///
    /// Returns the handler's own error, or an error if the answer cannot be serialized.
    fn into_answer(self) -> Result<Option<Response>, Error>;

    /// Describes the operation's answer, for OpenAPI.
    fn describe(description: &mut OperationDescription) {
        let _ = description;
    }

    /// Adds a warning for the caller.
    ///
    /// ```
    /// use plugin_runtime::framework::answer::{IntoAnswer as _, Keys, With};
    ///
    /// async fn names() -> With<Keys> {
    ///     Keys(vec!["a".to_owned()]).with_warning("only the first name is shown")
    /// }
    /// # let _ = names();
    /// ```
    fn with_warning(self, warning: impl Into<String>) -> With<Self>
    where
        Self: Sized,
    {
        With::new(self).with_warning(warning)
    }

    /// Adds an HTTP header; see [`Response::with_header`].
    fn with_header(self, name: impl Into<String>, value: impl Into<String>) -> With<Self>
    where
        Self: Sized,
    {
        With::new(self).with_header(name, value)
    }

    /// Makes the server wrap the answer; see [`Response::wrapped_for`].
    fn wrapped_for(self, ttl: Duration) -> With<Self>
    where
        Self: Sized,
    {
        With::new(self).wrapped_for(ttl)
    }
}

impl IntoAnswer for () {
    fn into_answer(self) -> Result<Option<Response>, Error> {
        Ok(None)
    }

    fn describe(description: &mut OperationDescription) {
        description.gives_nothing();
    }
}

impl IntoAnswer for Response {
    fn into_answer(self) -> Result<Option<Response>, Error> {
        Ok(Some(self))
    }
}

impl IntoAnswer for RawResponse {
    fn into_answer(self) -> Result<Option<Response>, Error> {
        Ok(Some(Response::raw(self)))
    }
}

impl IntoAnswer for Auth {
    fn into_answer(self) -> Result<Option<Response>, Error> {
        Ok(Some(Response::auth(self)))
    }

    fn describe(description: &mut OperationDescription) {
        description.gives_auth();
    }
}

impl<T: IntoAnswer> IntoAnswer for Box<T> {
    fn into_answer(self) -> Result<Option<Response>, Error> {
        (*self).into_answer()
    }

    fn describe(description: &mut OperationDescription) {
        T::describe(description);
    }
}

impl<T: IntoAnswer> IntoAnswer for Option<T> {
    fn into_answer(self) -> Result<Option<Response>, Error> {
        self.map_or(Ok(None), IntoAnswer::into_answer)
    }

    fn describe(description: &mut OperationDescription) {
        T::describe(description);
    }
}

impl<T: IntoAnswer, E: IntoError> IntoAnswer for Result<T, E> {
    fn into_answer(self) -> Result<Option<Response>, Error> {
        self.map_err(IntoError::into_error).and_then(IntoAnswer::into_answer)
    }

    fn describe(description: &mut OperationDescription) {
        T::describe(description);
    }
}
