//! Why there is no mount to test.

use std::io;
use std::path::{Path, PathBuf};

use crate::server::ServerError;
use crate::{AnswerError, HostError};
use plugin_runtime::Error;

/// Why there is no mount to test.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetUpError {
    /// The factory made no backend.
    #[error("the factory failed to create a backend")]
    Backend(#[source] Error),
    /// The host refused.
    #[error("cannot mount the plugin")]
    Host(#[from] HostError),
    /// The server refused.
    #[error("the server refuses the plugin")]
    Refused(#[from] AnswerError),
    /// A file or a folder.
    #[error("{}", path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// What happened to it.
        source: io::Error,
    },
    /// Neither a secrets engine nor an auth method.
    #[error("`{0}` is not a plugin: expected a secrets engine or an auth method")]
    NoPlugin(String),
    /// The server did not start.
    #[error("the server did not start")]
    Server(#[from] ServerError),
    /// Everything must run, and there is no server.
    #[error(
        "{} is not set, and CI is true: set it to the path of a server's executable",
        super::SERVER
    )]
    NoServer,
}

impl SetUpError {
    pub(super) fn io(path: impl AsRef<Path>, source: io::Error) -> Self {
        Self::Io { path: path.as_ref().to_owned(), source }
    }

    /// Formats the error with all its causes, in one line.
    #[doc(hidden)]
    pub fn chain(&self) -> String {
        plugin_runtime::__private::error::chain(self)
    }
}
