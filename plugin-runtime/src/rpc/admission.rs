//! How many requests a mount handles at once.

use http::StatusCode;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::report_limit::ReportLimit;
use crate::{Error, Operation};

/// How many requests of one mount may be in flight. A waiting request costs a few kilobytes, so a
/// mount uses a few megabytes at most. Further requests are refused with a retryable error, which
/// leaves the process to the other mounts.
const MOST_IN_FLIGHT: usize = 1024;

/// A full mount refuses every further request, so one line for each would flood the log.
static REFUSALS: ReportLimit = ReportLimit::new(1);

/// The capacity of one mount for requests.
#[derive(Debug)]
pub(super) struct Admission {
    free: Semaphore,
}

impl Default for Admission {
    fn default() -> Self {
        Self { free: Semaphore::new(MOST_IN_FLIGHT) }
    }
}

impl Admission {
    /// Lets a request in, which occupies its place until it drops the returned permit.
    ///
    /// Requests from the server itself are always admitted: a lease that is not revoked, or a
    /// transaction that is not rolled back, would be left behind. There are at most as many as the
    /// server has workers.
    ///
    /// # Errors
    ///
    /// Fails if the mount is full: with 429, as a server's own rate limit does. A 5xx would make
    /// load balancers consider the server unhealthy, and clients would retry at once.
    pub(super) fn admit(&self, operation: Operation) -> Result<Option<SemaphorePermit<'_>>, Error> {
        if matches!(operation, Operation::Renew | Operation::Revoke | Operation::Rollback) {
            return Ok(None);
        }
        match self.free.try_acquire() {
            Ok(room) => Ok(Some(room)),
            Err(_) => {
                REFUSALS.report(|left_out| {
                    tracing::warn!(
                        left_out,
                        "too many requests: {MOST_IN_FLIGHT} are in flight at one mount; further \
                         ones are refused"
                    );
                });
                Err(Error::coded(
                    StatusCode::TOO_MANY_REQUESTS,
                    "too many requests are in flight at this mount; try again later",
                ))
            }
        }
    }
}
