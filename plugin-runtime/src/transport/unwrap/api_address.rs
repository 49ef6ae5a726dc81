//! Where the server's API is.

use std::fmt;
use std::sync::Arc;

use http::Uri;
use http::uri::Scheme;

use super::UnwrapError;
use super::token::Claims;

/// The address of the API's operation that unwraps a token.
#[derive(Clone, Debug)]
pub(crate) struct ApiAddress {
    /// On the heap, as errors carry it.
    uri: Arc<Uri>,
}

impl ApiAddress {
    /// Returns the operation's address at the server that issued the token.
    pub(super) fn of(claims: &Claims) -> Result<Self, UnwrapError> {
        let base = claims.addr.trim().trim_end_matches('/');
        if base.is_empty() {
            return Err(UnwrapError::NoAddress);
        }
        let uri = format!("{base}/v1/sys/wrapping/unwrap").parse().ok();
        uri.and_then(Self::checked)
            .ok_or_else(|| UnwrapError::Address(claims.addr.chars().take(200).collect()))
    }

    fn checked(uri: Uri) -> Option<Self> {
        let known = matches!(uri.scheme_str(), Some("http" | "https"));
        let host = uri.host().unwrap_or_default();
        (known && !host.is_empty()).then(|| Self { uri: Arc::new(uri) })
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }

    pub(super) fn is_https(&self) -> bool {
        self.uri.scheme() == Some(&Scheme::HTTPS)
    }

    /// Returns the host's name or address, without the brackets of IPv6.
    pub(super) fn host(&self) -> &str {
        let host = self.uri.host().unwrap_or_default();
        host.trim_start_matches('[').trim_end_matches(']')
    }

    pub(super) fn port(&self) -> u16 {
        self.uri.port_u16().unwrap_or(if self.is_https() { 443 } else { 80 })
    }

    /// Returns the address to which an answer redirects; `None` where the token would be sent in the clear
    /// and was not before.
    pub(super) fn redirected(&self, to: &str) -> Option<Self> {
        let uri: Uri = to.parse().ok()?;
        let next = Self::checked(uri)?;
        (next.is_https() || !self.is_https()).then_some(next)
    }
}

/// Shows the address without the operation's path, as it is configured.
impl fmt::Display for ApiAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.uri.scheme_str().unwrap_or_default();
        let port = self.uri.port_u16();
        write!(f, "{scheme}://{}", self.uri.host().unwrap_or_default())?;
        port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}
