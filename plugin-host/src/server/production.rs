//! A server as in production: a config file, persistent storage, init, unseal, restart.

use std::fs;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Folders, ServerError, ServerProcess, port};

/// A running server with raft storage, one key share and a root token; of one node, until it gets a
/// standby.
pub struct ProductionServer {
    process: ServerProcess,
    unseal_key: String,
}

/// What a server's config file says beyond what every server needs.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    file_storage: bool,
    https: Option<Https>,
}

/// A listener with TLS.
#[derive(Clone, Debug)]
struct Https {
    certificate: PathBuf,
    key: PathBuf,
}

impl Settings {
    /// Returns settings for raft storage and HTTP alone.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps the data in files, for Vault before 1.4. Newer OpenBao has no such storage.
    #[must_use]
    pub fn file_storage(mut self) -> Self {
        self.file_storage = true;
        self
    }

    /// Listens over HTTPS too, with a certificate for `127.0.0.1` and its key in PEM files. That
    /// address becomes the server's `api_addr`; [`ServerProcess::address`] stays the one over HTTP.
    #[must_use]
    pub fn https(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.https = Some(Https { certificate: certificate.into(), key: key.into() });
        self
    }
}

/// The answer of `sys/init`.
#[derive(Deserialize)]
struct Initialised {
    keys_base64: [String; 1],
    root_token: String,
}

impl ProductionServer {
    /// Starts `binary` with a config file that names `plugin_directory`, initialises and unseals it.
    /// `variables` are added to its environment.
    ///
    /// # Errors
    ///
    /// Fails if any of that fails; with the end of its log.
    pub fn start(
        binary: &Path,
        plugin_directory: &Path,
        variables: &[(&str, &str)],
    ) -> Result<Self, ServerError> {
        Self::start_with(binary, plugin_directory, variables, &Settings::new())
    }

    /// Starts a server as [`ProductionServer::start`] does, with more in its config file.
    ///
    /// # Errors
    ///
    /// As [`ProductionServer::start`].
    pub fn start_with(
        binary: &Path,
        plugin_directory: &Path,
        variables: &[(&str, &str)],
        settings: &Settings,
    ) -> Result<Self, ServerError> {
        let mut server = Self::listening(binary, plugin_directory, variables, settings)?;
        server.initialise()?;
        server.unseal()?;
        Ok(server)
    }

    /// Starts a further node and makes it a standby of this server.
    ///
    /// # Errors
    ///
    /// Fails if it doesn't start, or doesn't become a standby of this server.
    pub fn start_standby(
        &self,
        plugin_directory: &Path,
        variables: &[(&str, &str)],
    ) -> Result<Self, ServerError> {
        let mut node =
            Self::listening(self.binary(), plugin_directory, variables, &Settings::new())?;
        node.unseal_key.clone_from(&self.unseal_key);
        let body = json!({ "leader_api_addr": self.address() });
        let joined = node.api().write("sys/storage/raft/join", body).success();
        joined.map_err(ServerError::refused("to join the cluster"))?;
        node.send_key()?;
        let leader = self.address();
        node.process.wait("a standby of the active node", |node| {
            let known = node.api().read("sys/leader").raw_as::<Value>().unwrap_or_default();
            known["leader_address"] == leader && known["is_self"] != true
        })?;
        node.process.set_token(self.token().to_owned());
        Ok(node)
    }

    /// Starts a node and waits until it answers.
    fn listening(
        binary: &Path,
        plugin_directory: &Path,
        variables: &[(&str, &str)],
        settings: &Settings,
    ) -> Result<Self, ServerError> {
        let prepare = || prepare(binary, plugin_directory, variables, settings);
        let process = ServerProcess::listening(prepare, LISTENING, is_listening)?;
        Ok(Self { process, unseal_key: String::new() })
    }

    fn initialise(&mut self) -> Result<(), ServerError> {
        let body = json!({ "secret_shares": 1, "secret_threshold": 1 });
        let answer = self.api().write("sys/init", body).success();
        let initialised = answer.and_then(|answer| answer.raw_as::<Initialised>());
        let Initialised { keys_base64: [key], root_token } =
            initialised.map_err(ServerError::refused("to be initialised"))?;
        self.unseal_key = key;
        self.process.set_token(root_token);
        Ok(())
    }

    /// Unseals it and waits until it is active.
    ///
    /// # Errors
    ///
    /// Fails if the key is refused or it doesn't become active.
    pub fn unseal(&mut self) -> Result<(), ServerError> {
        self.send_key()?;
        self.process.wait("unsealed and active", is_active)?;
        // The root token proves whose server answers.
        let own = self.api().read("auth/token/lookup-self").success();
        let own = own.map_err(ServerError::refused("its root token"))?;
        if *own.field("/id") != self.token() {
            return Err(ServerError::Foreign { address: self.address().to_owned() });
        }
        Ok(())
    }

    /// Unseals it and waits until it serves reads as a standby.
    ///
    /// # Errors
    ///
    /// Fails if the key is refused or it doesn't become a standby.
    pub fn unseal_standby(&mut self) -> Result<(), ServerError> {
        self.send_key()?;
        self.process.wait("a standby that serves reads", |node| {
            !is_active(node) && node.api().read("auth/token/lookup-self").is_success()
        })
    }

    fn send_key(&self) -> Result<(), ServerError> {
        let answer = self.api().write("sys/unseal", json!({ "key": self.unseal_key }));
        answer.success().map_err(ServerError::refused("its unseal key"))?;
        Ok(())
    }

    /// Returns whether it is unsealed and the active node.
    #[must_use]
    pub fn is_active(&self) -> bool {
        is_active(&self.process)
    }

    /// Starts it again after it ended or was killed, with the same config and data. It is sealed
    /// then.
    ///
    /// # Errors
    ///
    /// Fails if it still runs, or doesn't start or listen.
    pub fn start_again(&mut self) -> Result<(), ServerError> {
        self.process.start()?;
        self.process.wait(LISTENING, is_listening)
    }

    /// Sends SIGHUP, at which a server reads its config file again.
    ///
    /// # Errors
    ///
    /// Fails if it is not running or its log doesn't report the reload.
    #[cfg(unix)]
    pub fn reload_config(&mut self) -> Result<(), ServerError> {
        let count = |server: &ServerProcess| server.log().lines_with("reload triggered").len();
        let before = count(self);
        self.process.hang_up()?;
        self.process.wait("done with SIGHUP", |server| count(server) > before)
    }
}

impl Deref for ProductionServer {
    type Target = ServerProcess;

    fn deref(&self) -> &ServerProcess {
        &self.process
    }
}

impl DerefMut for ProductionServer {
    fn deref_mut(&mut self) -> &mut ServerProcess {
        &mut self.process
    }
}

impl std::fmt::Debug for ProductionServer {
    /// Leaves out token and key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ProductionServer").field(&self.process).finish()
    }
}

const LISTENING: &str = "listening";

fn is_listening(server: &ServerProcess) -> bool {
    server.api().read("sys/seal-status").status == 200
}

fn is_active(server: &ServerProcess) -> bool {
    // 200 is active; 429 standby, 503 sealed, 501 not initialised.
    server.api().read("sys/health").status == 200
}

fn prepare(
    binary: &Path,
    plugin_directory: &Path,
    variables: &[(&str, &str)],
    settings: &Settings,
) -> Result<ServerProcess, ServerError> {
    let folders = Folders::new()?;
    let port = port::free_pair()?;
    let config = folders.root().join("server.hcl");
    let text = config_text(&folders, plugin_directory, port, settings)?;
    fs::write(&config, text).map_err(ServerError::io("writing the server's config file"))?;
    let arguments = vec![format!("-config={}", config.display())];
    Ok(ServerProcess::new(binary, folders, port, arguments, variables))
}

/// Returns the config file. Raft storage is what both products have, in all but very old versions:
/// newer OpenBao has no file storage any more. Vault demands `disable_mlock` with raft; OpenBao
/// ignores it.
fn config_text(
    folders: &Folders,
    plugin_directory: &Path,
    port: u16,
    settings: &Settings,
) -> Result<String, ServerError> {
    let data = folders.data();
    let storage = match settings.file_storage {
        true => format!("storage \"file\" {{\n  path = \"{}\"\n}}\n", data.display()),
        false => format!(
            "storage \"raft\" {{\n  path = \"{}\"\n  node_id = \"{port}\"\n  \
             performance_multiplier = 1\n}}\n",
            data.display()
        ),
    };
    let (api_address, https) = match &settings.https {
        None => (format!("http://127.0.0.1:{port}"), String::new()),
        Some(Https { certificate, key }) => {
            let port = port::free_pair()?;
            let listener = format!(
                "listener \"tcp\" {{\n  address = \"127.0.0.1:{port}\"\n  \
                 cluster_address = \"127.0.0.1:{}\"\n  tls_cert_file = \"{}\"\n  \
                 tls_key_file = \"{}\"\n}}\n",
                port.saturating_add(1),
                certificate.display(),
                key.display()
            );
            (format!("https://127.0.0.1:{port}"), listener)
        }
    };
    // The folders' names are our own: none holds a quote or a backslash. The port above is free,
    // thus there is one.
    Ok(format!(
        "plugin_directory = \"{plugins}\"\n\
         api_addr = \"{api_address}\"\n\
         cluster_addr = \"https://127.0.0.1:{cluster}\"\n\
         disable_mlock = true\n\
         {storage}\
         listener \"tcp\" {{\n  address = \"127.0.0.1:{port}\"\n  \
         cluster_address = \"127.0.0.1:{cluster}\"\n  tls_disable = true\n}}\n\
         {https}",
        plugins = plugin_directory.display(),
        cluster = port.saturating_add(1),
    ))
}
