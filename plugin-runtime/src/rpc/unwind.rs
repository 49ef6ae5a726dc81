//! A panic in a backend ends one call, not the process that other mounts share.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_util::FutureExt as _;

use crate::Error;

/// Runs a backend's future. A panic becomes an error for this caller; the panic hook has logged
/// its place.
pub fn guarded<T>(
    call: impl Future<Output = Result<T, Error>>,
) -> impl Future<Output = Result<T, Error>> {
    // A backend's state is behind its own locks, which tell (or, as parking_lot's, take care of)
    // what a panic leaves behind; nothing of the runtime's is shared with the future.
    AssertUnwindSafe(call).catch_unwind().map(|result| result.unwrap_or_else(|_| Err(panicked())))
}

/// Runs a backend's plain function.
pub fn guarded_sync<T>(call: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err(panicked()))
}

fn panicked() -> Error {
    Error::internal("the handler panicked; see the plugin's log")
}
