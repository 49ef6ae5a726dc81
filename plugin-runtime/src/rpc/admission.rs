//! How many requests a mount handles at once.

use http::StatusCode;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::report_limit::ReportLimit;
use crate::{Error, Operation};

/// How many requests of one mount may be in flight. A request that waits costs some kilobytes, so
/// that a mount takes a few megabytes at most. Beyond that its clients are told to come back, which
/// leaves the process to the other mounts.
const MOST_IN_FLIGHT: usize = 1024;

/// A full mount refuses each further request, so that a line for each would be as many.
static REFUSALS: ReportLimit = ReportLimit::new(1);

/// The room of one mount for requests.
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
    /// Takes room for a request, which keeps it until it drops what this returns.
    ///
    /// What the server itself asks for is always let in: a lease that is not revoked, a transaction
    /// that is not rolled back stay behind. There is no more of it than the server has workers.
    ///
    /// # Errors
    ///
    /// When the mount is full: 429, as from a server's own rate limit. A 5xx would count against the
    /// server where a load balancer looks at its answers, and clients would repeat it at once.
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
                        "too many requests: {MOST_IN_FLIGHT} of one mount are in flight; further ones \
                         are refused"
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
