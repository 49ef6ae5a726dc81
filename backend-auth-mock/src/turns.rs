//! Whose password is hashed next: a few at a time, and no mount keeps the others waiting.

use plugin_runtime::{Error, StatusCode};
use tokio::sync::{Semaphore, SemaphorePermit};

/// How many hashes are computed at once, over all mounts of the process. A flood of wrong logins
/// takes no more memory than these.
pub(crate) const AT_ONCE: usize = 4;

/// How many logins of one mount may be under way. A login needs no token, so that a client can send
/// any number of them; a hash takes some 20 milliseconds of a core, and more than these would wait
/// for longer than a second or two.
const MOST_LOGINS: usize = 128;

/// The turns that there are. Each mount asks for at most as many at a time, so that its logins stand
/// in line in the mount, and those of another mount pass them.
static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);

/// The line of one mount.
#[derive(Debug)]
pub struct Turns {
    logins: Semaphore,
    asking: Semaphore,
}

impl Default for Turns {
    fn default() -> Self {
        Self { logins: Semaphore::new(MOST_LOGINS), asking: Semaphore::new(AT_ONCE) }
    }
}

impl Turns {
    /// Takes room in the line for a login, which keeps it until it drops what this returns. Who sets
    /// passwords has a token and needs none, so that a flood of logins does not shut operators out.
    ///
    /// # Errors
    ///
    /// Fails if the line is full: 429.
    pub(crate) fn login(&self) -> Result<SemaphorePermit<'_>, Error> {
        let full = "too many logins are under way at this mount; try again later";
        self.logins.try_acquire().map_err(|_| Error::coded(StatusCode::TOO_MANY_REQUESTS, full))
    }

    /// Resolves when it is the caller's turn, which lasts until what this returns is dropped.
    pub(crate) async fn next(&self) -> Result<SemaphorePermit<'static>, Error> {
        let closed = |error| Error::internal("the plugin is ending").with_source(error);
        let _asking = self.asking.acquire().await.map_err(closed)?;
        TURNS.acquire().await.map_err(closed)
    }
}

/// Takes every turn, so that nothing is hashed until they are given back.
#[cfg(test)]
pub(crate) async fn every_turn() -> SemaphorePermit<'static> {
    TURNS.acquire_many(u32::try_from(AT_ONCE).unwrap()).await.unwrap()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::task::{JoinSet, yield_now};

    use super::*;

    /// Sends callers into a mount's line, each of which counts when it has had its turn.
    async fn stand_in_line(turns: &Arc<Turns>, count: usize) -> (JoinSet<()>, Arc<AtomicUsize>) {
        let served = Arc::new(AtomicUsize::new(0));
        let mut line = JoinSet::new();
        for _ in 0..count {
            let (turns, served) = (Arc::clone(turns), Arc::clone(&served));
            line.spawn(async move {
                let turn = turns.next().await.unwrap();
                // As long as a hash takes, the others run.
                yield_now().await;
                drop(turn);
                served.fetch_add(1, Ordering::SeqCst);
            });
        }
        for _ in 0..count {
            yield_now().await;
        }
        (line, served)
    }

    #[tokio::test]
    async fn a_mount_is_served_beside_the_long_line_of_another() {
        let taken = every_turn().await;
        let (long, short) = (Arc::<Turns>::default(), Arc::<Turns>::default());
        let (long, served) = stand_in_line(&long, 1000).await;
        let (short, _) = stand_in_line(&short, 1).await;
        drop(taken);
        short.join_all().await;
        let before = served.load(Ordering::SeqCst);
        assert!(before <= 4 * AT_ONCE, "{before} of the long line came first");
        long.join_all().await;
    }

    #[test]
    fn a_full_line_refuses_logins_and_no_other_mount() {
        let (full, other) = (Turns::default(), Turns::default());
        let mut logins: Vec<_> = (0..MOST_LOGINS).map(|_| full.login().unwrap()).collect();
        let error = full.login().unwrap_err();
        assert_eq!(
            error.to_string(),
            "too many logins are under way at this mount; try again later"
        );
        assert!(format!("{:?}", error.kind()).contains("429"), "{error:?}");
        assert!(other.login().is_ok());
        logins.pop();
        assert!(full.login().is_ok());
    }
}
