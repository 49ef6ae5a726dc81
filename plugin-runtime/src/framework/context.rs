//! The source of a handler's arguments.

use std::any::TypeId;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::description::OperationDescription;
use super::pattern::Match;
use crate::fields::{self, FieldError, FieldSet, NameList, Naming};
use crate::{Data, Error, Request};

/// A request on its way to a handler, with the backend's state and the parts of the path that the
/// pattern found. [`FromContext`](super::extract::FromContext) takes arguments from it.
#[derive(Debug)]
pub struct Context<'a, S> {
    request: &'a Request,
    state: &'a Arc<S>,
    matched: Option<&'a Match<'a, 'a>>,
    description: &'a OperationDescription,
    warned: Warned,
}

/// Reasons for warnings about the fields of a request.
#[derive(Debug, Default)]
pub(super) struct Warned {
    /// Whether a handler has read the fields at all.
    pub(super) read: bool,
    pub(super) ignored: NameList,
    pub(super) replaced: NameList,
}

impl<'a, S> Context<'a, S> {
    pub(super) fn new(
        request: &'a Request,
        state: &'a Arc<S>,
        matched: Option<&'a Match<'a, 'a>>,
        description: &'a OperationDescription,
    ) -> Self {
        Self { request, state, matched, description, warned: Warned::default() }
    }

    /// Returns the request.
    pub fn request(&self) -> &'a Request {
        self.request
    }

    /// Returns the backend's state.
    pub fn state(&self) -> &'a Arc<S> {
        self.state
    }

    /// Returns the part of the path that a parameter stands for: `None` if the pattern has no such
    /// parameter, `""` if the parameter took no part in the match.
    pub fn parameter(&self, name: &str) -> Option<&'a str> {
        self.matched?.capture(name)
    }

    /// Returns the parameters of the path with their values, in the pattern's order.
    pub fn parameters(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a, S> {
        self.matched.into_iter().flat_map(Match::captures)
    }

    /// Returns the request's fields as a type; those of the path take precedence over those of the
    /// body.
    pub(super) fn fields<T: DeserializeOwned + 'static>(&mut self) -> Result<T, FieldError> {
        let unknown = FieldSet::default();
        let input = self.description.input_of(TypeId::of::<T>());
        let set = input.map_or(&unknown, |input| &*input.fields);
        let captures: Vec<(&str, Option<&str>)> = self
            .parameters()
            .map(|(name, part)| (name, Some(part).filter(|part| !part.is_empty())))
            .collect();
        let parsed = fields::parse::<T>(set, &captures, self.request.data.as_bytes())?;
        self.warned.read = true;
        self.warned.ignored = parsed.ignored;
        self.warned.replaced = parsed.replaced;
        Ok(parsed.value)
    }

    /// Returns the request's fields without conversion.
    pub(super) fn any_fields(&mut self) -> Data {
        self.warned.read = true;
        self.request.data.clone()
    }

    /// Returns the fields of a `T` that the request changes, and the names of all its fields.
    pub(super) fn merges<T: DeserializeOwned + 'static>(
        &mut self,
    ) -> Result<(Arc<FieldSet>, Arc<Naming>), Error> {
        let input = self.description.input_of(TypeId::of::<T>());
        let set = input.map(|input| Arc::clone(&input.fields)).unwrap_or_default();
        let naming = input.and_then(|input| input.naming.clone());
        let naming = naming.unwrap_or_else(|| Arc::new(Naming::of::<T>(&set)));
        let names = self.request.data.field_names()?;
        let (replaced, others): (Vec<&str>, Vec<&str>) =
            names.iter().map(String::as_str).partition(|name| self.parameter(name).is_some());
        let ignored = naming.unknown_of::<T>(&set, &others).into_iter().collect();
        self.warned = Warned { read: true, ignored, replaced: replaced.into_iter().collect() };
        Ok((set, naming))
    }

    pub(super) fn into_warned(self) -> Warned {
        self.warned
    }
}

impl From<FieldError> for Error {
    /// Blames the caller for values that do not validate.
    fn from(error: FieldError) -> Self {
        Self::bad_request(error.to_string())
    }
}
