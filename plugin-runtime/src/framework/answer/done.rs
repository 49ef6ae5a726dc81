//! Answers of handlers that serve no request of a client.

use crate::Error;

/// What a handler may return that only succeeds or fails: `()`, or a `Result` of it.
pub trait IntoDone {
    /// Success, or the error.
    ///
    /// # Errors
    ///
    /// The handler's own.
    fn into_done(self) -> Result<(), Error>;
}

impl IntoDone for () {
    fn into_done(self) -> Result<(), Error> {
        Ok(())
    }
}

impl<E: Into<Error>> IntoDone for Result<(), E> {
    fn into_done(self) -> Result<(), Error> {
        self.map_err(Into::into)
    }
}

/// What an existence check may return: a `bool`, or a `Result` of it.
pub trait IntoExists {
    /// Whether something is there.
    ///
    /// # Errors
    ///
    /// The handler's own.
    fn into_exists(self) -> Result<bool, Error>;
}

impl IntoExists for bool {
    fn into_exists(self) -> Result<bool, Error> {
        Ok(self)
    }
}

impl<E: Into<Error>> IntoExists for Result<bool, E> {
    fn into_exists(self) -> Result<bool, Error> {
        self.map_err(Into::into)
    }
}
