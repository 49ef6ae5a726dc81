//! Keeps secrets out of core dumps and, if the server asks for it, out of swap.

use std::io;

/// The limit on core dumps that Linux treats as "none at all": if dumps go to a program, Linux
/// ignores the limit, except for this value. No dump is that short.
#[cfg(unix)]
const NO_CORE_DUMP: u64 = 1;

/// Disables core dumps, which would contain requests.
#[cfg(unix)]
pub(super) fn forbid_core_dumps() {
    use nix::sys::resource::{Resource, setrlimit};
    if setrlimit(Resource::RLIMIT_CORE, NO_CORE_DUMP, NO_CORE_DUMP).is_ok() {
        return;
    }
    // A limit of 0 that cannot be raised covers only files. The setting that covers the rest also
    // excludes the user's debuggers and tools, so it comes second.
    #[cfg(target_os = "linux")]
    if let Err(error) = nix::sys::prctl::set_dumpable(false) {
        tracing::warn!(%error, "cannot forbid core dumps");
    }
}

/// Locks all memory: the pages in use now, and each new page when it is first used. Memory that is
/// only reserved, such as the unused part of each thread's stack, needs no RAM.
#[cfg(unix)]
pub(super) fn lock_memory() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    use nix::errno::Errno;
    use nix::sys::mman::{MlockAllFlags, mlockall};
    let all = MlockAllFlags::MCL_CURRENT | MlockAllFlags::MCL_FUTURE;
    #[cfg(target_os = "linux")]
    match mlockall(all | MlockAllFlags::from_bits_retain(nix::libc::MCL_ONFAULT)) {
        // A kernel older than 4.4.
        Err(Errno::EINVAL) => {}
        locked => return locked.map_err(io::Error::from),
    }
    mlockall(all).map_err(io::Error::from)
}

/// Does nothing: the system writes no dumps by default.
#[cfg(not(unix))]
pub(super) fn forbid_core_dumps() {}

/// Fails: locking memory is not supported on this platform.
#[cfg(not(unix))]
pub(super) fn lock_memory() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
