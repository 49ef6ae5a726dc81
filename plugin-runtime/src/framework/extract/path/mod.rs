//! The parts of a request's path.

mod fault;
mod parts;
mod probe;

use std::ops::Deref;

use serde::de::DeserializeOwned;

pub use self::fault::PathFault;
pub(in crate::framework) use self::probe::{PathParameter, probe};
use super::FromContext;
use crate::Error;
use crate::framework::{Context, OperationDescription};

/// The parts of the path that the pattern's parameters stand for. Use a `String` or a number for
/// one parameter, and a tuple in the pattern's order or a struct by name for several. An optional
/// parameter needs an `Option`, or a `String`, which is then empty.
///
/// If a part does not parse as its type, such as `abc` as a `u32`, the handler is not called: the
/// caller gets an error (400) that names the parameter and what is expected.
///
/// [`Framework::build`](crate::framework::Framework::build) refuses a type that does not fit the
/// pattern: a tuple of another length, a field without `#[serde(default)]` that is not a parameter,
/// a single value for several parameters, any type for a pattern without parameters, and a number
/// for an optional parameter.
///
/// ```
/// use plugin_runtime::framework::extract::Path;
///
/// // role/{name}
/// async fn read_role(Path(name): Path<String>) { /* ... */ }
/// // {team}/key/{version}
/// async fn read_key(Path((team, version)): Path<(String, u32)>) { /* ... */ }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path<T>(pub T);

impl<T> Deref for Path<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<S, T: DeserializeOwned> FromContext<S> for Path<T> {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        Ok(Self(parts::read(context.parameters().collect())?))
    }

    fn describe(description: &mut OperationDescription) {
        description.takes_path::<T>();
    }
}
