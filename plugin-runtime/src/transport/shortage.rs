//! Shortages of system resources, mainly file descriptors, and how to fix them.

use std::io;

use crate::report_limit::ReportLimit;

/// The system refused a file descriptor.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoDescriptor {
    #[error(
        "the plugin has used all {limit} file descriptors that it may have; raise the limit of the \
         server, which its plugins inherit (ulimit -n, or LimitNOFILE in its systemd unit)"
    )]
    Process { limit: u64, source: io::Error },
    #[error("the system has no file descriptor left; raise its limit (fs.file-max)")]
    System { source: io::Error },
}

/// One report is enough: until the shortage ends, each attempt fails the same way.
static REPORTS: ReportLimit = ReportLimit::new(1);

/// Returns whether the system lacks a resource that it may have again later, so that the same call
/// can be tried again.
pub(crate) fn is_shortage(error: &io::Error) -> bool {
    #[cfg(unix)]
    {
        use nix::errno::Errno;
        // ENOSPC is the limit on what one user may watch with epoll.
        const SHORT: [Errno; 5] =
            [Errno::EMFILE, Errno::ENFILE, Errno::ENOBUFS, Errno::ENOMEM, Errno::ENOSPC];
        error.raw_os_error().is_some_and(|code| SHORT.contains(&Errno::from_raw(code)))
    }
    #[cfg(not(unix))]
    {
        error.kind() == io::ErrorKind::OutOfMemory
    }
}

/// Returns whether a file descriptor was missing.
pub(super) fn is_descriptor(error: &io::Error) -> bool {
    #[cfg(unix)]
    {
        use nix::errno::Errno;
        let code = error.raw_os_error().map(Errno::from_raw);
        matches!(code, Some(Errno::EMFILE | Errno::ENFILE))
    }
    #[cfg(not(unix))]
    {
        let _ = error;
        false
    }
}

/// Adds to an error about missing file descriptors which limit was reached and how to raise it.
pub(crate) fn explained(error: io::Error) -> io::Error {
    #[cfg(unix)]
    {
        use nix::errno::Errno;
        use nix::sys::resource::{Resource, getrlimit};
        let kind = error.kind();
        match error.raw_os_error().map(Errno::from_raw) {
            Some(Errno::EMFILE) => {
                let limit = getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(soft, _)| soft);
                io::Error::new(kind, NoDescriptor::Process { limit, source: error })
            }
            Some(Errno::ENFILE) => io::Error::new(kind, NoDescriptor::System { source: error }),
            _ => error,
        }
    }
    #[cfg(not(unix))]
    error
}

/// Logs that something is not possible for now, with the cause. A shortage lasts, so it is logged
/// only once in a while.
pub(super) fn report(what: &str, error: io::Error) {
    REPORTS.report(|left_out| {
        let error = explained(error);
        tracing::warn!(error = %crate::logical::error::chain(&error), left_out, "{what}");
    });
}

#[cfg(all(test, unix))]
mod tests {
    use nix::errno::Errno;

    use super::*;
    use crate::logical::error::chain;

    #[test]
    fn a_missing_descriptor_is_named_with_the_limit() {
        let text = chain(&explained(Errno::EMFILE.into()));
        let (limit, _) =
            nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_NOFILE).unwrap();
        assert!(text.contains(&format!("all {limit} file descriptors")), "{text}");
        assert!(text.ends_with("Too many open files (os error 24)"), "{text}");
        let text = chain(&explained(Errno::ENFILE.into()));
        assert!(text.contains("fs.file-max"), "{text}");
        let other = explained(Errno::ECONNREFUSED.into());
        assert_eq!(other.raw_os_error(), Some(Errno::ECONNREFUSED as i32));
    }

    #[test]
    fn what_passes_is_told_from_what_does_not() {
        for errno in [Errno::EMFILE, Errno::ENFILE, Errno::ENOBUFS, Errno::ENOMEM, Errno::ENOSPC] {
            assert!(is_shortage(&errno.into()), "{errno}");
        }
        for errno in [Errno::EPIPE, Errno::ECONNRESET, Errno::ECONNABORTED] {
            assert!(!is_shortage(&errno.into()), "{errno}");
        }
        assert!(!is_shortage(&io::Error::other("text")));
    }
}
