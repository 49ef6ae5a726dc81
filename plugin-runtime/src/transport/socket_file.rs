//! The file of a Unix socket, and its removal.

use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;

/// A socket's file; none for other sockets. It is removed once: with the last of the clones, or before that.
#[derive(Clone, Debug, Default)]
pub struct SocketFile {
    file: Arc<File>,
}

#[derive(Debug, Default)]
struct File {
    path: Mutex<Option<PathBuf>>,
}

impl SocketFile {
    #[cfg(unix)]
    pub(super) fn of(path: PathBuf) -> Self {
        Self { file: Arc::new(File { path: Mutex::new(Some(path)) }) }
    }

    /// Removes the file now. Connections that are open stay so.
    pub fn remove(&self) {
        self.file.remove();
    }
}

impl File {
    fn remove(&self) {
        if let Some(path) = self.path.lock().take() {
            // Another owner removed it first.
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        self.remove();
    }
}
