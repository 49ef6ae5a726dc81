//! A request, as an API client makes it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use plugin_runtime::Headers;
use plugin_runtime::Operation;

/// A request by its full path, as an API client makes it.
#[derive(Clone)]
#[non_exhaustive]
pub struct ApiRequest {
    /// The operation. A write is an [`Operation::Update`]; the host finds out whether it creates.
    pub operation: Operation,
    /// The full path: `mock/test`, `auth/mock/login`, `sys/mounts`.
    pub path: String,
    /// The body of a write, where null means none; or the query of any other request, whose
    /// values become text as in a URL. A body that is neither an object nor null is refused.
    pub data: Value,
    /// The client's token; `None` means without a token.
    pub token: Option<String>,
    /// The client's headers.
    pub headers: Headers,
    /// How long the client wants the answer to be wrapped, if it does.
    pub wrap_ttl: Option<Duration>,
    /// The client's address.
    pub remote_addr: IpAddr,
}

impl ApiRequest {
    /// Creates a request without data and without a token.
    pub fn new(operation: Operation, path: impl Into<String>) -> Self {
        Self {
            operation,
            path: path.into(),
            data: Value::Null,
            token: None,
            headers: Headers::new(),
            wrap_ttl: None,
            remote_addr: IpAddr::V4(Ipv4Addr::LOCALHOST),
        }
    }

    /// Sets the fields. Data that cannot be serialized as JSON is left out.
    #[must_use]
    pub fn data(mut self, data: impl Serialize) -> Self {
        self.data = serde_json::to_value(data).unwrap_or_default();
        self
    }

    /// Sets the token.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.entry(name.into()).or_default().push(value.into());
        self
    }

    /// Asks for a wrapped answer.
    #[must_use]
    pub fn wrapped(mut self, ttl: Duration) -> Self {
        self.wrap_ttl = Some(ttl);
        self
    }
}

/// Data and token stay out of it.
impl fmt::Debug for ApiRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiRequest")
            .field("operation", &self.operation)
            .field("path", &self.path)
            .field("wrap_ttl", &self.wrap_ttl)
            .finish_non_exhaustive()
    }
}
