//! Ordinary functions as handlers, for work that computes or blocks.

use std::fmt;
use std::future::pending;
use std::panic::resume_unwind;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::task::spawn_blocking;
use tokio_util::task::AbortOnDropHandle;

use super::extract::FromContext;
use super::handler::for_each_arity;
use super::{Context, Handler, OperationDescription};
use crate::Error;

/// Makes a handler of an ordinary function, which runs on a thread of its own. Use it for work that
/// computes for more than a millisecond or waits without `.await`, such as generating an RSA key or
/// calling a library that is not async. All requests of a plugin share one thread unless
/// [`Plugin::worker_threads`](crate::Plugin) says otherwise, so an async handler that does such
/// work delays every other mount of the process.
///
/// The arguments and the return type are those of async handlers. `Plugin::blocking_threads` limits
/// how many run at once; the others wait in a queue. If the caller hangs up, a function that is
/// already running completes, and one that is still in the queue is never called. [`compute`] runs
/// a part of an async handler in the same way.
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

/// Runs `work` on a thread of its own. Use it for a part of an async handler that computes for more
/// than a millisecond or waits without `.await`: an RSA signature, a password hash, a call into a
/// library that is not async. If a handler does nothing else, declare it with [`blocking`] instead.
/// Both share their threads: `Plugin::blocking_threads` limits how many run at once, and the others
/// wait in a queue.
///
/// A panic in `work` continues in the handler and fails its request, as any other panic does. If
/// the future is dropped, because the caller hangs up or the request's deadline passes, work that
/// has not started never runs; work that is running completes, and its result is dropped.
///
/// `work` owns what it uses: clone an [`Arc`] or a `Storage`, and move the clone in.
///
/// ```
/// use plugin_runtime::framework::extract::Path;
/// use plugin_runtime::framework::{Framework, compute, write};
/// use plugin_runtime::{Result, Storage};
///
/// async fn make_key(Path(name): Path<String>, storage: Storage) -> Result<()> {
///     let bits: u32 = storage.get("bits").await?.unwrap_or(4096);
///     let key = compute(move || generate(bits)).await;
///     Ok(storage.put(format!("key/{name}"), &key).await?)
/// }
///
/// fn generate(bits: u32) -> String {
///     // Some hundred milliseconds of arithmetic.
/// #   bits.to_string()
/// }
/// # Framework::secrets(()).path("key/{name}", write(make_key)).build().unwrap();
/// ```
pub async fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    // What `work` logs belongs to the request too.
    let span = tracing::Span::current();
    match AbortOnDropHandle::new(spawn_blocking(move || span.in_scope(work))).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            // The runtime is shutting down, and with it whatever waits for this result.
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
                Ok(Box::pin(compute(move || function($($argument),*))))
            }

            #[allow(unused_variables, reason = "a function without arguments has none to describe")]
            fn describe(&self, description: &mut OperationDescription) {
                $($argument::describe(description);)*
            }
        }
    };
}

for_each_arity!(implement);
