//! Work that continues after its caller has stopped waiting.

use std::future::Future;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The work of one instance that outlives the calls that started it. It ends with the instance.
#[derive(Clone, Debug, Default)]
pub(super) struct Lasting {
    tasks: TaskTracker,
    ended: CancellationToken,
}

impl Lasting {
    /// Runs `work` in a task of its own. It is dropped at its next await when this is ended.
    pub(super) fn start(&self, work: impl Future<Output = ()> + Send + 'static) {
        let ended = self.ended.clone();
        self.tasks.spawn(async move { ended.run_until_cancelled(work).await });
    }

    /// Waits for a result of this work; `None` if the work was ended before.
    pub(super) async fn awaited<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.ended.run_until_cancelled(work).await
    }

    /// Waits up to `limit` for running work, then drops the rest and returns how much that was.
    /// Nothing runs here afterwards.
    pub(super) async fn end(&self, limit: Duration) -> usize {
        self.tasks.close();
        let _ = tokio::time::timeout(limit, self.tasks.wait()).await;
        let left = self.tasks.len();
        self.ended.cancel();
        left
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_ends_in_time_is_waited_for_and_the_rest_is_dropped() {
        let (lasting, done) = (Lasting::default(), Arc::new(AtomicUsize::new(0)));
        for seconds in [1, 2, 60] {
            let done = Arc::clone(&done);
            lasting.start(async move {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                done.fetch_add(1, Ordering::SeqCst);
            });
        }
        assert_eq!(lasting.end(Duration::from_secs(10)).await, 1);
        assert_eq!(done.load(Ordering::SeqCst), 2);
        lasting.start(async { unreachable!("it has ended") });
        assert_eq!(lasting.awaited(std::future::pending::<()>()).await, None);
        tokio::time::sleep(Duration::from_secs(120)).await;
        assert_eq!(done.load(Ordering::SeqCst), 2);
    }
}
