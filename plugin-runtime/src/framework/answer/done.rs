//! Answers of handlers that do not serve a client's request.

use super::IntoError;
use crate::Error;

/// What a handler may return that only succeeds or fails: `()`, or a `Result` of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is more than success or failure",
    label = "not `()`",
    note = "this handler does not answer a client: it returns `()` or a `plugin_runtime::Result<()>`"
)]
pub trait IntoDone {
    /// Returns success, or the error.
    ///
    /// # Errors
    ///
    /// Returns the handler's own error.
    fn into_done(self) -> Result<(), Error>;
}

impl IntoDone for () {
    fn into_done(self) -> Result<(), Error> {
        Ok(())
    }
}

impl<E: IntoError> IntoDone for Result<(), E> {
    fn into_done(self) -> Result<(), Error> {
        self.map_err(IntoError::into_error)
    }
}

/// What an existence check may return: a `bool`, or a `Result` of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether something exists",
    label = "not a `bool`",
    note = "an existence check returns a `bool` or a `plugin_runtime::Result<bool>`; `create` and \
            `exists` take it, `create` before the handler: `create(exists, write_role)`"
)]
pub trait IntoExists {
    /// Returns whether something exists at the path.
    ///
    /// # Errors
    ///
    /// Returns the handler's own error.
    fn into_exists(self) -> Result<bool, Error>;
}

impl IntoExists for bool {
    fn into_exists(self) -> Result<bool, Error> {
        Ok(self)
    }
}

impl<E: IntoError> IntoExists for Result<bool, E> {
    fn into_exists(self) -> Result<bool, Error> {
        self.map_err(IntoError::into_error)
    }
}
