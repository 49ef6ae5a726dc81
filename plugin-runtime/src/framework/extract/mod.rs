#![doc = include_str!("../../../docs/extract.md")]

mod fields;
mod login;
mod mount_point;
mod object;
mod page;
mod patch;
mod path;
mod secret;
mod state;

pub use fields::Fields;
pub use mount_point::MountPoint;
pub use page::Page;
pub use patch::Patch;
pub use path::{Path, PathFault};
pub use secret::Internal;
pub use state::State;

pub(super) use object::{Asked, asked};
pub(super) use path::{PathParameter, probe};

use std::collections::BTreeMap;

use super::description::Argument;
use super::{Context, OperationDescription};
use crate::{Clock, Data, Error, Headers, Lease, Request, Storage, SystemView};

/// Something that a handler can have as an argument.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a handler of a backend with the state `{S}`",
    label = "not an argument",
    note = "arguments are `Path<T>` (parts of the path), `Fields<T>` (path and body, validated), \
            `Patch<T>` (changes to a stored value), `Data` (the body as it is), `State<{S}>`, \
            `Storage`, `SystemView`, `Clock`, `Request`, `Headers`, `Option<Connection>`, \
            `MountPoint`, `Page`, `Wal`, `WalEntry<T>`, `Internal<T>`, `Lease`, and `Auth` where a token is \
            renewed",
    note = "`T` must derive serde's `Deserialize`, and for `Fields` and `Patch` also schemars' \
            `JsonSchema`"
)]
pub trait FromContext<S>: Sized {
    /// Takes the argument from the request.
    ///
    /// # Errors
    ///
    /// Fails if the request does not have it, or not in this form. The caller gets the error, and
    /// the handler is not called.
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error>;

    /// Describes what this argument means for the operation, for help and OpenAPI.
    fn describe(description: &mut OperationDescription) {
        let _ = description;
    }
}

impl<S> FromContext<S> for Request {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        Ok(context.request().clone())
    }
}

impl<S> FromContext<S> for Storage {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        Ok(context.request().storage.clone())
    }
}

impl<S> FromContext<S> for SystemView {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        Ok(context.request().system_view.clone())
    }
}

impl<S> FromContext<S> for Clock {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        Ok(context.request().system_view.clock().clone())
    }
}

impl<S> FromContext<S> for Headers {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        Ok(context.request().headers.clone())
    }
}

/// The body as it is, whatever its fields are: no value is coerced, and no field counts as unknown.
impl<S> FromContext<S> for Data {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        Ok(context.any_fields())
    }

    fn describe(description: &mut OperationDescription) {
        description.takes::<BTreeMap<String, serde_json::Value>>();
    }
}

/// In the handlers of a lease, and of a token's renewal: the current terms, with the increment that
/// the caller requests.
impl<S> FromContext<S> for Lease {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        let request = context.request();
        let of_secret = request.secret.as_ref().map(|secret| &secret.lease);
        let lease = of_secret.or_else(|| request.auth.as_ref().map(|auth| &auth.lease));
        lease.cloned().ok_or_else(|| Error::internal("request has no lease"))
    }

    fn describe(description: &mut OperationDescription) {
        description.needs(Argument::Lease);
    }
}
