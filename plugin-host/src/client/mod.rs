//! One client of the API, whatever is behind it.

mod blocking;
mod http;

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use super::Host;
use super::answer::Answer;
use super::requests::ApiRequest;
pub use blocking::BlockingClient;
use http::Address;
use plugin_runtime::{Headers, Operation};

/// A client of a server's API: of a [`Host`] in this process or of a real server, with the same
/// answers.
///
/// If there is no answer, for instance because no process listens, the status is 0 and
/// [`Answer::errors`] says why. For code that is not async there is [`BlockingClient`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), plugin_host::AnswerError> {
/// use plugin_host::{Client, Host};
///
/// let host = Host::new();
/// let client = Client::of(&host);
/// let own = client.read("auth/token/lookup-self").await.success()?;
/// assert_eq!(own.field("/policies/0"), "root");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    way: Way,
    token: Option<String>,
    headers: Headers,
}

#[derive(Clone)]
enum Way {
    Host(Host),
    Http(Address),
}

impl Client {
    /// Creates a client of a host, with its root token.
    pub fn of(host: &Host) -> Self {
        Self {
            way: Way::Host(host.clone()),
            token: Some(host.root_token().to_owned()),
            headers: Headers::new(),
        }
    }

    /// Creates a client of a server over plain HTTP, at an address such as `http://127.0.0.1:8200`.
    pub fn http(address: impl AsRef<str>, token: impl Into<String>) -> Self {
        Self {
            way: Way::Http(Address::new(address.as_ref())),
            token: Some(token.into()),
            headers: Headers::new(),
        }
    }

    /// Returns a client with another token.
    #[must_use]
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// Returns a client without a token.
    #[must_use]
    pub fn without_token(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// Returns a client that sends a further header with each request, such as
    /// `X-Vault-Namespace`.
    #[must_use]
    pub fn with_header(&self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let mut client = self.clone();
        client.headers.entry(name.into()).or_default().push(value.into());
        client
    }

    /// Returns the host that it calls; `None` for a real server.
    pub fn host(&self) -> Option<&Host> {
        match &self.way {
            Way::Host(host) => Some(host),
            Way::Http(_) => None,
        }
    }

    /// Sends any request. One without a token gets the client's.
    pub async fn request(&self, request: ApiRequest) -> Answer {
        let mut request = request;
        request.token = request.token.or_else(|| self.token.clone());
        for (name, values) in &self.headers {
            request.headers.entry(name.clone()).or_default().extend(values.iter().cloned());
        }
        match &self.way {
            Way::Host(host) => host.request(request).await,
            Way::Http(address) => address.request(request).await,
        }
    }

    /// Reads a path, as `<cli> read <path>` does.
    pub async fn read(&self, path: &str) -> Answer {
        self.request(ApiRequest::new(Operation::Read, path)).await
    }

    /// Writes to a path, as `<cli> write <path> k=v …` does. Data that cannot be serialized as JSON
    /// is left out.
    pub async fn write(&self, path: &str, data: impl Serialize) -> Answer {
        self.request(ApiRequest::new(Operation::Update, path).data(data)).await
    }

    /// Patches a path, as `<cli> patch <path> k=v …` does.
    pub async fn patch(&self, path: &str, data: impl Serialize) -> Answer {
        self.request(ApiRequest::new(Operation::Patch, path).data(data)).await
    }

    /// Deletes a path, as `<cli> delete <path>` does.
    pub async fn delete(&self, path: &str) -> Answer {
        self.request(ApiRequest::new(Operation::Delete, path)).await
    }

    /// Lists a path, as `<cli> list <path>` does.
    pub async fn list(&self, path: &str) -> Answer {
        self.request(ApiRequest::new(Operation::List, path)).await
    }

    /// Returns the help of a path, as `<cli> path-help <path>` does.
    pub async fn help(&self, path: &str) -> Answer {
        self.request(ApiRequest::new(Operation::Help, path)).await
    }

    /// Logs in: writes without a token. `path` is the full one, such as `auth/mock/login`.
    /// The new token is in [`Answer::auth`].
    pub async fn login(&self, path: &str, data: impl Serialize) -> Answer {
        self.without_token().write(path, data).await
    }

    /// Enables a secrets engine, as `<cli> secrets enable -path=<path> <plugin>` does.
    pub async fn enable_secrets(&self, path: &str, plugin: &str) -> Answer {
        self.write(&format!("sys/mounts/{path}"), json!({ "type": plugin })).await
    }

    /// Disables a secrets engine, as `<cli> secrets disable <path>` does.
    pub async fn disable_secrets(&self, path: &str) -> Answer {
        self.delete(&format!("sys/mounts/{path}")).await
    }

    /// Enables an auth method, as `<cli> auth enable -path=<path> <plugin>` does; `path` without
    /// `auth/`.
    pub async fn enable_auth(&self, path: &str, plugin: &str) -> Answer {
        self.write(&format!("sys/auth/{path}"), json!({ "type": plugin })).await
    }

    /// Disables an auth method, as `<cli> auth disable <path>` does; `path` without `auth/`.
    pub async fn disable_auth(&self, path: &str) -> Answer {
        self.delete(&format!("sys/auth/{path}")).await
    }

    /// Renews a lease, as `<cli> lease renew -increment=… <id>` does. Zero means no increment.
    pub async fn renew(&self, lease_id: &str, increment: Duration) -> Answer {
        let data = json!({ "lease_id": lease_id, "increment": increment.as_secs() });
        self.write("sys/leases/renew", data).await
    }

    /// Revokes a lease, as `<cli> lease revoke -sync <id>` does: the answer comes when the plugin
    /// has revoked it.
    pub async fn revoke(&self, lease_id: &str) -> Answer {
        self.write("sys/leases/revoke", json!({ "lease_id": lease_id, "sync": true })).await
    }

    /// Revokes all leases of a prefix, as `<cli> lease revoke -sync -prefix <prefix>` does.
    pub async fn revoke_prefix(&self, prefix: &str) -> Answer {
        self.write(&format!("sys/leases/revoke-prefix/{prefix}"), json!({ "sync": true })).await
    }
}

/// The token stays out of it.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Client");
        match &self.way {
            Way::Host(host) => debug.field("host", host),
            Way::Http(address) => debug.field("address", address),
        };
        debug.finish_non_exhaustive()
    }
}
