//! Ordinary functions as handlers, for what computes or blocks.

use std::fmt;
use std::future::pending;
use std::panic::resume_unwind;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::task::spawn_blocking;

use super::extract::FromContext;
use super::handler::for_each_arity;
use super::{Context, Handler, OperationDescription};
use crate::Error;

/// Makes a handler of an ordinary function, which runs on a thread of its own: the way for what
/// computes for more than a millisecond or waits without `.await`, such as making an RSA key or
/// calling a library that knows nothing of async. All requests of a plugin share one thread unless
/// [`Plugin::worker_threads`](crate::Plugin) says otherwise, so that an async handler which does
/// that keeps every other mount of the process waiting.
///
/// The arguments and the return type are those of async handlers. `Plugin::blocking_threads` is how
/// many run at once; the others wait their turn. A function that has begun goes on to its end, even
/// when nobody waits for its answer any more.
///
/// ```
/// use plugin_runtime::framework::{Framework, blocking, write};
/// use plugin_runtime::framework::extract::Path;
///
/// fn engine() -> Framework<()> {
///     Framework::secrets(()).path("keys/{name}", write(blocking(make_key)))
/// }
///
/// fn make_key(Path(name): Path<String>) {
///     // Some hundred milliseconds of arithmetic.
/// #   drop(name);
/// }
/// # engine().build().unwrap();
/// ```
pub fn blocking<F>(function: F) -> Blocking<F> {
    Blocking(Arc::new(function))
}

/// An ordinary function as a handler; see [`blocking`].
pub struct Blocking<F>(Arc<F>);

impl<F> fmt::Debug for Blocking<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blocking")
    }
}

/// What `work` returns, or its panic.
async fn on_its_own_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            // The runtime is ending, and whoever waits for this with it.
            Err(_) => pending().await,
        },
    }
}

macro_rules! implement {
    ($($argument:ident)*) => {
        impl<S, F, T, $($argument,)*> Handler<S, ($($argument,)*)> for Blocking<F>
        where
            F: Fn($($argument),*) -> T + Send + Sync + 'static,
            T: Send + 'static,
            $($argument: FromContext<S> + Send + 'static,)*
        {
            type Output = T;

            #[allow(
                non_snake_case,
                unused_variables,
                reason = "an argument is called as its type; without any there is no use for a context"
            )]
            fn call(&self, context: &mut Context<'_, S>) -> Result<BoxFuture<'static, T>, Error> {
                let function = Arc::clone(&self.0);
                $(let $argument = $argument::from_context(context)?;)*
                Ok(Box::pin(on_its_own_thread(move || function($($argument),*))))
            }

            #[allow(unused_variables, reason = "a function without arguments has none to describe")]
            fn describe(&self, description: &mut OperationDescription) {
                $($argument::describe(description);)*
            }
        }
    };
}

for_each_arity!(implement);
