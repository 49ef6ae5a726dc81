//! The part of a list that a caller wants.

use schemars::JsonSchema;
use serde::Deserialize;

use super::FromContext;
use crate::Error;
use crate::framework::description::Argument;
use crate::framework::{Context, OperationDescription};

/// As an argument of a [`list`](fn@crate::framework::list) or [`scan`](fn@crate::framework::scan)
/// handler: the part of the list that a caller wants, as
/// [`Storage::list_page`](crate::Storage::list_page) takes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Page {
    /// Only names after this one, which need not exist.
    #[serde(default)]
    pub after: String,
    /// At most this many names; 0 or less means no limit.
    #[serde(default)]
    limit: i64,
}

impl Page {
    /// Returns the maximum number of names; 0 means no limit.
    pub fn limit(&self) -> usize {
        usize::try_from(self.limit).unwrap_or_default()
    }
}

impl<S> FromContext<S> for Page {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        Ok(context.fields()?)
    }

    fn describe(description: &mut OperationDescription) {
        description.takes::<Self>();
        description.needs(Argument::Page);
    }
}
