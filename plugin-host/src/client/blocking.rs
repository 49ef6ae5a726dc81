//! The client for code that is not async.

use std::future::Future;
use std::time::Duration;

use serde::Serialize;

use super::Client;
use crate::answer::Answer;
use crate::requests::ApiRequest;

/// A [`Client`] for code that is not async: each call blocks the thread until the answer is there.
///
/// It must not be called on a thread that runs async tasks, where blocking would stop them all.
#[derive(Clone, Debug)]
pub struct BlockingClient(Client);

impl BlockingClient {
    /// Creates a client of a server over plain HTTP, at an address such as `http://127.0.0.1:8200`.
    pub fn http(address: impl AsRef<str>, token: impl Into<String>) -> Self {
        Self(Client::http(address, token))
    }

    /// Returns the client for async code, with the same token and headers.
    pub fn client(&self) -> &Client {
        &self.0
    }

    /// Returns a client with another token.
    #[must_use]
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self(self.0.with_token(token))
    }

    /// Returns a client without a token.
    #[must_use]
    pub fn without_token(&self) -> Self {
        Self(self.0.without_token())
    }

    /// Returns a client that sends a further header with each request, such as
    /// `X-Vault-Namespace`.
    #[must_use]
    pub fn with_header(&self, name: impl Into<String>, value: impl Into<String>) -> Self {
        Self(self.0.with_header(name, value))
    }

    /// Sends any request. One without a token gets the client's.
    pub fn request(&self, request: ApiRequest) -> Answer {
        wait(self.0.request(request))
    }

    /// Reads a path, as [`Client::read`] does.
    pub fn read(&self, path: &str) -> Answer {
        wait(self.0.read(path))
    }

    /// Writes to a path, as [`Client::write`] does.
    pub fn write(&self, path: &str, data: impl Serialize) -> Answer {
        wait(self.0.write(path, data))
    }

    /// Patches a path, as [`Client::patch`] does.
    pub fn patch(&self, path: &str, data: impl Serialize) -> Answer {
        wait(self.0.patch(path, data))
    }

    /// Deletes a path, as [`Client::delete`] does.
    pub fn delete(&self, path: &str) -> Answer {
        wait(self.0.delete(path))
    }

    /// Lists a path, as [`Client::list`] does.
    pub fn list(&self, path: &str) -> Answer {
        wait(self.0.list(path))
    }

    /// Returns the help of a path, as [`Client::help`] does.
    pub fn help(&self, path: &str) -> Answer {
        wait(self.0.help(path))
    }

    /// Logs in, as [`Client::login`] does.
    pub fn login(&self, path: &str, data: impl Serialize) -> Answer {
        wait(self.0.login(path, data))
    }

    /// Enables a secrets engine, as [`Client::enable_secrets`] does.
    pub fn enable_secrets(&self, path: &str, plugin: &str) -> Answer {
        wait(self.0.enable_secrets(path, plugin))
    }

    /// Disables a secrets engine, as [`Client::disable_secrets`] does.
    pub fn disable_secrets(&self, path: &str) -> Answer {
        wait(self.0.disable_secrets(path))
    }

    /// Enables an auth method, as [`Client::enable_auth`] does.
    pub fn enable_auth(&self, path: &str, plugin: &str) -> Answer {
        wait(self.0.enable_auth(path, plugin))
    }

    /// Disables an auth method, as [`Client::disable_auth`] does.
    pub fn disable_auth(&self, path: &str) -> Answer {
        wait(self.0.disable_auth(path))
    }

    /// Renews a lease, as [`Client::renew`] does.
    pub fn renew(&self, lease_id: &str, increment: Duration) -> Answer {
        wait(self.0.renew(lease_id, increment))
    }

    /// Revokes a lease, as [`Client::revoke`] does.
    pub fn revoke(&self, lease_id: &str) -> Answer {
        wait(self.0.revoke(lease_id))
    }

    /// Revokes all leases of a prefix, as [`Client::revoke_prefix`] does.
    pub fn revoke_prefix(&self, prefix: &str) -> Answer {
        wait(self.0.revoke_prefix(prefix))
    }
}

/// Waits for an answer on a runtime of its own, whose set-up takes less time than a connection.
fn wait(answer: impl Future<Output = Answer>) -> Answer {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(answer),
        Err(error) => Answer::refused(0, format!("no request was sent: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_answer_is_an_error_that_names_the_address_and_no_token() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let client = BlockingClient::http(format!("http://{free}"), "planted-token");
        let error = client.read("x").success().unwrap_err().to_string();
        assert!(error.starts_with(&format!("no answer from http://{free}: ")), "{error}");
        assert!(!format!("{client:?} {error}").contains("planted-token"));
    }
}
