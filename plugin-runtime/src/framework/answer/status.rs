//! Answers of fields with another HTTP status than 200.

use std::fmt;

use http::StatusCode;

use super::{IntoAnswer, Keys, KeysWithInfo, With};
use crate::framework::OperationDescription;
use crate::framework::extract::Fields;
use crate::{Error, Response};

/// An answer that can have a status of its own: fields, names or nothing, with what is beside them.
///
/// Leases and logins can't: the server would not see them in an answer with a status, and so neither
/// keep nor end them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be answered with another HTTP status than 200",
    label = "not fields, names or nothing",
    note = "`Created<A>` and `Accepted<A>` go around `()`, `Fields<T>`, `Keys`, `KeysWithInfo<T>` or \
            a `With` of these; `Option` and `Result` go around `Created` and `Accepted`"
)]
pub trait PlainAnswer: IntoAnswer {}

impl PlainAnswer for () {}
impl PlainAnswer for Keys {}
impl<T> PlainAnswer for Fields<T> where Self: IntoAnswer {}
impl<T> PlainAnswer for KeysWithInfo<T> where Self: IntoAnswer {}
impl<A: PlainAnswer> PlainAnswer for With<A> {}

macro_rules! statuses {
    ($($(#[$doc:meta])* $name:ident $status:ident)*) => {$(
        $(#[$doc])*
        pub struct $name<A>(pub A);

        impl<A: PlainAnswer> IntoAnswer for $name<A> {
            fn into_answer(self) -> Result<Option<Response>, Error> {
                let response = self.0.into_answer()?.unwrap_or_else(Response::empty);
                Ok(Some(response.with_status(StatusCode::$status)))
            }

            fn describe(description: &mut OperationDescription) {
                A::describe(description);
                description.status(StatusCode::$status);
            }
        }

        impl<A> fmt::Debug for $name<A> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    )*};
}

statuses! {
    /// Answers with HTTP 201: a write has made something new.
    ///
    /// The caller gets the usual envelope, with `data`, `warnings` and the request's id. A server
    /// knows statuses only of raw HTTP answers, so that this is one: the server sees no data in it
    /// and does not replace fields by their HMAC in the audit log but the whole body.
    ///
    /// ```
    /// use plugin_runtime::framework::answer::{Created, Keys};
    /// use plugin_runtime::framework::extract::Path;
    /// use plugin_runtime::framework::{Framework, write};
    /// use plugin_runtime::{Result, Storage};
    ///
    /// async fn make(Path(name): Path<String>, storage: Storage) -> Result<Created<Keys>> {
    ///     storage.put(&name, &()).await?;
    ///     Ok(Created(Keys(vec![name])))
    /// }
    /// # Framework::secrets(()).path("thing/{name}", write(make)).build().unwrap();
    /// ```
    Created CREATED
    /// Answers with HTTP 202: what was asked for will be done later. The form is that of [`Created`].
    Accepted ACCEPTED
}
