//! Answers with an HTTP status other than 200.

use std::fmt;

use http::StatusCode;

use super::{IntoAnswer, Keys, KeysWithInfo, With};
use crate::framework::OperationDescription;
use crate::framework::extract::Fields;
use crate::{Error, Response};

/// An answer that can have a status of its own: fields, names or nothing, with warnings and
/// headers.
///
/// Leases and logins cannot: the server does not see them in an answer with a status, so it would
/// neither store nor end them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be answered with an HTTP status other than 200",
    label = "not fields, names or nothing",
    note = "`Created<A>` and `Accepted<A>` wrap `()`, `Fields<T>`, `Keys`, `KeysWithInfo<T>` or a \
            `With` of these; `Option` and `Result` wrap `Created` and `Accepted`"
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
    /// Answers with HTTP 201: a write has created something.
    ///
    /// The caller gets the usual envelope, with `data`, `warnings` and the request's id. Servers
    /// accept a status only in raw HTTP answers, so this is one: the server sees no data in it, and
    /// the audit log has an HMAC of the whole body instead of one for each field.
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
    /// Answers with HTTP 202: the work will be done later. The body has the same form as that of
    /// [`Created`].
    Accepted ACCEPTED
}
