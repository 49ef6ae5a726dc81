//! A raw HTTP answer, without the server's envelope.

use std::fmt;

use bytes::Bytes;
use http::StatusCode;

/// An HTTP answer that goes to the client as it is: status, type and body.
///
/// ```
/// use http::StatusCode;
/// use plugin_runtime::{RawResponse, Response};
///
/// let crl = RawResponse::new(StatusCode::OK, "application/pkix-crl", &b"..."[..]);
/// let response = Response::raw(crl.cache_control("max-age=60"));
/// # let _ = response;
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RawResponse {
    pub(super) status: StatusCode,
    pub(super) content_type: String,
    pub(super) body: Bytes,
    pub(super) cache_control: Option<String>,
    pub(super) pragma: Option<String>,
    pub(super) www_authenticate: Option<String>,
}

impl RawResponse {
    /// Creates an answer with a body of this type.
    pub fn new(
        status: StatusCode,
        content_type: impl Into<String>,
        body: impl Into<Bytes>,
    ) -> Self {
        Self {
            status,
            content_type: content_type.into(),
            body: body.into(),
            cache_control: None,
            pragma: None,
            www_authenticate: None,
        }
    }

    /// Creates HTTP 204, the only answer without a content type.
    pub fn no_content() -> Self {
        Self::new(StatusCode::NO_CONTENT, "", Bytes::new())
    }

    /// Sets the header `Cache-Control`.
    #[must_use]
    pub fn cache_control(mut self, value: impl Into<String>) -> Self {
        self.cache_control = Some(value.into());
        self
    }

    /// Sets the header `Pragma`.
    #[must_use]
    pub fn pragma(mut self, value: impl Into<String>) -> Self {
        self.pragma = Some(value.into());
        self
    }

    /// Sets the header `WWW-Authenticate`.
    #[must_use]
    pub fn www_authenticate(mut self, value: impl Into<String>) -> Self {
        self.www_authenticate = Some(value.into());
        self
    }
}

impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawResponse")
            .field("status", &self.status)
            .field("content_type", &self.content_type)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}
