//! Async functions as handlers.

use std::future::Future;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::Context;
use super::answer::IntoAnswer;
use super::description::OperationDescription;
use super::extract::FromContext;
use crate::{Error, Response};

/// An async function that serves an operation.
///
/// Implemented for functions of up to eight arguments, each of which can be taken from a request
/// ([`FromContext`]). The return type depends on where it is used: usually anything that can be
/// answered ([`IntoAnswer`]), or a `Result` of that with an error that becomes an [`Error`].
///
/// If the compiler says that a function is not a handler,
/// [`debug_handler`](crate::framework::debug_handler) makes it say why.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler",
    label = "not a handler",
    note = "a handler is an `async fn` (or, within `blocking(…)`, a `fn`) of at most eight arguments",
    note = "its arguments are owned and are among `Path<T>`, `Fields<T>`, `Patch<T>`, `Data`, \
            `State<S>` with the backend's state, `Storage`, `SystemView`, `Request`, `Headers`, \
            `Option<Connection>`, `MountPoint`, `Page`, `Wal`, `WalEntry<T>`, `Internal<T>`, `Lease` \
            and `Auth`, where `T` derives `Deserialize`, and in `Fields` and `Patch` also \
            `JsonSchema`; other types must implement `FromContext`",
    note = "its future must be `Send`: it holds no `Rc`, `RefCell` borrow or guard of a \
            `std::sync::Mutex` across an `.await`",
    note = "write `#[plugin_runtime::framework::debug_handler]` above the function to learn which of \
            these it is, and where"
)]
pub trait Handler<S, Arguments>: Send + Sync + 'static {
    /// The function's return type.
    type Output;

    /// Takes the arguments and calls the function.
    ///
    /// # Errors
    ///
    /// Fails if the request lacks an argument; the function is then not called.
    fn call(&self, context: &mut Context<'_, S>)
    -> Result<BoxFuture<'static, Self::Output>, Error>;

    /// Describes the arguments.
    fn describe(&self, description: &mut OperationDescription);
}

/// Calls `$implement` with the names of zero to eight arguments.
macro_rules! for_each_arity {
    ($implement:ident) => {
        $implement!();
        $implement!(A1);
        $implement!(A1 A2);
        $implement!(A1 A2 A3);
        $implement!(A1 A2 A3 A4);
        $implement!(A1 A2 A3 A4 A5);
        $implement!(A1 A2 A3 A4 A5 A6);
        $implement!(A1 A2 A3 A4 A5 A6 A7);
        $implement!(A1 A2 A3 A4 A5 A6 A7 A8);
    };
}
pub(super) use for_each_arity;

macro_rules! implement {
    ($($argument:ident)*) => {
        impl<S, F, Answering, $($argument,)*> Handler<S, ($($argument,)*)> for F
        where
            F: Fn($($argument),*) -> Answering + Send + Sync + 'static,
            Answering: Future + Send + 'static,
            $($argument: FromContext<S>,)*
        {
            type Output = Answering::Output;

            #[allow(unused_variables, reason = "a function without arguments needs no context")]
            fn call(
                &self,
                context: &mut Context<'_, S>,
            ) -> Result<BoxFuture<'static, Self::Output>, Error> {
                Ok(Box::pin(self($($argument::from_context(context)?),*)))
            }

            #[allow(unused_variables, reason = "a function without arguments has none to describe")]
            fn describe(&self, description: &mut OperationDescription) {
                $($argument::describe(description);)*
            }
        }
    };
}

for_each_arity!(implement);

type Call<S, T> =
    dyn for<'a> Fn(&mut Context<'a, S>) -> Result<BoxFuture<'static, T>, Error> + Send + Sync;

/// A handler with any arguments whose answer is a `T`.
pub(super) struct Erased<S, T> {
    call: Arc<Call<S, T>>,
    pub(super) description: Arc<OperationDescription>,
    /// The function's name, for errors about its declaration.
    pub(super) name: &'static str,
}

/// A handler that answers a request.
pub(super) type Answering<S> = Erased<S, Result<Option<Response>, Error>>;

impl<S, T: 'static> Erased<S, T> {
    /// Erases `handler`; `finish` turns what it returns into a `T`.
    pub(super) fn new<H, A>(handler: H, finish: fn(H::Output) -> T) -> Self
    where
        H: Handler<S, A>,
        H::Output: 'static,
        A: 'static,
    {
        let mut description = OperationDescription::default();
        handler.describe(&mut description);
        let call = move |context: &mut Context<'_, S>| {
            let answering = handler.call(context)?;
            let finished: BoxFuture<'static, T> = Box::pin(async move { finish(answering.await) });
            Ok(finished)
        };
        Self {
            call: Arc::new(call),
            description: Arc::new(description),
            name: std::any::type_name::<H>(),
        }
    }

    pub(super) fn call(
        &self,
        context: &mut Context<'_, S>,
    ) -> Result<BoxFuture<'static, T>, Error> {
        (self.call)(context)
    }
}

impl<S> Answering<S> {
    /// Erases a handler whose answer type describes itself.
    pub(super) fn answering<H, A>(handler: H) -> Self
    where
        H: Handler<S, A>,
        H::Output: IntoAnswer + 'static,
        A: 'static,
    {
        let mut erased = Self::new(handler, IntoAnswer::into_answer);
        H::Output::describe(Arc::make_mut(&mut erased.description));
        erased
    }
}

impl<S, T> Clone for Erased<S, T> {
    fn clone(&self) -> Self {
        Self {
            call: Arc::clone(&self.call),
            description: Arc::clone(&self.description),
            name: self.name,
        }
    }
}

impl<S, T> std::fmt::Debug for Erased<S, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Handler")
    }
}
