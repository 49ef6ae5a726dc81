//! The file that is executed, and its checksum.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::LaunchError;

/// A SHA-256, as the catalog names a plugin's file by.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Checksum([u8; 32]);

impl Checksum {
    /// The checksum of a file.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub fn of_file(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::of(&mut File::open(path)?)
    }

    fn of(file: &mut File) -> io::Result<Self> {
        let mut sum = Sha256::new();
        let mut buffer = vec![0; 128 * 1024];
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(Self(sum.finalize().into())),
                count => sum.update(buffer.get(..count).unwrap_or_default()),
            }
        }
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checksum({self})")
    }
}

impl FromStr for Checksum {
    type Err = LaunchError;

    /// Reads 64 hexadecimal digits, as `sha256sum` prints them.
    fn from_str(text: &str) -> Result<Self, LaunchError> {
        let mut bytes = [0; 32];
        let wrong = || LaunchError::ChecksumText(text.chars().take(80).collect());
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        for (index, byte) in bytes.iter_mut().enumerate() {
            let digits = text.get(2 * index..2 * index + 2).ok_or_else(wrong)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
        }
        Ok(Self(bytes))
    }
}

/// An executable, opened and checked.
#[derive(Debug)]
pub(super) struct Binary {
    path: PathBuf,
    /// Held open until the process runs, as the path leads to it.
    _file: File,
}

impl Binary {
    /// Opens the file once, compares its checksum, and says by which path exactly this file is
    /// executed, whatever has become of its name meanwhile.
    pub(super) async fn open(path: &Path, expected: Option<Checksum>) -> Result<Self, LaunchError> {
        let owned = path.to_owned();
        let opened = tokio::task::spawn_blocking(move || Self::open_now(owned, expected)).await;
        opened.map_err(|error| LaunchError::Open {
            path: path.to_owned(),
            source: io::Error::other(error),
        })?
    }

    fn open_now(path: PathBuf, expected: Option<Checksum>) -> Result<Self, LaunchError> {
        let failed = |source| LaunchError::Open { path: path.clone(), source };
        // Looked at before it is opened, as opening a pipe waits for whoever writes to it.
        if !std::fs::metadata(&path).map_err(failed)?.is_file() {
            return Err(failed(io::Error::other("not a file")));
        }
        let mut file = File::open(&path).map_err(failed)?;
        if !file.metadata().map_err(failed)?.is_file() {
            return Err(failed(io::Error::other("not a file")));
        }
        if let Some(expected) = expected {
            let found = Checksum::of(&mut file).map_err(failed)?;
            if !bool::from(found.0.ct_eq(&expected.0)) {
                return Err(LaunchError::Checksum { found, expected });
            }
        }
        let path = executed_path(&path, &mut file).map_err(failed)?;
        Ok(Self { path, _file: file })
    }

    /// The path to execute, as long as this value lives.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// On Linux the open file has a path of its own, in the new process as well. The interpreter of a
/// script opens it anew, when it is closed already: scripts keep their name.
#[cfg(target_os = "linux")]
fn executed_path(path: &Path, file: &mut File) -> io::Result<PathBuf> {
    use std::os::fd::AsRawFd as _;
    use std::os::unix::fs::FileExt as _;

    let mut start = [0; 2];
    let is_script = file.read_at(&mut start, 0)? == 2 && start == *b"#!";
    Ok(if is_script {
        path.to_owned()
    } else {
        PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
    })
}

#[cfg(not(target_os = "linux"))]
fn executed_path(path: &Path, _: &mut File) -> io::Result<PathBuf> {
    Ok(path.to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_checksum_is_64_hexadecimal_digits() {
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let sum: Checksum = text.parse().unwrap();
        assert_eq!(sum.to_string(), text);
        assert_eq!(text.to_uppercase().parse::<Checksum>().unwrap(), sum);
        for wrong in ["", "ab", &text[1..], &format!("{text}00"), &text.replace('b', "é")] {
            assert!(matches!(wrong.parse::<Checksum>(), Err(LaunchError::ChecksumText(_))));
        }
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"abc").unwrap();
        assert_eq!(Checksum::of_file(file.path()).unwrap(), sum);
    }

    #[tokio::test]
    async fn another_checksum_is_refused_with_both() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let expected = Checksum([7; 32]);
        let error = Binary::open(file.path(), Some(expected)).await.unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("checksums did not match"), "{text}");
        assert!(
            text.contains(&expected.to_string()) && text.contains("e3b0c44298fc1c14"),
            "{text}"
        );
    }
}
