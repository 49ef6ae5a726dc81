//! A clock that tests move.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::watch;

/// The host's time. It starts at the real time and then stands still until a test moves it, so
/// that an hour passes in an instant and no test depends on how busy the machine is.
///
/// Clones are the same clock.
///
/// ```
/// use std::time::Duration;
/// use plugin_runtime::host::Clock;
///
/// let clock = Clock::new();
/// let before = clock.now();
/// clock.advance(Duration::from_secs(3600));
/// assert_eq!(clock.now(), before + Duration::from_secs(3600));
/// ```
#[derive(Clone, Debug)]
pub struct Clock {
    now: Arc<watch::Sender<SystemTime>>,
}

impl Clock {
    /// A clock that shows the real time of this moment.
    pub fn new() -> Self {
        Self::at(SystemTime::now())
    }

    /// A clock that shows this time.
    pub fn at(time: SystemTime) -> Self {
        Self { now: Arc::new(watch::Sender::new(time)) }
    }

    /// The time that the clock shows.
    pub fn now(&self) -> SystemTime {
        *self.now.borrow()
    }

    /// Moves the clock forward and wakes whoever waits for a time that it reaches. A time beyond
    /// what the system can express leaves the clock where it is.
    pub fn advance(&self, by: Duration) {
        self.now.send_modify(|now| *now = now.checked_add(by).unwrap_or(*now));
    }

    /// Waits until the clock shows this time or a later one; at once if it does.
    pub async fn reached(&self, at: SystemTime) {
        // The sender lives in this very value, so that waiting can't end otherwise.
        let _ = self.now.subscribe().wait_for(|now| *now >= at).await;
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn it_stands_still_until_it_is_moved() {
        let clock = Clock::at(SystemTime::UNIX_EPOCH);
        let same = clock.clone();
        assert_eq!(clock.now(), clock.now());
        same.advance(MINUTE);
        assert_eq!(clock.now(), SystemTime::UNIX_EPOCH + MINUTE);
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), SystemTime::UNIX_EPOCH + MINUTE);
    }

    #[test]
    fn whoever_waits_is_woken_when_the_time_has_come_and_not_before() {
        let clock = Clock::new();
        let at = clock.now() + MINUTE;
        let mut waiting = Box::pin(clock.reached(at));
        assert_eq!(waiting.as_mut().now_or_never(), None);
        clock.advance(MINUTE / 2);
        assert_eq!(waiting.as_mut().now_or_never(), None);
        clock.advance(MINUTE / 2);
        assert_eq!(waiting.as_mut().now_or_never(), Some(()));
        assert_eq!(clock.reached(at).now_or_never(), Some(()));
    }

    #[tokio::test]
    async fn a_task_that_waits_goes_on() {
        let clock = Clock::new();
        let waiting = clock.clone();
        let at = clock.now() + MINUTE;
        let task = tokio::spawn(async move { waiting.reached(at).await });
        clock.advance(MINUTE);
        task.await.unwrap();
    }
}
