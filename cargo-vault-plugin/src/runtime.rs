//! Where the host of plugins runs: one thread, for as long as a command lasts.

use std::future::Future;

use anyhow::{Context, Result};

/// Runs `work` to its end.
///
/// # Errors
/// Fails if the system gives no means to wait for anything.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(runtime.context("cannot wait for events")?.block_on(work))
}
