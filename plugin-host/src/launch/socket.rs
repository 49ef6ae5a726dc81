//! The socket of a plugin, which stays when the plugin is killed.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use plugin_runtime::handshake::Network;

/// How far the time of a new file may be behind the clock: file systems take that of the last tick.
const TICK: Duration = Duration::from_millis(20);

/// A socket that a plugin has made since it was started. The path is what the plugin has said: it
/// may name what was there before, and another file may have the name when the plugin has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OwnSocket {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl OwnSocket {
    /// Returns the socket, if it is one, is in the directory that the plugin was given for it, and
    /// was made after `started`.
    #[cfg(unix)]
    pub(super) fn of(network: &Network, directory: &Path, started: SystemTime) -> Option<Self> {
        let Network::Unix(path) = network else { return None };
        let path = PathBuf::from(path);
        if path.parent() != Some(directory) {
            return None;
        }
        let (device, inode, made) = socket_at(&path)?;
        let own = made + TICK >= started;
        own.then_some(Self { path, device, inode })
    }

    #[cfg(not(unix))]
    pub(super) fn of(_: &Network, _: &Path, _: SystemTime) -> Option<Self> {
        None
    }

    /// Removes it, unless the name is another file's by now.
    pub(super) fn remove(&self) {
        #[cfg(unix)]
        if socket_at(&self.path)
            .is_some_and(|(device, inode, _)| (device, inode) == (self.device, self.inode))
        {
            // What has removed it meanwhile did what was to be done.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Returns the device, the inode and the time of the socket at a path, and nothing of other files.
#[cfg(unix)]
fn socket_at(path: &Path) -> Option<(u64, u64, SystemTime)> {
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};

    let found = std::fs::symlink_metadata(path).ok()?;
    if !found.file_type().is_socket() {
        return None;
    }
    Some((found.dev(), found.ino(), found.modified().ok()?))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    fn network(path: &Path) -> Network {
        Network::Unix(path.to_str().unwrap().to_owned())
    }

    #[test]
    fn only_a_socket_that_the_plugin_made_in_its_directory_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let started = SystemTime::now();
        let _own = UnixListener::bind(at("own")).unwrap();
        std::fs::write(at("file"), "").unwrap();
        std::os::unix::fs::symlink(at("own"), at("link")).unwrap();
        std::fs::create_dir(at("sub")).unwrap();
        let _below = UnixListener::bind(at("sub/below")).unwrap();
        for name in ["file", "link", "sub", "sub/below", "missing", "sub/../own"] {
            assert_eq!(OwnSocket::of(&network(&at(name)), folder.path(), started), None, "{name}");
        }
        let later = started + Duration::from_secs(60);
        assert_eq!(OwnSocket::of(&network(&at("own")), folder.path(), later), None, "there before");

        let own = OwnSocket::of(&network(&at("own")), folder.path(), started).unwrap();
        std::fs::rename(at("own"), at("moved")).unwrap();
        let _another = UnixListener::bind(at("own")).unwrap();
        own.remove();
        assert!(at("own").exists(), "another one of the same name");
        std::fs::rename(at("moved"), at("own")).unwrap();
        own.remove();
        assert!(!at("own").exists());
        own.remove();
    }
}
