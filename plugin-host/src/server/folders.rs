//! The folders and the log file of one server.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::folder::{Folder, unique_name};
use super::{Log, ServerError};

/// Where Linux has a file system in memory for everybody.
const IN_MEMORY: &str = "/dev/shm";

/// The folders of one server: its home, its temporary folder, its data; and its log.
///
/// All of it is removed when this is dropped.
#[derive(Debug)]
pub struct Folders {
    root: Folder,
    log: PathBuf,
}

impl Folders {
    pub(super) fn new() -> Result<Self, ServerError> {
        let root = Folder::new()?;
        for name in ["home", "t", "data"] {
            root.folder(name)?;
        }
        let log = create_log(root.path()).map_err(ServerError::io("creating the log file"))?;
        Ok(Self { root, log })
    }

    /// Returns where everything but the log is.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// Returns the `HOME` of the server and the CLI, so that no token file of the user is read or
    /// written.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.root().join("home")
    }

    /// Returns the `TMPDIR` of the server, and so of its plugins: their sockets are here.
    #[must_use]
    pub fn temporary(&self) -> PathBuf {
        self.root().join("t")
    }

    /// Returns the folder for persistent storage.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.root().join("data")
    }

    /// Returns the log.
    #[must_use]
    pub fn log(&self) -> Log {
        Log::at(self.log.clone())
    }

    /// Opens the log, which is continued.
    pub(super) fn open_log(&self) -> Result<File, ServerError> {
        let opened = OpenOptions::new().append(true).open(&self.log);
        opened.map_err(ServerError::io(format!("opening {}", self.log.display())))
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.log);
    }
}

/// Creates an empty file for the log: in memory where the machine has a folder for that.
///
/// A server flushes its log at each end of a plugin, between telling of that end and taking note of
/// it. With a file on a disk it waits for all who write there, for seconds on a busy machine, and
/// sends requests to a plugin that is gone.
fn create_log(otherwise: &Path) -> io::Result<PathBuf> {
    let name = format!("{}.log", unique_name());
    let create = |folder: &Path| {
        let path = folder.join(&name);
        let mut options = OpenOptions::new();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.write(true).create_new(true).open(&path).map(|_| path)
    };
    create(Path::new(IN_MEMORY)).or_else(|_| create(otherwise))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_in_memory_where_that_can_be_and_goes_with_the_folders() {
        let folders = Folders::new().unwrap();
        let log = folders.log().path().to_owned();
        assert!(log.exists());
        let probe = Path::new(IN_MEMORY).join(unique_name());
        let can_be = File::create_new(&probe).is_ok();
        let _ = std::fs::remove_file(probe);
        assert_eq!(log.starts_with(IN_MEMORY), can_be, "{}", log.display());
        drop(folders);
        assert!(!log.exists(), "{} is left", log.display());
    }
}
