//! A host's time, in a file that its plugins read.
//!
//! The host replaces the file as a whole, so that a reader finds either time and never a part of
//! one, and does so before it reports that time has passed.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;

/// The variable that names the file.
pub const VARIABLE: &str = "PLUGIN_TEST_CLOCK";

/// No time that the system can express has more digits in nanoseconds.
const LONGEST_TEXT: u64 = 48;

/// A file that a host writes its time to.
#[derive(Debug)]
pub struct ClockFile {
    path: PathBuf,
    /// The time that was read last, for when the host has exited and removed its file.
    last: Mutex<SystemTime>,
}

/// Reasons why a file cannot be a clock.
#[derive(Debug, thiserror::Error)]
pub enum ClockFileError {
    #[error("cannot read the clock `{}` that {VARIABLE} names; unset it", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error(
        "{VARIABLE} names `{}`, which is not a test's clock: it must be a file of this user that no \
         other user can write to; unset the variable",
        path.display()
    )]
    Foreign { path: PathBuf },
}

impl ClockFile {
    /// Opens the file at `path`.
    pub fn open(path: &Path) -> Result<Self, ClockFileError> {
        let unreadable = |source| ClockFileError::Read { path: path.to_owned(), source };
        let metadata = fs::symlink_metadata(path).map_err(unreadable)?;
        if !metadata.is_file() || !is_private(&metadata) {
            return Err(ClockFileError::Foreign { path: path.to_owned() });
        }
        let last = Mutex::new(read(path).map_err(unreadable)?);
        Ok(Self { path: path.to_owned(), last })
    }

    /// Returns the time in the file.
    pub fn now(&self) -> SystemTime {
        let mut last = self.last.lock();
        if let Ok(now) = read(&self.path) {
            *last = now;
        }
        *last
    }
}

#[cfg(unix)]
fn is_private(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    metadata.uid() == nix::unistd::geteuid().as_raw() && metadata.mode() & 0o022 == 0
}

#[cfg(not(unix))]
fn is_private(_: &fs::Metadata) -> bool {
    true
}

fn read(path: &Path) -> io::Result<SystemTime> {
    let mut text = String::new();
    File::open(path)?.take(LONGEST_TEXT).read_to_string(&mut text)?;
    from_text(&text).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not a time"))
}

/// Returns a time as text: nanoseconds since 1970, negative before.
pub fn to_text(time: SystemTime) -> String {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => format!("{}\n", after.as_nanos()),
        Err(before) => format!("-{}\n", before.duration().as_nanos()),
    }
}

fn from_text(text: &str) -> Option<SystemTime> {
    let text = text.strip_suffix('\n')?;
    let length = |nanoseconds: &str| {
        let nanoseconds: u128 = nanoseconds.parse().ok()?;
        let seconds = u64::try_from(nanoseconds / 1_000_000_000).ok()?;
        let rest = u32::try_from(nanoseconds % 1_000_000_000).ok()?;
        Some(Duration::new(seconds, rest))
    };
    match text.strip_prefix('-') {
        Some(before) => UNIX_EPOCH.checked_sub(length(before)?),
        None => UNIX_EPOCH.checked_add(length(text)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_survive_as_text() {
        let second = Duration::from_secs(1);
        for time in [
            UNIX_EPOCH,
            UNIX_EPOCH + Duration::new(5, 7),
            UNIX_EPOCH - Duration::new(5, 7),
            UNIX_EPOCH + second * u32::MAX,
        ] {
            assert_eq!(from_text(&to_text(time)), Some(time));
        }
        for text in [
            "",
            "1",
            "\n",
            "-\n",
            "x\n",
            "1\n\n",
            "--1\n",
            "1.5\n",
            "9999999999999999999999999999999\n",
        ] {
            assert_eq!(from_text(text), None, "{text:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_none_or_that_others_can_write_to_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clock");
        let read = |error: ClockFileError| matches!(error, ClockFileError::Read { .. });
        assert!(read(ClockFile::open(&path).unwrap_err()), "there is none");
        fs::write(&path, "soon\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(read(ClockFile::open(&path).unwrap_err()), "not a time");
        fs::write(&path, to_text(UNIX_EPOCH)).unwrap();
        for mode in [0o602, 0o620] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let refused = ClockFile::open(&path).unwrap_err();
            assert!(refused.to_string().contains("PLUGIN_TEST_CLOCK"), "{refused}");
            assert!(!read(refused));
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        for not_a_file in [link.as_path(), folder.path(), Path::new("/dev/null")] {
            assert!(!read(ClockFile::open(not_a_file).unwrap_err()), "{}", not_a_file.display());
        }

        let clock = ClockFile::open(&path).unwrap();
        let later = UNIX_EPOCH + Duration::from_secs(3600);
        fs::write(&path, to_text(later)).unwrap();
        assert_eq!(clock.now(), later);
        fs::remove_file(&path).unwrap();
        assert_eq!(clock.now(), later, "the host is gone");
    }
}
