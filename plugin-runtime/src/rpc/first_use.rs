//! Notes whether the server has used this process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio_util::sync::CancellationToken;

/// Set once, at the first call that shows that the server will use the process.
///
/// The streams that a server opens with its connection prove nothing: it opens them before it knows
/// whether it will continue. Once it has received an answer, it may have registered the process in
/// its catalog, where later mounts find it; from then on, only the server knows when the process is
/// no longer needed.
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
