//! A temporary folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::ServerError;

/// The longest parent below which sockets still have short enough names: 107 bytes in all.
const LONGEST_PARENT: usize = 40;

/// A new folder that only this user can read, removed with all that is in it when this is dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(crate) fn new() -> Result<Self, ServerError> {
        // A server and its plugins have their sockets below it, so a long TMPDIR gives way to /tmp.
        let mut parent = std::env::temp_dir();
        if parent.as_os_str().len() > LONGEST_PARENT {
            parent = PathBuf::from("/tmp");
        }
        // Servers compare the plugin directory with what its links lead to.
        let parent =
            parent.canonicalize().map_err(ServerError::io(parent.display().to_string()))?;
        let path = parent.join(unique_name());
        create(&path)?;
        Ok(Self { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Creates a folder in it.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, ServerError> {
        let path = self.path.join(name);
        create(&path)?;
        Ok(path)
    }

    /// Copies a file into it.
    pub(crate) fn copy(&self, file: &Path, name: &str) -> Result<(), ServerError> {
        let copied = fs::copy(file, self.path.join(name));
        copied.map_err(ServerError::io(format!("copying {}", file.display())))?;
        Ok(())
    }
}

/// Returns a name that no other file or folder has.
pub(super) fn unique_name() -> String {
    let name = uuid::Uuid::new_v4().simple().to_string();
    format!("plugin-test-{}", name.split_at(12).0)
}

fn create(path: &Path) -> Result<(), ServerError> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(ServerError::io(format!("creating {}", path.display())))
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_with_all_that_is_in_it() {
        let folder = Folder::new().unwrap();
        let path = folder.path().to_owned();
        fs::write(folder.folder("inner").unwrap().join("file"), "x").unwrap();
        assert!(path.join("inner/file").exists());
        drop(folder);
        assert!(!path.exists());
    }
}
