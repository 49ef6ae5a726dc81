//! A folder that goes with the test.

use std::fs;
use std::path::{Path, PathBuf};

use super::SetUpError;

/// The longest parent below which sockets still have short enough names: 107 bytes in all.
const LONGEST_PARENT: usize = 40;

/// A new folder, removed with all that is in it when this is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn new() -> Result<Self, SetUpError> {
        let mut parent = std::env::temp_dir();
        if parent.as_os_str().len() > LONGEST_PARENT {
            parent = PathBuf::from("/tmp");
        }
        // Servers compare the plugin directory with what its links lead to.
        let parent = parent.canonicalize().map_err(|error| SetUpError::io(&parent, error))?;
        let name = uuid::Uuid::new_v4().simple().to_string();
        let path = parent.join(format!("plugin-test-{}", name.split_at(12).0));
        create(&path)?;
        Ok(Self { path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn folder(&self, name: &str) -> Result<PathBuf, SetUpError> {
        let path = self.path.join(name);
        create(&path)?;
        Ok(path)
    }

    pub(super) fn copy(&self, file: &Path, name: &str) -> Result<(), SetUpError> {
        fs::copy(file, self.path.join(name)).map_err(|error| SetUpError::io(file, error))?;
        Ok(())
    }
}

/// Creates a folder that only this user can read: the server's log and sockets are in there.
fn create(path: &Path) -> Result<(), SetUpError> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| SetUpError::io(path, error))
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
