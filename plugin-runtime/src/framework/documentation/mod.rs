//! What a backend says about itself: help texts and the OpenAPI document.

use super::dispatch::Dispatch;
use crate::{Error, Request, Response};

/// Answers a request for help.
pub(super) async fn answer<S: Send + Sync + 'static>(
    backend: &Dispatch<S>,
    request: &Request,
) -> Result<Option<Response>, Error> {
    let _ = (backend, request);
    Err(Error::unsupported_operation())
}
