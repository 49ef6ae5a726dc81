//! One client of the API, whatever is behind it.

mod http;

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use super::Host;
use super::answer::Answer;
use super::requests::ApiRequest;
use http::Address;
use plugin_runtime::Operation;

/// A client of a server's API: of a [`Host`] in this process or of a real server, with the same
/// answers.
///
/// Where no answer comes, because nobody listens for instance, the status is 0 and
/// [`Answer::errors`] says why.
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
}

#[derive(Clone)]
enum Way {
    Host(Host),
    Http(Address),
}

impl Client {
    /// A client of a host, with its root token.
    pub fn of(host: &Host) -> Self {
        Self { way: Way::Host(host.clone()), token: Some(host.root_token().to_owned()) }
    }

    /// A client of a server over plain HTTP, at an address such as `http://127.0.0.1:8200`.
    pub fn http(address: impl AsRef<str>, token: impl Into<String>) -> Self {
        Self { way: Way::Http(Address::new(address.as_ref())), token: Some(token.into()) }
    }

    /// The same with another token.
    #[must_use]
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// The same without a token.
    #[must_use]
    pub fn without_token(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// The host behind it; `None` for a real server.
    pub fn host(&self) -> Option<&Host> {
        match &self.way {
            Way::Host(host) => Some(host),
            Way::Http(_) => None,
        }
    }

    /// Any request. One without a token gets the client's.
    pub async fn request(&self, request: ApiRequest) -> Answer {
        let mut request = request;
        request.token = request.token.or_else(|| self.token.clone());
        match &self.way {
            Way::Host(host) => host.request(request).await,
            Way::Http(address) => address.request(request).await,
        }
    }

    /// `<cli> read <path>`.
    pub async fn read(&self, path: &str) -> Answer {
        self.request(ApiRequest::new(Operation::Read, path)).await
    }

    /// `<cli> write <path> k=v …`. What has no form in JSON is sent as no data.
    pub async fn write(&self, path: &str, data: impl Serialize) -> Answer {
        self.request(ApiRequest::new(Operation::Update, path).data(data)).await
    }

    /// `<cli> patch <path> k=v …`.
    pub async fn patch(&self, path: &str, data: impl Serialize) -> Answer {
        self.request(ApiRequest::new(Operation::Patch, path).data(data)).await
    }

    /// `<cli> delete <path>`.
    pub async fn delete(&self, path: &str) -> Answer {
        self.request(ApiRequest::new(Operation::Delete, path)).await
    }

    /// `<cli> list <path>`.
    pub async fn list(&self, path: &str) -> Answer {
        self.request(ApiRequest::new(Operation::List, path)).await
    }

    /// `<cli> path-help <path>`.
    pub async fn help(&self, path: &str) -> Answer {
        self.request(ApiRequest::new(Operation::Help, path)).await
    }

    /// A login: a write without a token. `path` is the full one, such as `auth/mock/login`. The
    /// new token is in [`Answer::auth`].
    pub async fn login(&self, path: &str, data: impl Serialize) -> Answer {
        self.without_token().write(path, data).await
    }

    /// `<cli> secrets enable -path=<path> <plugin>`.
    pub async fn enable_secrets(&self, path: &str, plugin: &str) -> Answer {
        self.write(&format!("sys/mounts/{path}"), json!({ "type": plugin })).await
    }

    /// `<cli> secrets disable <path>`.
    pub async fn disable_secrets(&self, path: &str) -> Answer {
        self.delete(&format!("sys/mounts/{path}")).await
    }

    /// `<cli> auth enable -path=<path> <plugin>`; `path` without `auth/`.
    pub async fn enable_auth(&self, path: &str, plugin: &str) -> Answer {
        self.write(&format!("sys/auth/{path}"), json!({ "type": plugin })).await
    }

    /// `<cli> auth disable <path>`; `path` without `auth/`.
    pub async fn disable_auth(&self, path: &str) -> Answer {
        self.delete(&format!("sys/auth/{path}")).await
    }

    /// `<cli> lease renew -increment=… <id>`. Zero is no wish.
    pub async fn renew(&self, lease_id: &str, increment: Duration) -> Answer {
        let data = json!({ "lease_id": lease_id, "increment": increment.as_secs() });
        self.write("sys/leases/renew", data).await
    }

    /// `<cli> lease revoke -sync <id>`: the answer comes when the plugin has revoked it.
    pub async fn revoke(&self, lease_id: &str) -> Answer {
        self.write("sys/leases/revoke", json!({ "lease_id": lease_id, "sync": true })).await
    }

    /// `<cli> lease revoke -sync -prefix <prefix>`.
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
