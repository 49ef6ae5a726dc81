//! Keeps secrets out of core dumps and, where the server asks for it, out of swap.

use std::io;

/// No core dump shall hold a request.
#[cfg(unix)]
pub(super) fn forbid_core_dumps() {
    use nix::sys::resource::{Resource, setrlimit};
    if let Err(error) = setrlimit(Resource::RLIMIT_CORE, 0, 0) {
        tracing::warn!(%error, "cannot forbid core dumps");
    }
    // Where dumps go to a program, the kernel does not ask for the limit, but for this.
    #[cfg(target_os = "linux")]
    if let Err(error) = nix::sys::prctl::set_dumpable(false) {
        tracing::warn!(%error, "cannot forbid core dumps");
    }
}

/// Locks all memory, now and later.
#[cfg(unix)]
pub(super) fn lock_memory() -> io::Result<()> {
    use nix::sys::mman::{MlockAllFlags, mlockall};
    mlockall(MlockAllFlags::MCL_CURRENT | MlockAllFlags::MCL_FUTURE).map_err(io::Error::from)
}

/// Nothing to do: the system writes no dumps on its own.
#[cfg(not(unix))]
pub(super) fn forbid_core_dumps() {}

/// Not to be had on this system.
#[cfg(not(unix))]
pub(super) fn lock_memory() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
