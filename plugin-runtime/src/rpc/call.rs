//! The common parts of all calls to a server: origin, deadline and answer.

use std::future::Future;
use std::time::Instant;

use http::Uri;
use tonic::{Request, Response, Status};

use crate::logical::error::chain;

/// Returns the origin of every call in protocol 5, whatever the socket: the name on both certificates.
pub fn origin() -> Uri {
    Uri::from_static("https://localhost")
}

/// Returns the reason why a call failed: with all causes if it failed on this side, else the
/// server's text.
pub(super) fn reason(status: &Status) -> String {
    match std::error::Error::source(status) {
        Some(cause) => chain(cause),
        None => format!("{:?}: {}", status.code(), status.message()),
    }
}

/// Creates a call that tells the server how long its answer is needed.
pub fn request<T>(message: T, deadline: Option<Instant>) -> Request<T> {
    let mut request = Request::new(message);
    if let Some(deadline) = deadline {
        request.set_timeout(deadline.saturating_duration_since(Instant::now()));
    }
    request
}

/// Returns the answer, or the deadline if that comes first.
pub async fn timed<T>(
    deadline: Option<Instant>,
    call: impl Future<Output = Result<Response<T>, Status>>,
) -> Result<T, Status> {
    let answer = match deadline {
        None => call.await,
        Some(deadline) => tokio::time::timeout_at(deadline.into(), call)
            .await
            .unwrap_or_else(|_| Err(Status::deadline_exceeded("context deadline exceeded"))),
    };
    answer.map(Response::into_inner)
}
