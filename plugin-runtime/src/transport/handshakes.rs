//! Handshakes in progress, with a limit of their own: beyond it, the oldest one is dropped.
//!
//! A peer that has not shown a certificate yet costs a descriptor and some memory, and may never
//! show one. Only peers that have are counted as connections.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use super::Connections;

/// How many handshakes may be in progress at once: they use a few megabytes, and a quarter of the
/// descriptors that a process usually has. A server needs one.
const MOST_HANDSHAKES: usize = 256;

/// How long a handshake may take before a new one may replace it: much longer than a server needs
/// on a busy machine, and short enough that a backlog of a thousand silent connections is cleared
/// in half a second.
const UNDISTURBED: Duration = Duration::from_millis(100);

/// The handshakes in progress, the oldest one first. Dropping it ends them.
#[derive(Debug)]
pub(super) struct Handshakes {
    slots: Arc<Semaphore>,
    under_way: VecDeque<Handshake>,
    connections: Connections,
}

#[derive(Debug)]
struct Handshake {
    begun: Instant,
    task: AbortOnDropHandle<()>,
}

impl Handshakes {
    /// Creates an empty set, whose tasks `connections` owns.
    pub(super) fn new(connections: Connections) -> Self {
        let slots = Arc::new(Semaphore::new(MOST_HANDSHAKES));
        Self { slots, under_way: VecDeque::new(), connections }
    }

    /// Begins a handshake as soon as there is room for it: at once, or when another one has ended
    /// or has used up its time and is dropped.
    pub(super) async fn begin(&mut self, handshake: impl Future<Output = ()> + Send + 'static) {
        let Some(slot) = self.slot().await else { return };
        let task = self.connections.tasks.spawn(async move {
            let _slot = slot;
            handshake.await;
        });
        self.forget_ended();
        let task = AbortOnDropHandle::new(task);
        self.under_way.push_back(Handshake { begun: Instant::now(), task });
    }

    /// Drops the oldest handshake if it has used up its time, which frees its descriptor.
    pub(super) fn give_way(&mut self) {
        self.forget_ended();
        if self.under_way.front().is_some_and(|oldest| oldest.begun.elapsed() >= UNDISTURBED) {
            self.under_way.pop_front();
        }
    }

    async fn slot(&mut self) -> Option<OwnedSemaphorePermit> {
        if let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() {
            return Some(slot);
        }
        self.forget_ended();
        let slot = Arc::clone(&self.slots).acquire_owned();
        let Some(oldest) = self.under_way.front() else { return slot.await.ok() };
        tokio::select! {
            biased;
            slot = slot => return slot.ok(),
            () = tokio::time::sleep_until(oldest.begun + UNDISTURBED) => {}
        }
        self.under_way.pop_front();
        Arc::clone(&self.slots).acquire_owned().await.ok()
    }

    fn forget_ended(&mut self) {
        self.under_way.retain(|handshake| !handshake.task.is_finished());
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Counts the living values of its kind.
    struct Alive(Arc<AtomicUsize>);

    impl Alive {
        fn new(count: &Arc<AtomicUsize>) -> Self {
            count.fetch_add(1, Ordering::SeqCst);
            Self(Arc::clone(count))
        }
    }

    impl Drop for Alive {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }

    async fn silent(alive: Alive) {
        let _alive = alive;
        pending::<()>().await;
    }

    #[tokio::test(start_paused = true)]
    async fn the_oldest_gives_way_when_it_has_had_its_time() {
        let alive = Arc::new(AtomicUsize::new(0));
        let mut handshakes = Handshakes::new(Connections::default());
        let begun = Instant::now();
        for _ in 0..1000 {
            handshakes.begin(silent(Alive::new(&alive))).await;
            assert!(alive.load(Ordering::SeqCst) <= MOST_HANDSHAKES + 1);
        }
        let rounds = 1000_u32.div_ceil(u32::try_from(MOST_HANDSHAKES).unwrap()) - 1;
        let took = begun.elapsed();
        assert!(took >= UNDISTURBED * rounds, "each had its time: {took:?}");
        assert!(took < UNDISTURBED * (rounds + 1), "and not longer: {took:?}");
        drop(handshakes);
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        assert_eq!(alive.load(Ordering::SeqCst), 0, "they end with their owner");
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_ends_makes_room_at_once() {
        let mut handshakes = Handshakes::new(Connections::default());
        for _ in 1..MOST_HANDSHAKES {
            handshakes.begin(pending()).await;
        }
        let begun = Instant::now();
        for _ in 0..1000 {
            handshakes.begin(async {}).await;
        }
        assert_eq!(begun.elapsed(), Duration::ZERO);
        tokio::task::yield_now().await;
        handshakes.give_way();
        assert_eq!(handshakes.under_way.len(), MOST_HANDSHAKES - 1, "they are all young");
        tokio::time::advance(UNDISTURBED).await;
        handshakes.give_way();
        assert_eq!(handshakes.under_way.len(), MOST_HANDSHAKES - 2);
    }
}
