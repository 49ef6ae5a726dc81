//! Whether the server has asked this process for anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio_util::sync::CancellationToken;

/// Noted once, at the first call that shows that the server means to use the process.
///
/// The streams that a server opens with its connection show nothing: it opens them before it knows
/// whether it will go on. Once it has had an answer, it may have entered the process in its catalog,
/// where later mounts find it, and from then on only the server can say when the process is no longer
/// needed.
#[derive(Clone, Debug, Default)]
pub(crate) struct FirstUse {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    noted: AtomicBool,
    happened: CancellationToken,
}

impl FirstUse {
    /// Notes a call.
    pub(super) fn note(&self) {
        if !self.shared.noted.load(Ordering::Relaxed) {
            self.shared.noted.store(true, Ordering::Relaxed);
            self.shared.happened.cancel();
        }
    }

    /// Resolves when a call has been noted.
    pub(crate) async fn happened(&self) {
        self.shared.happened.cancelled().await;
    }
}
