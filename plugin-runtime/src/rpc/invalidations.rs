//! Passes the keys of one mount's storage that other nodes have changed to its backend.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tonic::Status;

use super::lasting::Lasting;
use crate::Error;

/// How many keys of one mount may have a running hook. OpenBao makes 128 calls at a time and gives
/// each up after two seconds, so there is capacity for hooks of up to half a minute. Beyond that,
/// calls wait.
const MOST_KEYS: usize = 2048;

/// How long OpenBao waits for an invalidation before it continues with the next. A hook that takes
/// longer leaves the node with stale state, so the log reports it.
const SERVERS_PATIENCE: Duration = Duration::from_secs(2);

/// The invalidations of one instance. Clones share the same state.
///
/// Every key has at most one running hook, in a task of its own that outlives the call. A call for
/// a key whose hook is running makes it run once more afterwards, together with all other calls
/// that arrived meanwhile: a hook that starts after a change sees that change.
#[derive(Clone)]
pub(super) struct Invalidations {
    lasting: Lasting,
    keys: Arc<Mutex<Keys>>,
    room: Arc<Semaphore>,
}

/// The keys whose hooks are running, with the next turn of those for which more calls have arrived.
type Keys = HashMap<String, Option<watch::Sender<Turn>>>;

/// The outcome of one run of a hook.
#[derive(Clone, Debug)]
enum Turn {
    NotYet,
    Done,
    Failed(Arc<str>),
}

impl Invalidations {
    pub(super) fn new(lasting: Lasting) -> Self {
        Self::with_room(lasting, MOST_KEYS)
    }

    fn with_room(lasting: Lasting, keys: usize) -> Self {
        Self { lasting, keys: Arc::default(), room: Arc::new(Semaphore::new(keys)) }
    }

    /// Runs `hook`, which makes the backend forget `key`, and returns when it has completed. If the
    /// caller stops waiting, it still runs.
    ///
    /// # Errors
    ///
    /// Fails if the hook panics, or if the instance ends before it has completed.
    pub(super) async fn run<F, Running>(&self, key: String, hook: F) -> Result<(), Status>
    where
        F: Fn(String) -> Running + Send + 'static,
        Running: Future<Output = Result<(), Error>> + Send,
    {
        let joined = self.joined(&mut self.keys.lock(), &key);
        let waiting = match joined {
            Some(waiting) => waiting,
            None => {
                let room = self.room_for(&key).await?;
                self.begin(key, hook, room)
            }
        };
        self.outcome(waiting).await
    }

    /// Returns the next turn of a key whose hook is running.
    fn joined(&self, keys: &mut Keys, key: &str) -> Option<watch::Receiver<Turn>> {
        let next = keys.get_mut(key)?.get_or_insert_with(|| watch::Sender::new(Turn::NotYet));
        Some(next.subscribe())
    }

    /// Waits until one more key may have a running hook.
    async fn room_for(&self, key: &str) -> Result<OwnedSemaphorePermit, Status> {
        if let Ok(room) = Arc::clone(&self.room).try_acquire_owned() {
            return Ok(room);
        }
        let lost = Lost { key };
        let room = self.lasting.awaited(Arc::clone(&self.room).acquire_owned()).await;
        std::mem::forget(lost);
        room.and_then(Result::ok).ok_or_else(ended)
    }

    /// Starts the hook of a key, unless another call was faster.
    fn begin<F, Running>(
        &self,
        key: String,
        hook: F,
        room: OwnedSemaphorePermit,
    ) -> watch::Receiver<Turn>
    where
        F: Fn(String) -> Running + Send + 'static,
        Running: Future<Output = Result<(), Error>> + Send,
    {
        let mut at_work = self.keys.lock();
        if let Some(waiting) = self.joined(&mut at_work, &key) {
            return waiting;
        }
        at_work.insert(key.clone(), None);
        drop(at_work);
        let mut turn = watch::Sender::new(Turn::NotYet);
        let waiting = turn.subscribe();
        let keys = Arc::clone(&self.keys);
        self.lasting.start(async move {
            loop {
                let went = match told_when_slow(&key, hook(key.clone())).await {
                    Ok(()) => Turn::Done,
                    Err(error) => Turn::Failed(error.message().into()),
                };
                turn.send_replace(went);
                let mut keys = keys.lock();
                match keys.get_mut(&key).and_then(Option::take) {
                    Some(next) => turn = next,
                    None => {
                        keys.remove(&key);
                        break;
                    }
                }
            }
            drop(room);
        });
        waiting
    }

    async fn outcome(&self, mut waiting: watch::Receiver<Turn>) -> Result<(), Status> {
        let over = waiting.wait_for(|turn| !matches!(turn, Turn::NotYet));
        match self.lasting.awaited(over).await.map(|turn| turn.map(|turn| turn.clone())) {
            Some(Ok(Turn::Done)) => Ok(()),
            Some(Ok(Turn::Failed(text))) => Err(Status::internal(text.as_ref())),
            Some(Ok(Turn::NotYet) | Err(_)) | None => Err(ended()),
        }
    }
}

impl fmt::Debug for Invalidations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invalidations").field("keys", &self.keys.lock().len()).finish()
    }
}

fn ended() -> Status {
    Status::unavailable("the mount was cleaned up before its backend had forgotten the key")
}

/// Reports a key whose hook could not start while the server waited.
struct Lost<'a> {
    key: &'a str,
}

impl Drop for Lost<'_> {
    fn drop(&mut self) {
        tracing::error!(
            key = self.key,
            "an invalidation was lost, because {MOST_KEYS} others wait for their hooks, so this \
             node may serve outdated data: reload the plugin on this node, and make the \
             `invalidate` hook faster",
        );
    }
}

/// Returns the hook's result. Logs if it takes longer than the server waits.
async fn told_when_slow<T>(key: &str, hook: impl Future<Output = T>) -> T {
    let (mut hook, begun) = (pin!(hook), Instant::now());
    if let Ok(done) = tokio::time::timeout(SERVERS_PATIENCE, &mut hook).await {
        return done;
    }
    tracing::warn!(
        key,
        "the `invalidate` hook takes more than {} s, and the server no longer waits for it; until \
         it has completed, this node may serve outdated data",
        SERVERS_PATIENCE.as_secs(),
    );
    let done = hook.await;
    tracing::info!(key, seconds = begun.elapsed().as_secs(), "a slow `invalidate` hook has ended");
    done
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use futures_util::future::{BoxFuture, join_all};

    use super::*;

    /// A hook that records its keys, and waits for a permit for each.
    #[derive(Clone, Default)]
    struct Hook {
        begun: Arc<Mutex<Vec<String>>>,
        go: Arc<Mutex<Option<Arc<Semaphore>>>>,
    }

    impl Hook {
        fn held() -> Self {
            let hook = Self::default();
            *hook.go.lock() = Some(Arc::new(Semaphore::new(0)));
            hook
        }

        fn let_go(&self, times: usize) {
            self.go.lock().as_ref().unwrap().add_permits(times);
        }

        fn begun(&self) -> Vec<String> {
            self.begun.lock().clone()
        }

        fn run(&self) -> impl Fn(String) -> BoxFuture<'static, Result<(), Error>> + Send + 'static {
            let hook = self.clone();
            move |key| {
                let hook = hook.clone();
                async move {
                    hook.begun.lock().push(key);
                    let go = hook.go.lock().clone();
                    if let Some(go) = go {
                        go.acquire().await.unwrap().forget();
                    }
                    Ok(())
                }
                .boxed()
            }
        }
    }

    async fn settle() {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_dropped_call_does_not_end_its_hook() {
        let (invalidations, hook) = (Invalidations::new(Lasting::default()), Hook::held());
        let call = invalidations.run("a".to_owned(), hook.run());
        assert!(tokio::time::timeout(Duration::ZERO, call).await.is_err());
        settle().await;
        assert_eq!(invalidations.keys.lock().len(), 1);
        hook.let_go(1);
        settle().await;
        assert!(invalidations.keys.lock().is_empty());
        assert_eq!(invalidations.room.available_permits(), MOST_KEYS);
    }

    #[tokio::test]
    async fn calls_that_come_while_the_hook_works_share_one_further_run() {
        let (invalidations, hook) = (Invalidations::new(Lasting::default()), Hook::held());
        let first = tokio::spawn({
            let (invalidations, hook) = (invalidations.clone(), hook.run());
            async move { invalidations.run("a".to_owned(), hook).await }
        });
        settle().await;
        let later = join_all((0..5).map(|_| invalidations.run("a".to_owned(), hook.run())));
        let first = async {
            settle().await;
            hook.let_go(1);
            first.await.unwrap().unwrap();
            hook.let_go(1);
        };
        let (later, ()) = tokio::join!(later, first);
        assert!(later.into_iter().all(|result| result.is_ok()));
        assert_eq!(hook.begun(), ["a", "a"]);
    }

    #[tokio::test]
    async fn a_key_without_room_waits_for_it_and_one_at_work_needs_none() {
        let lasting = Lasting::default();
        let (invalidations, hook) = (Invalidations::with_room(lasting, 2), Hook::held());
        for key in ["a", "b", "c", "a"] {
            let call = invalidations.run(key.to_owned(), hook.run());
            assert!(tokio::time::timeout(Duration::ZERO, call).await.is_err(), "{key}");
        }
        settle().await;
        assert_eq!(hook.begun(), ["a", "b"], "c was given up by its caller");
        let waiting = tokio::spawn({
            let (invalidations, hook) = (invalidations.clone(), hook.run());
            async move { invalidations.run("d".to_owned(), hook).await }
        });
        settle().await;
        hook.let_go(4);
        waiting.await.unwrap().unwrap();
        settle().await;
        let mut begun = hook.begun();
        begun.sort_unstable();
        assert_eq!(begun, ["a", "a", "b", "d"]);
    }

    #[tokio::test]
    async fn who_waits_is_told_of_a_failure_and_of_the_end() {
        let lasting = Lasting::default();
        let (invalidations, hook) = (Invalidations::with_room(lasting.clone(), 1), Hook::held());
        let failing = |_| async { Err(Error::internal("it panicked")) };
        let failed = invalidations.run("a".to_owned(), failing).await.unwrap_err();
        assert_eq!((failed.code(), failed.message()), (tonic::Code::Internal, "it panicked"));
        settle().await;

        let calls = ["a", "a", "b"].map(|key| invalidations.run(key.to_owned(), hook.run()));
        let ending = async {
            settle().await;
            lasting.end(Duration::ZERO).await
        };
        let (outcomes, left) = tokio::join!(join_all(calls), ending);
        assert_eq!(left, 1);
        for outcome in outcomes {
            assert_eq!(outcome.unwrap_err().code(), tonic::Code::Unavailable);
        }
        let late = invalidations.run("c".to_owned(), hook.run()).await;
        assert_eq!(late.unwrap_err().code(), tonic::Code::Unavailable);
        assert_eq!(hook.begun(), ["a"]);
    }
}
