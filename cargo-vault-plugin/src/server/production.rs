//! A server as in production: a config file, persistent storage, init, unseal, restart.

use std::fmt;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;
use serde_json::json;

use super::find::Product;
use super::log::Log;
use super::process::Folders;
use super::{Api, Cli, ServerBinary, ServerProcess, port};

/// How long a server may take to answer, to elect itself or to unseal.
const LIMIT: Duration = Duration::from_secs(60);

/// How often a start is repeated because another process took the port.
const ATTEMPTS: usize = 4;

/// A running server with raft storage, one key share and a root token; of one node, until it gets a
/// standby.
pub struct ProductionServer {
    process: ServerProcess,
    address: String,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    unseal_key: String,
    token: String,
}

impl ProductionServer {
    /// Starts it with a config file that names `plugin_directory`, initialises and unseals it.
    ///
    /// # Errors
    /// When any of that fails; with the end of its log.
    pub fn start(
        binary: &ServerBinary,
        plugin_directory: &Path,
        variables: &[(&str, &str)],
    ) -> Result<Self> {
        let mut server = Self::listening(binary, plugin_directory, variables)?;
        server.initialise()?;
        server.unseal()?;
        Ok(server)
    }

    /// Starts a further node and makes it a standby of this server.
    ///
    /// # Errors
    /// When it doesn't start, or doesn't become a standby of this server.
    pub fn start_standby(
        &self,
        plugin_directory: &Path,
        variables: &[(&str, &str)],
    ) -> Result<Self> {
        let binary = self.process.binary();
        let mut node = Self::listening(binary, plugin_directory, variables)?;
        node.unseal_key.clone_from(&self.unseal_key);
        let body = json!({ "leader_api_addr": self.address });
        node.api().write("sys/storage/raft/join", &body)?.success().context("raft join")?;
        node.api().unseal(&node.unseal_key)?.success().context("unsealing the standby")?;
        let api = node.api();
        node.wait("a standby of the active node", |_| {
            api.read("sys/leader").is_ok_and(|answer| {
                answer.body["leader_address"] == self.address.as_str()
                    && answer.body["is_self"] != true
            })
        })?;
        node.token.clone_from(&self.token);
        Ok(node)
    }

    /// Starts a node and waits until it answers.
    fn listening(
        binary: &ServerBinary,
        plugin_directory: &Path,
        variables: &[(&str, &str)],
    ) -> Result<Self> {
        for _ in 0..ATTEMPTS {
            let mut server = Self::launch(binary, plugin_directory, variables)?;
            match server.wait_until_listening() {
                Ok(()) => return Ok(server),
                Err(_) if server.log().contains("address already in use") => {}
                Err(error) => return Err(error),
            }
        }
        bail!("in {ATTEMPTS} attempts others took the port of the server before it did")
    }

    fn launch(
        binary: &ServerBinary,
        plugin_directory: &Path,
        variables: &[(&str, &str)],
    ) -> Result<Self> {
        let folders = Folders::new()?;
        let port = port::free_pair()?;
        let config = folders.root().join("server.hcl");
        let text = config_text(binary.product, &folders, plugin_directory, port)?;
        fs::write(&config, text).context("writing the server's config file")?;
        let arguments = vec![format!("-config={}", config.display())];
        let process = ServerProcess::start(binary, folders, &arguments, variables)?;
        Ok(Self {
            process,
            address: format!("http://127.0.0.1:{port}"),
            arguments,
            variables: variables.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect(),
            unseal_key: String::new(),
            token: String::new(),
        })
    }

    fn initialise(&mut self) -> Result<()> {
        let body = json!({ "secret_shares": 1, "secret_threshold": 1 });
        let answer = self.api().write("sys/init", &body)?.success().context("init")?;
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        self.unseal_key = text(&answer.body["keys_base64"][0]).context("init gave no key")?;
        self.token = text(&answer.body["root_token"]).context("init gave no root token")?;
        Ok(())
    }

    /// Unseals it and waits until it is active.
    ///
    /// # Errors
    /// When the key is refused or it doesn't become active.
    pub fn unseal(&mut self) -> Result<()> {
        self.api().unseal(&self.unseal_key)?.success().context("unseal")?;
        self.wait("unsealed and active", Self::is_active)?;
        // The root token proves whose server answers.
        let own = self.api().read("auth/token/lookup-self")?.success().context("our root token")?;
        if own.data()["id"] != self.token.as_str() {
            bail!("another server answers at {}", self.address);
        }
        Ok(())
    }

    /// Unseals it and waits until it serves reads as a standby.
    ///
    /// # Errors
    /// When the key is refused or it doesn't become a standby.
    pub fn unseal_standby(&mut self) -> Result<()> {
        self.api().unseal(&self.unseal_key)?.success().context("unseal")?;
        self.wait("a standby that serves reads", |node| {
            let own = node.api().read("auth/token/lookup-self");
            !node.is_active() && own.is_ok_and(|answer| answer.is_success())
        })
    }

    /// Returns whether it is unsealed and the active node.
    #[must_use]
    pub fn is_active(&self) -> bool {
        // 200 is active; 429 standby, 503 sealed, 501 not initialised.
        self.api().read("sys/health").is_ok_and(|answer| answer.status == 200)
    }

    /// Ends it with SIGTERM and starts it again with the same config and data. It is sealed then.
    ///
    /// # Errors
    /// When it doesn't end, start or listen.
    pub fn restart(&mut self) -> Result<()> {
        self.process.stop()?;
        self.start_again()
    }

    /// Starts it again after it ended or was killed. It is sealed then.
    ///
    /// # Errors
    /// When it still runs, or doesn't start or listen.
    pub fn start_again(&mut self) -> Result<()> {
        let variables: Vec<_> =
            self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.process.start_again(&self.arguments, &variables)?;
        self.wait_until_listening()
    }

    /// Sends SIGHUP, at which a server reads its config file again.
    ///
    /// # Errors
    /// When it is not running or its log doesn't report the reload.
    pub fn reload_config(&self) -> Result<()> {
        let mark = "reload triggered";
        let before = self.log().lines_with(mark).len();
        self.process.signal(Signal::SIGHUP)?;
        let start = Instant::now();
        while self.log().lines_with(mark).len() == before {
            if start.elapsed() > LIMIT {
                bail!("no {mark:?} in the log after SIGHUP:\n{}", self.log().tail(15));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn wait_until_listening(&mut self) -> Result<()> {
        let api = Api::new(&self.address, None);
        self.wait("listening", |_| api.read("sys/seal-status").is_ok_and(|a| a.status == 200))
    }

    fn wait(&mut self, what: &str, mut reached: impl FnMut(&Self) -> bool) -> Result<()> {
        let start = Instant::now();
        while !reached(self) {
            if let Some(status) = self.process.exit_status() {
                bail!("the server ended ({status}) before it was {what}:\n{}", self.log().tail(15));
            }
            if start.elapsed() > LIMIT {
                bail!("the server was not {what} within {LIMIT:?}:\n{}", self.log().tail(15));
            }
            thread::sleep(Duration::from_millis(25));
        }
        Ok(())
    }

    /// Returns its address.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns its API with the root token.
    #[must_use]
    pub fn api(&self) -> Api {
        let token = Some(self.token.as_str()).filter(|token| !token.is_empty());
        Api::new(&self.address, token)
    }

    /// Returns its CLI with the root token.
    #[must_use]
    pub fn cli(&self) -> Cli {
        self.process.cli(&self.address, &self.token)
    }

    /// Returns its log, which restarts continue.
    #[must_use]
    pub fn log(&self) -> Log {
        self.process.log()
    }

    /// Returns the process.
    #[must_use]
    pub fn process(&self) -> &ServerProcess {
        &self.process
    }

    /// Returns the process, to stop or kill it.
    pub fn process_mut(&mut self) -> &mut ServerProcess {
        &mut self.process
    }
}

impl fmt::Debug for ProductionServer {
    /// Without token and key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProductionServer").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Returns the config file. Raft storage is what every version of both products has: newer OpenBao has no
/// file storage any more.
fn config_text(
    product: Product,
    folders: &Folders,
    plugin_directory: &Path,
    port: u16,
) -> Result<String> {
    let cluster = port.checked_add(1).context("the port above")?;
    // Vault demands the setting with raft; OpenBao has dropped it and warns about it.
    let mlock = match product {
        Product::Vault => "disable_mlock = true\n",
        Product::OpenBao => "",
    };
    // The folders' names are our own: none holds a quote or a backslash.
    Ok(format!(
        "plugin_directory = \"{plugins}\"\n\
         api_addr = \"http://127.0.0.1:{port}\"\n\
         cluster_addr = \"https://127.0.0.1:{cluster}\"\n\
         {mlock}\
         storage \"raft\" {{\n  path = \"{data}\"\n  node_id = \"{port}\"\n  performance_multiplier = 1\n}}\n\
         listener \"tcp\" {{\n  address = \"127.0.0.1:{port}\"\n  \
         cluster_address = \"127.0.0.1:{cluster}\"\n  tls_disable = true\n}}\n",
        plugins = plugin_directory.display(),
        data = folders.data().display(),
    ))
}
