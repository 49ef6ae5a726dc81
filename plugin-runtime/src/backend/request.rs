//! A request, as the server sends it to a backend.

use std::fmt;
use std::time::{Duration, Instant};

use crate::{Auth, Connection, Data, Headers, Operation, Secret, Storage, SystemView};

/// One request to a mount.
///
/// `Debug` shows its operation, path and the like, and never its data, token, headers or secret.
#[derive(Clone)]
#[non_exhaustive]
pub struct Request {
    /// The server's identifier of the request, as in its audit log. Empty on requests that the
    /// server makes itself.
    pub id: String,
    /// The requested operation.
    pub operation: Operation,
    /// The path within the mount, without a leading slash: `""` for the mount's root. Lists end in
    /// a slash, except for the root's.
    pub path: String,
    /// The fields of the body, or of the query for reads, lists and deletes. [`Data::none`] if
    /// there are none.
    pub data: Data,
    /// In a renewal or a revocation: the secret that was issued.
    pub secret: Option<Secret>,
    /// In the renewal of a token: the answer of the login.
    pub auth: Option<Auth>,
    /// The client's headers, as far as the mount's `passthrough_request_headers` names them.
    pub headers: Headers,
    /// A hash of the client's token, different for each mount; never the token.
    pub client_token: String,
    /// The accessor of the client's token.
    pub client_token_accessor: String,
    /// The display name of the client's token.
    pub display_name: String,
    /// The path of the mount, with namespace and trailing slash; for auth methods it includes
    /// `auth/`.
    pub mount_point: String,
    /// The plugin's name in the catalog.
    pub mount_type: String,
    /// The mount's accessor. Servers fill it in on writes and leave it empty elsewhere.
    pub mount_accessor: String,
    /// The client's request to have the answer wrapped.
    pub wrap: Option<RequestWrap>,
    /// The entity behind the token; empty for none.
    pub entity_id: String,
    /// Whether soft policies are overridden; Vault Enterprise only.
    pub policy_override: bool,
    /// Whether the request has no token, on a path that needs none.
    pub unauthenticated: bool,
    /// The client's connection. `None` for requests that the server makes itself.
    pub connection: Option<Connection>,
    /// The replication cluster; normally empty.
    pub replication_cluster: String,
    /// A snapshot from which to read; Vault only.
    pub requires_snapshot_id: String,
    /// The mount's storage. Its calls end at this request's deadline.
    pub storage: Storage,
    /// The handle for questions to the server. Its calls end at this request's deadline.
    pub system_view: SystemView,
    /// When the server stops waiting for the answer; `None` if it did not say.
    pub deadline: Option<Instant>,
}

impl Request {
    /// Creates a request with only an operation, a path and data, for tests of backends.
    pub fn new(
        operation: Operation,
        path: impl Into<String>,
        data: Data,
        storage: Storage,
    ) -> Self {
        Self {
            id: String::new(),
            operation,
            path: path.into(),
            data,
            secret: None,
            auth: None,
            headers: Headers::new(),
            client_token: String::new(),
            client_token_accessor: String::new(),
            display_name: String::new(),
            mount_point: String::new(),
            mount_type: String::new(),
            mount_accessor: String::new(),
            wrap: None,
            entity_id: String::new(),
            policy_override: false,
            unauthenticated: false,
            connection: None,
            replication_cluster: String::new(),
            requires_snapshot_id: String::new(),
            storage,
            system_view: SystemView::unavailable(),
            deadline: None,
        }
    }

    /// Returns the first value of a header; the case of its name does not matter.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .and_then(|(_, values)| values.first())
            .map(String::as_str)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("id", &self.id)
            .field("operation", &self.operation)
            .field("mount_point", &self.mount_point)
            .field("path", &self.path)
            .field("data", &self.data)
            .field("unauthenticated", &self.unauthenticated)
            .finish_non_exhaustive()
    }
}

/// A client's request to get a single-use token for the answer instead of the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestWrap {
    /// How long the wrapping token lives.
    pub ttl: Duration,
    /// The token's format: empty, or `jwt`.
    pub format: String,
    /// Whether the wrapped answer is sealed a second time.
    pub seal_wrap: bool,
}
