//! Why a server is not as it should be.

use std::io;
use std::time::Duration;

use crate::AnswerError;

/// Why a server is not as it should be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// A file, a folder or a process.
    #[error("{what}")]
    Io {
        /// What was attempted.
        what: String,
        /// How it failed.
        source: io::Error,
    },
    /// No port for it.
    #[error("no two neighbouring free ports on 127.0.0.1")]
    NoPort,
    /// Other processes were quicker.
    #[error("other processes took the server's port in each of {attempts} attempts")]
    PortTaken {
        /// How often it was started.
        attempts: usize,
    },
    /// It ended or took too long.
    #[error("the server was not {state}: {why}; its log ends\n{log}")]
    NotReached {
        /// The state that was waited for.
        state: String,
        /// Whether it ended or took too long.
        why: String,
        /// The end of its log.
        log: String,
    },
    /// It refused a request.
    #[error("the server refused {request}")]
    Refused {
        /// What was requested.
        request: &'static str,
        /// The answer.
        source: AnswerError,
    },
    /// Another process has its port.
    #[error("another server answers at {address}")]
    Foreign {
        /// Where.
        address: String,
    },
    /// It has ended or was not started.
    #[error("the server is not running")]
    NotRunning,
    /// It is to be started and runs already.
    #[error("the server is still running")]
    StillRunning,
    /// It did not end when it was told to.
    #[error("the server had to be killed: it did not end within {0:?} of SIGTERM")]
    Killed(Duration),
    /// It has more or fewer plugin processes than expected.
    #[error("{found} plugin processes instead of {expected} after {limit:?}")]
    Plugins {
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
        /// How long it was waited for.
        limit: Duration,
    },
    /// Its log lacks a text.
    #[error("the log lacks {text:?} after {limit:?}; it ends\n{log}")]
    NotLogged {
        /// The text.
        text: String,
        /// How long it was waited for.
        limit: Duration,
        /// The end of the log.
        log: String,
    },
}

impl ServerError {
    /// Returns a conversion of an error of the operating system.
    pub(super) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    pub(super) fn refused(request: &'static str) -> impl FnOnce(AnswerError) -> Self {
        move |source| Self::Refused { request, source }
    }
}
