//! The plugin under test, mounted.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::server::{DevServer, Folder};
use crate::{Answer, Client, Host};

/// A server with the plugin in its folder.
pub(super) struct OnServer {
    pub(super) server: DevServer,
    // Dropped last: the server must have ended before the folder goes.
    pub(super) _plugins: Folder,
}

/// A mounted plugin, wherever it runs. Clones are the same mount.
#[derive(Clone)]
pub struct Mounted {
    client: Client,
    path: String,
    server: Option<Arc<OnServer>>,
}

impl Mounted {
    pub(super) fn new(client: Client, path: &str) -> Self {
        Self { client, path: path.trim_end_matches('/').to_owned(), server: None }
    }

    pub(super) fn kept_by(mut self, server: Arc<OnServer>) -> Self {
        self.server = Some(server);
        self
    }

    /// Returns the client, for paths of the server's own and of other mounts. It has the root token
    /// unless this mount was made by [`Mounted::with_token`].
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Returns the host, for faults, storage and the clock; `None` on a real server.
    pub fn host(&self) -> Option<&Host> {
        self.client.host()
    }

    /// Returns where the plugin is mounted, without a slash at the end; with `auth/` for an auth
    /// method.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the full path of a path within the mount.
    pub fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.path)
    }

    /// Returns the same mount with another token.
    #[must_use]
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self { client: self.client.with_token(token), ..self.clone() }
    }

    /// Reads a path within the mount.
    pub async fn read(&self, path: &str) -> Answer {
        self.client.read(&self.at(path)).await
    }

    /// Writes to a path within the mount.
    pub async fn write(&self, path: &str, data: impl Serialize) -> Answer {
        self.client.write(&self.at(path), data).await
    }

    /// Patches what is at a path within the mount.
    pub async fn patch(&self, path: &str, data: impl Serialize) -> Answer {
        self.client.patch(&self.at(path), data).await
    }

    /// Deletes what is at a path within the mount.
    pub async fn delete(&self, path: &str) -> Answer {
        self.client.delete(&self.at(path)).await
    }

    /// Lists a path within the mount.
    pub async fn list(&self, path: &str) -> Answer {
        self.client.list(&self.at(path)).await
    }

    /// Reads the help of a path within the mount.
    pub async fn help(&self, path: &str) -> Answer {
        self.client.help(&self.at(path)).await
    }

    /// Writes to a path within the mount without a token. A new token is in
    /// [`Answer::auth`].
    pub async fn login(&self, path: &str, data: impl Serialize) -> Answer {
        self.client.login(&self.at(path), data).await
    }

    /// Lets time pass. A host's clock is moved, and with it the [`Clock`](plugin_runtime::Clock) of
    /// its mounts, in memory and over the wire; what is due is done when this returns. A real
    /// server takes its time, and may need a moment more for what is due.
    pub async fn pass(&self, time: Duration) {
        match self.host() {
            Some(host) => drop(host.advance(time).await),
            None => tokio::time::sleep(time).await,
        }
    }

    /// Returns what the real server has logged so far; `None` where there is none.
    pub fn server_log(&self) -> Option<String> {
        self.server.as_ref().map(|on| on.server.log().text())
    }
}

impl fmt::Debug for Mounted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mounted")
            .field("path", &self.path)
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}
