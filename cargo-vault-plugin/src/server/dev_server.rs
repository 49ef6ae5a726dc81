//! A dev server: in memory, unsealed, up in about a second.

use std::fmt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::process::Folders;
use super::random::token;
use super::{Api, Cli, ServerBinary, ServerProcess, port};

/// How long a server may take to answer. It runs each file of the plugin folder four times first.
const START_LIMIT: Duration = Duration::from_secs(60);

/// How often a start is repeated because another process took the port.
const ATTEMPTS: usize = 4;

/// The variables that tell OpenBao and Vault which root token to use.
const TOKEN_VARIABLES: [&str; 2] = ["BAO_DEV_ROOT_TOKEN_ID", "VAULT_DEV_ROOT_TOKEN_ID"];

/// A running dev server with a random root token on a free port of 127.0.0.1.
pub struct DevServer {
    process: ServerProcess,
    address: String,
    token: String,
}

impl DevServer {
    /// Starts it and waits until it answers.
    ///
    /// Each file in `plugin_directory` is registered under its file name. `variables` are added to
    /// its environment.
    ///
    /// # Errors
    /// When it doesn't come up; with the end of its log.
    pub fn start(
        binary: &ServerBinary,
        plugin_directory: Option<&Path>,
        variables: &[(&str, &str)],
    ) -> Result<Self> {
        for _ in 0..ATTEMPTS {
            let mut server = Self::launch(binary, plugin_directory, variables)?;
            if server.wait_until_ready()? {
                return Ok(server);
            }
        }
        bail!("in {ATTEMPTS} attempts others took the port of the server before it did")
    }

    fn launch(
        binary: &ServerBinary,
        plugin_directory: Option<&Path>,
        variables: &[(&str, &str)],
    ) -> Result<Self> {
        let port = port::free_pair()?;
        let token = token()?;
        let mut arguments = vec![
            "-dev".to_owned(),
            "-dev-no-store-token".to_owned(),
            format!("-dev-listen-address=127.0.0.1:{port}"),
        ];
        if let Some(folder) = plugin_directory {
            arguments.push(format!("-dev-plugin-dir={}", folder.display()));
        }
        // In the environment, which other users cannot read as they can a command line.
        let mut variables = variables.to_vec();
        variables.extend(TOKEN_VARIABLES.map(|name| (name, token.as_str())));
        let process = ServerProcess::start(binary, Folders::new()?, &arguments, &variables)?;
        Ok(Self { process, address: format!("http://127.0.0.1:{port}"), token })
    }

    /// Waits until it answers; `false` if another process has the port.
    fn wait_until_ready(&mut self) -> Result<bool> {
        let start = Instant::now();
        let api = self.api();
        while start.elapsed() < START_LIMIT {
            if let Some(status) = self.process.exit_status() {
                if self.log().contains("address already in use") {
                    return Ok(false);
                }
                bail!("the server ended at its start ({status}):\n{}", self.log().tail(15));
            }
            // Only our server knows the random token: an answer to it proves whose port it is.
            if let Ok(answer) = api.read("auth/token/lookup-self")
                && answer.data()["id"] == self.token.as_str()
            {
                return Ok(true);
            }
            thread::sleep(Duration::from_millis(25));
        }
        bail!("the server did not answer within {START_LIMIT:?}:\n{}", self.log().tail(15))
    }

    /// Returns its address, for example `http://127.0.0.1:41234`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns its root token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Returns its API with the root token.
    #[must_use]
    pub fn api(&self) -> Api {
        Api::new(&self.address, Some(&self.token))
    }

    /// Returns its CLI with the root token.
    #[must_use]
    pub fn cli(&self) -> Cli {
        self.process.cli(&self.address, &self.token)
    }

    /// Returns its log.
    #[must_use]
    pub fn log(&self) -> super::log::Log {
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

    /// Waits until exactly `count` plugin processes run, and returns them.
    ///
    /// # Errors
    /// When there are more or fewer after `limit`.
    pub fn wait_for_plugins(&self, count: usize, limit: Duration) -> Result<Vec<u32>> {
        self.process.wait_for_plugins(count, limit).context("plugin processes of the dev server")
    }
}

impl fmt::Debug for DevServer {
    /// Leaves out the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevServer").field("address", &self.address).finish_non_exhaustive()
    }
}
