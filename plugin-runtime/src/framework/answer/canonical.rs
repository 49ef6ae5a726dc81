//! Answers of [`Operations::canonical`](crate::framework::Operations::canonical) handlers.

use serde::Serialize;

use super::IntoError;
use crate::{Error, Response};

/// The canonical form of a request's path, relative to the mount; see
/// [`Operations::canonical`](crate::framework::Operations::canonical).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CanonicalPath(pub String);

/// What a canonical-path handler may return: a [`CanonicalPath`], or a `Result` of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a canonical path",
    label = "not a `CanonicalPath`",
    note = "this handler returns a `CanonicalPath` or a `plugin_runtime::Result<CanonicalPath>`"
)]
pub trait IntoCanonical {
    /// Returns the path.
    ///
    /// # Errors
    ///
    /// Returns the handler's own error. The request then fails with it, before any policy is
    /// checked.
    fn into_canonical(self) -> Result<CanonicalPath, Error>;
}

impl IntoCanonical for CanonicalPath {
    fn into_canonical(self) -> Result<CanonicalPath, Error> {
        Ok(self)
    }
}

impl<E: IntoError> IntoCanonical for Result<CanonicalPath, E> {
    fn into_canonical(self) -> Result<CanonicalPath, Error> {
        self.map_err(IntoError::into_error)
    }
}

/// Converts the answer into the form that the server expects.
pub(in crate::framework) fn resolved<T: IntoCanonical>(
    answer: T,
) -> Result<Option<Response>, Error> {
    #[derive(Serialize)]
    struct Resolved {
        path: String,
    }
    let CanonicalPath(path) = answer.into_canonical()?;
    Response::new(&Resolved { path }).map(Some)
}
