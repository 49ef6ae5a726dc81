//! The server's `TMPDIR`, which libc removes from the environment of some programs.
//!
//! A program that gets more privileges from its file than its parent has (a file capability such as
//! `cap_ipc_lock`, set-user-ID, set-group-ID) runs in "secure mode": the kernel announces it in the
//! auxiliary vector, and glibc removes every variable from the environment by which an unprivileged
//! user could make a privileged program read or write elsewhere. `TMPDIR` is one of them, and the
//! only one that this library uses.
//!
//! It is safe to use here. The plugin creates a socket with a new name in the directory, which
//! fails if a file exists, removes only that socket, and accepts only connections that mutual TLS
//! authenticates. The server starts the plugin and chooses the directory. Any other parent only
//! gains a socket in a directory of its choice, and nothing that a capability to lock memory would
//! extend.

use std::path::PathBuf;

/// The variable that names the directory for temporary files.
pub(super) const VARIABLE: &str = "TMPDIR";

/// Returns the directory for temporary files that the server named, or the system's.
pub(super) fn temporary_directory() -> PathBuf {
    let named = std::env::var_os(VARIABLE).or_else(removed_by_libc);
    // Empty means unset, as it does in Go.
    let named = named.filter(|directory| !directory.is_empty());
    named.map_or_else(default_directory, PathBuf::from)
}

#[cfg(unix)]
fn default_directory() -> PathBuf {
    PathBuf::from("/tmp")
}

#[cfg(not(unix))]
fn default_directory() -> PathBuf {
    std::env::temp_dir()
}

#[cfg(target_os = "linux")]
use linux::removed_by_libc;

#[cfg(not(target_os = "linux"))]
fn removed_by_libc() -> Option<std::ffi::OsString> {
    None
}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::OsString;
    use std::io;
    use std::os::unix::ffi::OsStringExt as _;

    use super::VARIABLE;

    /// The key of the auxiliary vector's entry that is not zero in secure mode.
    const AT_SECURE: usize = 23;

    /// Returns the variable's value at the start of the process, if the process runs in secure mode.
    pub(super) fn removed_by_libc() -> Option<OsString> {
        match original() {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, "cannot read the environment at the process's start");
                None
            }
        }
    }

    fn original() -> io::Result<Option<OsString>> {
        match read_original() {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                while_dumpable(read_original)
            }
            read => read,
        }
    }

    fn read_original() -> io::Result<Option<OsString>> {
        if !is_secure(&std::fs::read("/proc/self/auxv")?) {
            return Ok(None);
        }
        Ok(value(&std::fs::read("/proc/self/environ")?))
    }

    /// Makes the process's own files in `/proc` readable to its user while `read` runs. In secure
    /// mode, the kernel gives them to root. No secret is in memory yet, and the kernel does not let
    /// a process of the same user attach without the capabilities of this one.
    fn while_dumpable<T>(read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        nix::sys::prctl::set_dumpable(true)?;
        let found = read();
        nix::sys::prctl::set_dumpable(false)?;
        found
    }

    /// Returns whether an auxiliary vector, pairs of a key and a value, announces secure mode.
    fn is_secure(auxiliary: &[u8]) -> bool {
        const WORD: usize = size_of::<usize>();
        let word = |bytes: &[u8]| bytes.try_into().map(usize::from_ne_bytes).unwrap_or_default();
        let mut entries = auxiliary.chunks_exact(2 * WORD).map(|entry| entry.split_at(WORD));
        entries.any(|(key, value)| word(key) == AT_SECURE && word(value) != 0)
    }

    /// Returns the variable's value in a block of `name=value`, each with a zero byte at its end.
    fn value(block: &[u8]) -> Option<OsString> {
        let mut variables = block.split(|byte| *byte == 0);
        let value = variables.find_map(|variable| {
            variable.strip_prefix(VARIABLE.as_bytes())?.strip_prefix(b"=").map(<[u8]>::to_vec)
        })?;
        Some(OsString::from_vec(value))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_first_variable_of_that_very_name_counts() {
            let of = |block: &[u8]| value(block).map(OsString::into_vec);
            assert_eq!(of(b"A=1\0TMPDIR=/a b\xff\0TMPDIR=/c\0"), Some(b"/a b\xff".to_vec()));
            assert_eq!(of(b"TMPDIR=\0"), Some(Vec::new()));
            for block in [&b""[..], b"\0\0", b"XTMPDIR=/x\0TMPDIRX=/x\0TMPDIR\0A=TMPDIR=/x\0"] {
                assert_eq!(of(block), None, "{block:?}");
            }
        }

        #[test]
        fn secure_mode_is_what_the_auxiliary_vector_says() {
            let vector = |entries: &[(usize, usize)]| -> Vec<u8> {
                let words = entries.iter().flat_map(|(key, value)| [*key, *value]);
                words.flat_map(usize::to_ne_bytes).collect()
            };
            assert!(is_secure(&vector(&[(6, 4096), (AT_SECURE, 1), (0, 0)])));
            assert!(!is_secure(&vector(&[(6, AT_SECURE), (AT_SECURE, 0), (0, 0)])));
            assert!(!is_secure(&vector(&[(AT_SECURE, 1)])[..9]), "cut off");
            assert!(!is_secure(&std::fs::read("/proc/self/auxv").unwrap()), "of this test");
        }
    }
}
