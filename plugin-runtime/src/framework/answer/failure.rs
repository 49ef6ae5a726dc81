//! Errors of handlers.

use crate::Error;

/// An error that a handler may return: any type that converts into an [`Error`].
#[diagnostic::on_unimplemented(
    message = "a handler cannot fail with `{Self}`, which does not become a `plugin_runtime::Error`",
    label = "not an error of a handler",
    note = "return a `plugin_runtime::Result<T>`, and turn other errors into a \
            `plugin_runtime::Error` where they happen: \
            `.map_err(|error| Error::internal(\"what failed\").with_source(error))?`",
    note = "for an error type of your own, write `impl From<…> for plugin_runtime::Error`"
)]
pub trait IntoError {
    /// Returns the error.
    fn into_error(self) -> Error;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Error>> IntoError for E {
    fn into_error(self) -> Error {
        self.into()
    }
}
