//! A server's log file.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::ServerError;

/// The file that takes a server's stdout and stderr, its plugins' log lines included.
#[derive(Clone, Debug)]
pub struct Log {
    path: PathBuf,
}

impl Log {
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Returns where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns all of it; empty when there is none.
    #[must_use]
    pub fn text(&self) -> String {
        fs::read(&self.path)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    /// Returns whether `needle` occurs in it.
    #[must_use]
    pub fn contains(&self, needle: &str) -> bool {
        self.text().contains(needle)
    }

    /// Returns the lines with `needle` in them.
    #[must_use]
    pub fn lines_with(&self, needle: &str) -> Vec<String> {
        self.text().lines().filter(|line| line.contains(needle)).map(str::to_owned).collect()
    }

    /// Returns the last lines, for an error message.
    #[must_use]
    pub fn tail(&self, lines: usize) -> String {
        let text = self.text();
        let all: Vec<_> = text.lines().collect();
        all.get(all.len().saturating_sub(lines)..).unwrap_or_default().join("\n")
    }

    /// Waits until `needle` occurs.
    ///
    /// # Errors
    ///
    /// Fails if it doesn't within `limit`; with the last lines.
    pub fn wait_for(&self, needle: &str, limit: Duration) -> Result<(), ServerError> {
        let start = Instant::now();
        while !self.contains(needle) {
            if start.elapsed() > limit {
                let (text, log) = (needle.to_owned(), self.tail(20));
                return Err(ServerError::NotLogged { text, limit, log });
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}
