//! The answer to the question what a path is really called.

use serde::Serialize;

use super::IntoError;
use crate::{Error, Response};

/// The canonical form of a request's path, relative to the mount, as
/// [`Operations::canonical`](crate::framework::Operations::canonical) has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CanonicalPath(pub String);

/// What may be answered to the question for a canonical path: a [`CanonicalPath`], or a `Result` of
/// it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no canonical path",
    label = "not a `CanonicalPath`",
    note = "this handler returns a `CanonicalPath` or a `plugin_runtime::Result<CanonicalPath>`"
)]
pub trait IntoCanonical {
    /// The path.
    ///
    /// # Errors
    ///
    /// The handler's own. The request then fails with it, before any policy is looked at.
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

/// The form in which the server wants it.
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
