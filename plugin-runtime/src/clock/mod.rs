//! The time of a mount, which tests can control.

mod file;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use std::path::Path;

pub(crate) use file::ClockFileError;
pub use file::to_text;
pub use file::{ClockFile, VARIABLE};

/// The time of a mount. As an argument of a handler:
///
/// ```
/// use std::time::SystemTime;
///
/// use plugin_runtime::framework::extract::Path;
/// use plugin_runtime::framework::{Framework, read};
/// use plugin_runtime::{Clock, Error, Result, Storage};
///
/// async fn redeem(Path(code): Path<String>, clock: Clock, storage: Storage) -> Result<()> {
///     let ends: Option<SystemTime> = storage.get(&format!("code/{code}")).await?;
///     match ends {
///         Some(ends) if clock.now() < ends => Ok(storage.delete(&format!("code/{code}")).await?),
///         _ => Err(Error::bad_request("the code is unknown or has expired")),
///     }
/// }
/// # Framework::secrets(()).path("redeem/{code}", read(redeem)).build().unwrap();
/// ```
///
/// On a server, it is the system's clock. On the host of `vault-plugin-host`, both in memory and
/// over the wire, it is the host's: it stands still until a test lets time pass (`Mounted::pass`,
/// `Host::advance`), and then shows the new time at once. A backend that reads the time only here
/// behaves the same in all three; one that calls [`SystemTime::now`] does not notice that time
/// passes in a test.
///
/// Outside of handlers it is [`Mount::clock`](crate::Mount::clock) or
/// [`SystemView::clock`](crate::SystemView::clock). Clones are the same clock.
///
/// # Over the wire
///
/// The host writes its time to a file, and passes the file's path to a plugin that it launches in
/// the variable `PLUGIN_TEST_CLOCK`. No server sets this variable. Anyone who can set a plugin's
/// environment (as the server's user, or through `env` in the catalog, which needs `sudo`) could
/// set it and control the plugin's time; they could as well replace the plugin. The file must
/// belong to the plugin's user and must not be writable by others, or the plugin does not start. A
/// plugin that uses it logs a warning.
#[derive(Clone, Default)]
pub struct Clock {
    source: Source,
}

#[derive(Clone, Default)]
enum Source {
    #[default]
    System,
    At(SystemTime),
    File(Arc<ClockFile>),
    Shared(Arc<dyn TimeSource>),
}

/// The source of a [`Clock`]'s time. For the host.
pub trait TimeSource: Send + Sync {
    /// Returns the time.
    fn now(&self) -> SystemTime;
}

/// The clock of this process, if it is not the system's.
static OF_PROCESS: OnceLock<Clock> = OnceLock::new();

impl Clock {
    /// Returns the system's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// Returns a clock that always shows this time, for unit tests.
    pub fn at(time: SystemTime) -> Self {
        Self { source: Source::At(time) }
    }

    /// Returns a clock that asks `source`.
    #[doc(hidden)]
    pub fn of_source(source: Arc<dyn TimeSource>) -> Self {
        Self { source: Source::Shared(source) }
    }

    /// Returns the time.
    pub fn now(&self) -> SystemTime {
        match &self.source {
            Source::System => SystemTime::now(),
            Source::At(time) => *time,
            Source::File(file) => file.now(),
            Source::Shared(source) => source.now(),
        }
    }

    /// Returns the time since 1970 began (UTC), as Unix time counts it; zero before.
    pub fn unix_time(&self) -> Duration {
        self.now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }

    /// Returns the clock of this process: the system's, unless a host launched it.
    pub(crate) fn of_process() -> Self {
        OF_PROCESS.get().cloned().unwrap_or_default()
    }

    /// Takes the time of this process from a host's file.
    pub(crate) fn take_from(path: &Path) -> Result<(), ClockFileError> {
        let file = ClockFile::open(path)?;
        tracing::warn!(
            path = %path.display(),
            "{VARIABLE} is set: a test controls the clock of this process"
        );
        // The process starts only once.
        let _ = OF_PROCESS.set(Self { source: Source::File(Arc::new(file)) });
        Ok(())
    }
}

impl PartialEq for Clock {
    /// Returns whether both are the same clock.
    fn eq(&self, other: &Self) -> bool {
        match (&self.source, &other.source) {
            (Source::System, Source::System) => true,
            (Source::At(one), Source::At(other)) => one == other,
            (Source::File(one), Source::File(other)) => Arc::ptr_eq(one, other),
            (Source::Shared(one), Source::Shared(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl Eq for Clock {}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match &self.source {
            Source::System => "system",
            Source::At(_) => "fixed",
            Source::File(_) => "file",
            Source::Shared(_) => "shared",
        };
        f.debug_tuple("Clock").field(&source).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_clock_runs_and_a_fixed_one_does_not() {
        let before = SystemTime::now();
        assert!(Clock::system().now() >= before);
        let time = UNIX_EPOCH + Duration::from_millis(1500);
        let fixed = Clock::at(time);
        assert_eq!((fixed.now(), fixed.unix_time()), (time, Duration::from_millis(1500)));
        let early = Clock::at(UNIX_EPOCH - Duration::from_secs(1));
        assert_eq!(early.unix_time(), Duration::ZERO);
        assert_eq!(Clock::of_process(), Clock::system());
        assert_ne!(fixed, Clock::system());
    }
}
