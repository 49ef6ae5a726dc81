//! What a handler's arguments are taken from.

use std::any::TypeId;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::description::OperationDescription;
use super::pattern::Match;
use crate::fields::{self, FieldError, FieldSet, NameList, Naming};
use crate::{Data, Error, Request};

/// A request on its way into a handler: with the backend's state, and with the parts that the
/// path's pattern found. [`FromContext`](super::extract::FromContext) takes arguments from it.
#[derive(Debug)]
pub struct Context<'a, S> {
    request: &'a Request,
    state: &'a Arc<S>,
    matched: Option<&'a Match<'a, 'a>>,
    description: &'a OperationDescription,
    warned: Warned,
}

/// What the fields of a request give cause to warn of.
#[derive(Debug, Default)]
pub(super) struct Warned {
    /// Whether a handler has asked for the fields at all.
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

    /// The request.
    pub fn request(&self) -> &'a Request {
        self.request
    }

    /// The backend's state.
    pub fn state(&self) -> &'a Arc<S> {
        self.state
    }

    /// The part of the path that a parameter stands for; `None` when the pattern has no such
    /// parameter, `""` when it took no part in the match.
    pub fn parameter(&self, name: &str) -> Option<&'a str> {
        self.matched?.capture(name)
    }

    /// The parameters of the path with the parts that they stand for, in the pattern's order.
    pub fn parameters(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a, S> {
        self.matched.into_iter().flat_map(Match::captures)
    }

    /// The request's fields, those of the path before those of the body, as a type.
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

    /// The request's fields as they came.
    pub(super) fn any_fields(&mut self) -> Data {
        self.warned.read = true;
        self.request.data.clone()
    }

    /// The fields of a `T`, some of which the request wants to change, and their names.
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
        let unknown = |name: &&str| !set.knows(name) && !naming.knows(name);
        let ignored = others.into_iter().filter(unknown).collect();
        self.warned = Warned { read: true, ignored, replaced: replaced.into_iter().collect() };
        Ok((set, naming))
    }

    pub(super) fn into_warned(self) -> Warned {
        self.warned
    }
}

impl From<FieldError> for Error {
    /// What does not validate is the caller's mistake.
    fn from(error: FieldError) -> Self {
        Self::bad_request(error.to_string())
    }
}
