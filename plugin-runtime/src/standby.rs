//! What a node that may not write leaves to the one that may.

use std::error::Error as StdError;

use crate::logical::error::{READ_ONLY, chain};
use crate::{Error, SystemView};

/// Returns the outcome of an initialization for the server. On a node that may not write, a refused
/// write does not count as a failure, since the server would restart the whole node.
pub async fn initialized(outcome: Result<(), Error>, view: &SystemView) -> Result<(), Error> {
    let Err(error) = outcome else { return Ok(()) };
    // A server that does not answer the question has answered it by its storage.
    if !is_read_only(&error) || view.ask_whether_it_may_write().await == Ok(true) {
        return Err(error);
    }
    tracing::info!(
        error = %chain(&error),
        "`initialize` could not write, since this node may not; it runs again when the node \
         becomes the active one"
    );
    Ok(())
}

/// Returns whether the error is storage's refusal, or was caused by it.
fn is_read_only(error: &Error) -> bool {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains(READ_ONLY) {
            return true;
        }
        cause = error.source();
    }
    false
}
