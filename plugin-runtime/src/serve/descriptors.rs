//! The limit on file descriptors.

/// Raises the soft limit on file descriptors to the hard one, as Go's runtime does for Go plugins:
/// each mount needs a descriptor, and the usual soft limit of 1024 is meant for programs that call
/// `select`. Child processes inherit the raised limit.
#[cfg(unix)]
pub(super) fn raise_limit() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let raised = getrlimit(Resource::RLIMIT_NOFILE).and_then(|(soft, hard)| {
        if soft < hard { setrlimit(Resource::RLIMIT_NOFILE, hard, hard) } else { Ok(()) }
    });
    // Then fewer mounts are possible, and each one without a descriptor reports it.
    if let Err(error) = raised {
        tracing::debug!(%error, "cannot raise the limit on file descriptors");
    }
}

/// How many pairs of descriptors a start needs: five for the runtime of the requests, four for that
/// of the signals, the counts of a thread, the socket, the server's connection, and one for a first
/// mount.
#[cfg(unix)]
const START_PAIRS: usize = 7;

/// Checks that there are enough descriptors for a start. Without them, parts of the runtime panic,
/// or the plugin starts but cannot accept a connection.
#[cfg(unix)]
pub(super) fn enough_for_a_start() -> std::io::Result<()> {
    let pairs: Result<Vec<_>, _> =
        (0..START_PAIRS).map(|_| std::os::unix::net::UnixStream::pair()).collect();
    pairs.map(drop)
}

/// Does nothing: there is no limit that could prevent a start.
#[cfg(not(unix))]
pub(super) fn enough_for_a_start() -> std::io::Result<()> {
    Ok(())
}

/// Does nothing: there is no such limit.
#[cfg(not(unix))]
pub(super) fn raise_limit() {}
