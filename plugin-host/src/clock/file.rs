//! The file in which the plugins that a host launches find its time.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use plugin_runtime::__private::clock::to_text;

/// A file in a private directory, which is removed with it.
#[derive(Debug)]
pub(super) struct TimeFile {
    directory: PathBuf,
    path: PathBuf,
}

impl TimeFile {
    pub(super) fn new(time: SystemTime) -> io::Result<Self> {
        let name = format!("plugin-clock-{}", uuid::Uuid::new_v4().simple());
        let directory = std::env::temp_dir().join(name);
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&directory)?;
        let file = Self { path: directory.join("time"), directory };
        file.write(time)?;
        Ok(file)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Replaces the file, so that no reader sees half of a time.
    pub(super) fn write(&self, time: SystemTime) -> io::Result<()> {
        let next = self.directory.join("next");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&next)?.write_all(to_text(time).as_bytes())?;
        fs::rename(next, &self.path)
    }
}

impl Drop for TimeFile {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}
