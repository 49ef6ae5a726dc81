//! The file that is executed, and its checksum.

#[cfg(target_os = "linux")]
use std::ffi::CString;
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
    /// Computes the checksum of a file.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read.
    pub fn of_file(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::of(&mut File::open(path)?)
    }

    fn of(file: &mut impl io::Read) -> io::Result<Self> {
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
    /// Opens the file once, compares its checksum, and says by which path the bytes that have it
    /// are executed, whatever has become of the file meanwhile.
    pub(super) async fn open(
        path: &Path,
        expected: Option<Checksum>,
        in_place: bool,
    ) -> Result<Self, LaunchError> {
        let owned = path.to_owned();
        let open = move || Self::open_now(owned, expected, in_place);
        let opened = tokio::task::spawn_blocking(open).await;
        opened.map_err(|error| LaunchError::Open {
            path: path.to_owned(),
            source: io::Error::other(error),
        })?
    }

    fn open_now(
        path: PathBuf,
        expected: Option<Checksum>,
        in_place: bool,
    ) -> Result<Self, LaunchError> {
        let failed = |source| LaunchError::Open { path: path.clone(), source };
        // Looked at before it is opened, as opening a pipe waits for a writer.
        if !std::fs::metadata(&path).map_err(failed)?.is_file() {
            return Err(failed(io::Error::other("not a file")));
        }
        let mut file = File::open(&path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if !metadata.is_file() {
            return Err(failed(io::Error::other("not a file")));
        }
        if let Some(expected) = expected {
            // A file that may not be executed is not executed by way of a copy.
            let copy = if in_place || !is_executable(&metadata) {
                None
            } else {
                Copy::of(&path, &mut file).map_err(failed)?
            };
            let checked = match &copy {
                Some(copy) => &copy.memory,
                None => &file,
            };
            let found = Checksum::of(&mut &*checked).map_err(failed)?;
            if !bool::from(found.0.ct_eq(&expected.0)) {
                return Err(LaunchError::Checksum { found, expected });
            }
            // What the checksum vouches for decides, and not what else the file may hold meanwhile.
            if let Some(Copy { memory, needs_its_place: false }) = copy {
                file = memory;
            }
        }
        let path = executed_path(&path, &file).map_err(failed)?;
        Ok(Self { path, _file: file })
    }

    /// Returns the path to execute, as long as this value lives.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(unix)]
fn is_executable(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    true
}

/// Returns whether the file is a script. Its interpreter opens it by name, when what is open here
/// is closed already: scripts keep their name.
#[cfg(target_os = "linux")]
fn is_script(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::FileExt as _;

    let mut start = [0; 2];
    Ok(file.read_at(&mut start, 0)? == 2 && start == *b"#!")
}

/// A file's bytes in memory that is never written to again.
struct Copy {
    memory: File,
    /// Whether the program runs only where its file is.
    needs_its_place: bool,
}

#[cfg(target_os = "linux")]
impl Copy {
    /// Copies a file. `None` where the system does not execute memory.
    fn of(path: &Path, file: &mut File) -> io::Result<Option<Self>> {
        use std::io::Write as _;
        use std::os::fd::AsRawFd as _;
        use std::os::unix::ffi::OsStrExt as _;

        use nix::fcntl::{FcntlArg, SealFlag, fcntl};
        use nix::sys::memfd::{MFdFlags, memfd_create};

        let name = path.file_name().unwrap_or_default().as_bytes();
        let name = CString::new(name.get(..LONGEST_NAME).unwrap_or(name))?;
        let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
        // Kernels since 6.3 ask for this flag; those before refuse it.
        let executable = MFdFlags::from_bits_retain(nix::libc::MFD_EXEC);
        let made = memfd_create(name.as_c_str(), flags | executable)
            .or_else(|_| memfd_create(name.as_c_str(), flags));
        let Ok(writable) = made else { return Ok(None) };
        let mut writable = File::from(writable);
        let mut search = OriginSearch::default();
        let mut buffer = vec![0; 128 * 1024];
        loop {
            let count = file.read(&mut buffer)?;
            let read = buffer.get(..count).unwrap_or_default();
            if read.is_empty() {
                break;
            }
            search.add(read);
            writable.write_all(read)?;
        }
        let seals = SealFlag::F_SEAL_WRITE
            | SealFlag::F_SEAL_GROW
            | SealFlag::F_SEAL_SHRINK
            | SealFlag::F_SEAL_SEAL;
        fcntl(&writable, FcntlArg::F_ADD_SEALS(seals))?;
        // What is open for writing is not executed: opened again for reading, and closed.
        let memory = File::open(format!("/proc/self/fd/{}", writable.as_raw_fd()))?;
        let needs_its_place = search.found || is_script(&memory)?;
        Ok(Some(Self { memory, needs_its_place }))
    }
}

#[cfg(not(target_os = "linux"))]
impl Copy {
    fn of(_: &Path, _: &mut File) -> io::Result<Option<Self>> {
        Ok(None)
    }
}

/// How many bytes of its name a file in memory may have: the system's limit.
#[cfg(target_os = "linux")]
const LONGEST_NAME: usize = 249;

/// Looks for `$ORIGIN`, which the loader replaces by the folder of the program's file, in parts.
#[cfg(target_os = "linux")]
#[derive(Default)]
struct OriginSearch {
    found: bool,
    /// The end of the last part.
    tail: Vec<u8>,
}

#[cfg(target_os = "linux")]
impl OriginSearch {
    const TEXTS: [&[u8]; 2] = [b"$ORIGIN", b"${ORIGIN}"];

    fn add(&mut self, part: &[u8]) {
        let holds = |bytes: &[u8]| {
            bytes.iter().enumerate().filter(|(_, byte)| **byte == b'$').any(|(at, _)| {
                Self::TEXTS.iter().any(|text| bytes.get(at..).is_some_and(|b| b.starts_with(text)))
            })
        };
        // What begins in the last part ends within as many bytes.
        const MOST: usize = "${ORIGIN}".len();
        self.tail.extend_from_slice(part.get(..MOST.min(part.len())).unwrap_or_default());
        self.found |= holds(&self.tail) || holds(part);
        self.tail.extend_from_slice(part.get(MOST.min(part.len())..).unwrap_or_default());
        let start = self.tail.len().saturating_sub(MOST);
        self.tail.drain(..start);
    }
}

/// Returns the path of the open file, which on Linux is the same in the new process.
#[cfg(target_os = "linux")]
fn executed_path(path: &Path, file: &File) -> io::Result<PathBuf> {
    use std::os::fd::AsRawFd as _;

    Ok(if is_script(file)? {
        path.to_owned()
    } else {
        PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
    })
}

#[cfg(not(target_os = "linux"))]
fn executed_path(path: &Path, _: &File) -> io::Result<PathBuf> {
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
        let error = Binary::open(file.path(), Some(expected), false).await.unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("checksums did not match"), "{text}");
        assert!(
            text.contains(&expected.to_string()) && text.contains("e3b0c44298fc1c14"),
            "{text}"
        );
    }

    /// An executable file in a folder of its own, and its checksum.
    #[cfg(target_os = "linux")]
    fn executable(content: &[u8]) -> (tempfile::TempDir, PathBuf, Checksum) {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("program");
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let sum = Checksum::of_file(&path).unwrap();
        (folder, path, sum)
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn what_is_executed_is_what_had_the_checksum_whatever_becomes_of_the_file() {
        let content = vec![7; 1_000_000];
        let (_folder, path, sum) = executable(&content);
        let binary = Binary::open(&path, Some(sum), false).await.unwrap();
        // The same inode, by those who have it open for writing.
        std::fs::write(&path, "another program").unwrap();
        assert_eq!(std::fs::read(binary.path()).unwrap(), content);
        for writable in [false, true] {
            let mut options = std::fs::OpenOptions::new();
            let opened = options.read(true).write(writable).open(binary.path());
            let written = opened.and_then(|mut file| file.write_all(b"x"));
            assert!(written.is_err(), "a sealed copy is not written to");
        }
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn what_needs_its_place_is_executed_there() {
        let far = |text: &[u8], at: usize| {
            let mut content = vec![b'$'; 400_000];
            content[at..at + text.len()].copy_from_slice(text);
            content
        };
        for (content, in_place) in [
            (b"#!/bin/sh\n".to_vec(), false),
            (far(b"$ORIGIN", 0), false),
            // Across the parts in which it is read.
            (far(b"$ORIGIN", 131_072 - 3), false),
            (far(b"${ORIGIN}", 131_072 - 8), false),
            (far(b"${ORIGIN}", 400_000 - 9), false),
            (vec![7; 10], true),
        ] {
            let (_folder, path, sum) = executable(&content);
            let binary = Binary::open(&path, Some(sum), in_place).await.unwrap();
            let link = std::fs::canonicalize(binary.path()).unwrap();
            assert_eq!(link, std::fs::canonicalize(&path).unwrap());
        }
        let (_folder, path, sum) = executable(&far(b"$ORIGI", 131_072 - 3));
        let binary = Binary::open(&path, Some(sum), false).await.unwrap();
        let link = std::fs::read_link(binary.path()).unwrap();
        assert_eq!(link, Path::new("/memfd:program (deleted)"));
    }
}
