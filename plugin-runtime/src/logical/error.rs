//! Errors of requests, in the kinds that servers distinguish.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;

/// The text by which a server recognizes that a write was attempted on a node that may not write.
/// It then forwards the whole request to the node that may.
pub const READ_ONLY: &str = "cannot write to readonly storage";

/// The kind of a failure. Each kind has its own number on the wire (`ProtoError`), and decides the
/// HTTP status of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An error with only a text: HTTP 500. Servers know some texts that change that, such as the
    /// one of [`Error::read_only`].
    Unknown,
    /// The caller's mistake: HTTP 400 from an existence check, else 500. Use [`Error::bad_request`]
    /// instead in nearly all cases.
    User,
    /// The backend's own failure: HTTP 500.
    Internal,
    /// An error with a status of its own.
    Coded(StatusCode),
    /// The caller's mistake, as an error response: HTTP 400 with only the text. Servers' own
    /// backends answer bad input like this.
    BadRequest,
    /// The caller's mistake, as an error on the wire: HTTP 400, with the server's own words around
    /// the text.
    StatusBadRequest,
    /// The path exists, but not the operation: HTTP 405.
    UnsupportedOperation,
    /// The path does not exist: HTTP 404.
    UnsupportedPath,
    /// The request is invalid: HTTP 400.
    InvalidRequest,
    /// The request is not allowed: HTTP 403.
    PermissionDenied,
    /// The request waits for further approvals.
    MultiAuthzPending,
    /// A retry cannot succeed. If the revocation of a lease fails like this, the server gives it up
    /// at once.
    Unrecoverable,
}

impl ErrorKind {
    /// Returns the text that a server shows for a kind that has no text on the wire.
    fn fixed_text(self) -> Option<&'static str> {
        match self {
            Self::UnsupportedOperation => Some("unsupported operation"),
            Self::UnsupportedPath => Some("unsupported path"),
            Self::InvalidRequest => Some("invalid request"),
            Self::PermissionDenied => Some("permission denied"),
            Self::MultiAuthzPending => Some("request needs further approval"),
            Self::Unrecoverable => Some("unrecoverable error"),
            Self::Unknown
            | Self::User
            | Self::Internal
            | Self::Coded(_)
            | Self::BadRequest
            | Self::StatusBadRequest => None,
        }
    }
}

/// The reason why a request failed.
///
/// It has a kind, which becomes the HTTP status, and a message for the caller. Its cause can be
/// kept as its source, which is for the plugin's log and never leaves the process.
///
/// ```
/// use plugin_runtime::{Error, ErrorKind};
///
/// let error = Error::bad_request("ttl must be below max_ttl");
/// assert_eq!(error.kind(), ErrorKind::BadRequest);
/// assert_eq!(error.to_string(), "ttl must be below max_ttl");
/// ```
pub struct Error {
    kind: ErrorKind,
    message: Cow<'static, str>,
    /// Whether the message is the author's, if the kind has a text of its own.
    explained: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Creates a failure that is not the caller's: HTTP 500 with this text.
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self::of(ErrorKind::Unknown, message)
    }

    /// Creates an error that blames the caller: HTTP 400 with this text. Use it for nearly
    /// everything that is wrong with a request.
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::of(ErrorKind::BadRequest, message)
    }

    /// Creates an error that blames the caller, as the Go SDK's bad request error: HTTP 400, with
    /// the server's own words around the text.
    pub fn status_bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::of(ErrorKind::StatusBadRequest, message)
    }

    /// Creates an error that blames the caller, as the Go SDK's user error: HTTP 400 if an
    /// existence check returns it.
    pub fn user(message: impl Into<Cow<'static, str>>) -> Self {
        Self::of(ErrorKind::User, message)
    }

    /// Creates a failure of the backend: HTTP 500 with this text.
    pub fn internal(message: impl Into<Cow<'static, str>>) -> Self {
        Self::of(ErrorKind::Internal, message)
    }

    /// Creates an error with its own status. Non-error statuses become 500.
    pub fn coded(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        let failure = status.is_client_error() || status.is_server_error();
        let status = if failure { status } else { StatusCode::INTERNAL_SERVER_ERROR };
        Self::of(ErrorKind::Coded(status), message)
    }

    /// Creates the error for an operation that the path does not support: HTTP 405.
    pub fn unsupported_operation() -> Self {
        Self::fixed(ErrorKind::UnsupportedOperation)
    }

    /// Creates the error for a path that does not exist: HTTP 404.
    pub fn unsupported_path() -> Self {
        Self::fixed(ErrorKind::UnsupportedPath)
    }

    /// Creates the error for an invalid request: HTTP 400.
    pub fn invalid_request() -> Self {
        Self::fixed(ErrorKind::InvalidRequest)
    }

    /// Creates the error for a request that is not allowed: HTTP 403.
    pub fn permission_denied() -> Self {
        Self::fixed(ErrorKind::PermissionDenied)
    }

    /// Creates the error for a request that waits for further approvals.
    pub fn multi_authz_pending() -> Self {
        Self::fixed(ErrorKind::MultiAuthzPending)
    }

    /// Creates an error that a retry cannot fix. If the revocation of a lease fails with it, the
    /// lease becomes irrevocable at once.
    pub fn unrecoverable() -> Self {
        Self::fixed(ErrorKind::Unrecoverable)
    }

    /// Creates the error for a write on a node that may not write. The server forwards the request
    /// to the node that may.
    pub fn read_only() -> Self {
        Self::new(READ_ONLY)
    }

    /// Replaces the kind's own text with a message. The wire drops the message of kinds that have a
    /// fixed text, so it is sent next to the error, as an error response.
    ///
    /// ```
    /// use plugin_runtime::Error;
    ///
    /// let error = Error::permission_denied().explained("the role allows no batch tokens");
    /// assert_eq!(error.to_string(), "the role allows no batch tokens");
    /// ```
    #[must_use]
    pub fn explained(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.message = not_empty(message.into());
        self.explained = self.kind.fixed_text().is_some();
        self
    }

    /// Sets the cause, for the log.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Returns the kind of the failure.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns the message for the caller; never empty.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the message, if it says more than the kind's own text and so must be sent next to
    /// it.
    pub(crate) fn explanation(&self) -> Option<&str> {
        self.explained.then_some(&self.message)
    }

    fn of(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: not_empty(message.into()), explained: false, source: None }
    }

    fn fixed(kind: ErrorKind) -> Self {
        Self::of(kind, kind.fixed_text().unwrap_or_default())
    }
}

/// Replaces an empty text, which means success in several places of the protocol.
fn not_empty(message: Cow<'static, str>) -> Cow<'static, str> {
    if message.is_empty() { Cow::Borrowed("unknown error") } else { message }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind)
            .field("message", &self.message)
            .field("source", &self.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

/// Formats an error with its causes, in one line. A cause is not repeated if the error's text
/// already contains it.
pub fn chain(error: &dyn StdError) -> String {
    crate::log::text_of(format_args!("{}", Chain(error)))
}

struct Chain<'a>(&'a dyn StdError);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.0.to_string();
        let mut cause = self.0.source();
        while let Some(error) = cause {
            let next = error.to_string();
            if !text.ends_with(&next) {
                text.push_str(": ");
                text.push_str(&next);
            }
            cause = error.source();
        }
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_error_has_an_empty_text() {
        assert_eq!(Error::new("").message(), "unknown error");
        assert_eq!(Error::permission_denied().explained("").message(), "unknown error");
        assert_eq!(Error::unsupported_path().message(), "unsupported path");
    }

    #[test]
    fn a_coded_success_is_still_a_failure() {
        let error = Error::coded(StatusCode::OK, "odd");
        assert_eq!(error.kind(), ErrorKind::Coded(StatusCode::INTERNAL_SERVER_ERROR));
    }

    #[test]
    fn only_kinds_that_lose_their_message_need_an_explanation_beside_them() {
        assert_eq!(Error::bad_request("a").explained("b").explanation(), None);
        assert_eq!(Error::permission_denied().explanation(), None);
        let explained = Error::permission_denied().explained("no batch tokens");
        assert_eq!(explained.explanation(), Some("no batch tokens"));
    }

    #[test]
    fn a_chain_says_nothing_twice() {
        let failed = || std::io::Error::other("no way back");
        let same = Error::internal("no way back").with_source(failed());
        assert_eq!(chain(&same), "no way back");
        let taken_over = Error::internal("cannot read: no way back").with_source(failed());
        assert_eq!(chain(&taken_over), "cannot read: no way back");
        let other = Error::internal("cannot read").with_source(failed());
        assert_eq!(chain(&other), "cannot read: no way back");
    }

    #[test]
    fn the_source_is_not_in_the_message() {
        let error = Error::new("cannot sign").with_source("key 12345");
        assert_eq!(error.to_string(), "cannot sign");
        assert_eq!(error.source().unwrap().to_string(), "key 12345");
    }
}
