//! A clock that tests move.

mod file;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;
use tokio::sync::watch;

use plugin_runtime::__private::clock::TimeSource;

use file::TimeFile;

/// The host's time. It starts at the real time and then stands still until a test moves it, so
/// that an hour passes in an instant and no test depends on how busy the machine is.
///
/// Clones are the same clock. Backends in this process, and plugins that the host launches, see it
/// as [`plugin_runtime::Clock`].
///
/// ```
/// use std::time::Duration;
/// use plugin_host::Clock;
///
/// let clock = Clock::new();
/// let before = clock.now();
/// clock.advance(Duration::from_secs(3600));
/// assert_eq!(clock.now(), before + Duration::from_secs(3600));
/// ```
#[derive(Clone, Debug)]
pub struct Clock {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    now: watch::Sender<SystemTime>,
    /// Where plugins in processes of their own read it; none before the first one.
    file: Mutex<Option<TimeFile>>,
}

impl Clock {
    /// Creates a clock that shows the current real time.
    pub fn new() -> Self {
        Self::at(SystemTime::now())
    }

    /// Creates a clock that shows this time.
    pub fn at(time: SystemTime) -> Self {
        let (now, file) = (watch::Sender::new(time), Mutex::default());
        Self { shared: Arc::new(Shared { now, file }) }
    }

    /// Returns the time that the clock shows.
    pub fn now(&self) -> SystemTime {
        *self.shared.now.borrow()
    }

    /// Moves the clock forward and wakes all tasks that wait for a time that it reaches. A time
    /// beyond what the system can express leaves the clock where it is.
    pub fn advance(&self, by: Duration) {
        let file = self.shared.file.lock();
        let now = self.now();
        let Some(later) = now.checked_add(by) else { return };
        // First, so that no plugin is behind when those who wait here are woken.
        if let Some(Err(error)) = file.as_ref().map(|file| file.write(later)) {
            tracing::error!(%error, "cannot tell plugins that time has passed");
        }
        self.shared.now.send_replace(later);
    }

    /// Returns the file in which plugins read this clock, which is made if there is none.
    pub(crate) fn file(&self) -> io::Result<PathBuf> {
        let mut file = self.shared.file.lock();
        if let Some(file) = &*file {
            return Ok(file.path().to_owned());
        }
        Ok(file.insert(TimeFile::new(self.now())?).path().to_owned())
    }

    /// Waits until the clock shows this time or a later one; at once if it does.
    pub async fn reached(&self, at: SystemTime) {
        // The sender lives in this very value, so that waiting can't end otherwise.
        let _ = self.shared.now.subscribe().wait_for(|now| *now >= at).await;
    }
}

impl TimeSource for Shared {
    fn now(&self) -> SystemTime {
        *self.now.borrow()
    }
}

impl From<&Clock> for plugin_runtime::Clock {
    fn from(clock: &Clock) -> Self {
        let shared = Arc::clone(&clock.shared);
        Self::of_source(shared)
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

    #[test]
    fn plugins_read_the_time_that_it_shows_until_it_goes() {
        let clock = Clock::at(SystemTime::UNIX_EPOCH);
        clock.advance(MINUTE);
        let path = clock.file().unwrap();
        let plugins = plugin_runtime::__private::clock::ClockFile::open(&path).unwrap();
        assert_eq!(plugins.now(), clock.now());
        clock.advance(MINUTE);
        assert_eq!((plugins.now(), clock.file().unwrap()), (clock.now(), path.clone()));
        clock.advance(Duration::MAX);
        assert_eq!(plugins.now(), SystemTime::UNIX_EPOCH + 2 * MINUTE);
        drop(clock);
        assert!(!path.parent().unwrap().exists());
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
