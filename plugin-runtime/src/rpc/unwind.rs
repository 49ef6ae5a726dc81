//! Limits a panic in a backend to one call, so that it does not end the process that all mounts
//! share.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_util::FutureExt as _;

use crate::Error;

/// Runs a backend's future. A panic becomes an error for this caller; the panic hook has logged its
/// place.
pub fn guarded<T>(
    call: impl Future<Output = Result<T, Error>>,
) -> impl Future<Output = Result<T, Error>> {
    // A backend's state is behind its own locks, which report or handle an interrupted change;
    // nothing of the runtime's state is shared with the future.
    AssertUnwindSafe(call).catch_unwind().map(|result| result.unwrap_or_else(|_| Err(panicked())))
}

/// Runs a backend's synchronous function.
pub fn guarded_sync<T>(call: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err(panicked()))
}

fn panicked() -> Error {
    Error::internal("the handler panicked; see the plugin's log")
}
