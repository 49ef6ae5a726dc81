//! Warnings and headers added to a typed answer.

use std::fmt;
use std::time::Duration;

use super::IntoAnswer;
use crate::framework::OperationDescription;
use crate::{Error, Response};

/// An answer with warnings, headers or response wrapping, made by [`IntoAnswer::with_warning`] and
/// similar methods. The OpenAPI document describes it as the inner answer.
///
/// Warnings, headers and wrapping need a response to travel with. If the inner answer is `()` or
/// `None`, the response has no data, and the status is 200 instead of 204 (or of 404 for a read).
/// So a read usually returns `Option<With<Fields<T>>>`.
///
/// ```
/// use plugin_runtime::framework::answer::{IntoAnswer as _, With};
/// use plugin_runtime::framework::extract::{Fields, Path};
/// use plugin_runtime::framework::{Framework, read};
/// use plugin_runtime::{Result, Storage};
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, JsonSchema)]
/// struct Role {
///     /// How many may use it at once.
///     seats: u32,
/// }
///
/// async fn read_role(Path(name): Path<String>, storage: Storage) -> Result<Option<With<Fields<Role>>>> {
///     let Some(role) = storage.get::<Role>(&name).await? else { return Ok(None) };
///     let full = role.seats == 0;
///     let mut answer = Fields(role).with_header("X-Role", name);
///     if full {
///         answer = answer.with_warning("the role has no seats left");
///     }
///     Ok(Some(answer))
/// }
/// # Framework::secrets(()).path("role/{name}", read(read_role)).build().unwrap();
/// ```
pub struct With<A> {
    answer: A,
    warnings: Vec<String>,
    headers: Vec<(String, String)>,
    wrap_ttl: Option<Duration>,
}

impl<A> With<A> {
    /// Makes an answer without warnings or headers, for a handler that only sometimes adds one.
    pub fn new(answer: A) -> Self {
        Self { answer, warnings: Vec::new(), headers: Vec::new(), wrap_ttl: None }
    }

    /// Adds a warning for the caller.
    #[must_use]
    pub fn with_warning(mut self, warning: impl Into<String>) -> Self {
        self.warnings.push(warning.into());
        self
    }

    /// Adds an HTTP header; see [`Response::with_header`].
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Makes the server wrap the answer; see [`Response::wrapped_for`].
    #[must_use]
    pub fn wrapped_for(mut self, ttl: Duration) -> Self {
        self.wrap_ttl = Some(ttl);
        self
    }
}

impl<A> From<A> for With<A> {
    fn from(answer: A) -> Self {
        Self::new(answer)
    }
}

impl<A: IntoAnswer> IntoAnswer for With<A> {
    fn into_answer(self) -> Result<Option<Response>, Error> {
        let answer = self.answer.into_answer()?;
        if self.warnings.is_empty() && self.headers.is_empty() && self.wrap_ttl.is_none() {
            return Ok(answer);
        }
        let mut response = answer.unwrap_or_else(Response::empty);
        for warning in self.warnings {
            response = response.with_warning(warning);
        }
        for (name, value) in self.headers {
            response = response.with_header(name, value);
        }
        if let Some(ttl) = self.wrap_ttl {
            response = response.wrapped_for(ttl);
        }
        Ok(Some(response))
    }

    fn describe(description: &mut OperationDescription) {
        A::describe(description);
    }
}

impl<A> fmt::Debug for With<A> {
    /// Shows how many warnings and headers there are, but not the answer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("With")
            .field("warnings", &self.warnings.len())
            .field("headers", &self.headers.len())
            .field("wrap_ttl", &self.wrap_ttl)
            .finish_non_exhaustive()
    }
}
