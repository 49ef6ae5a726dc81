//! The server binary as the CLI that operators use.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fmt};

use anyhow::{Context, Result};

use super::cli_output::Output;
use super::find::ServerBinary;
use plugin_host::server::{ServerProcess, environment};

/// The CLI for one server and token.
#[derive(Clone)]
pub struct Cli {
    binary: ServerBinary,
    address: String,
    token: String,
    home: PathBuf,
}

impl Cli {
    /// Returns the CLI of `binary` for a running server, with its root token. What the CLI writes to
    /// `HOME` goes with the server.
    #[must_use]
    pub fn new(binary: &ServerBinary, server: &ServerProcess) -> Self {
        Self {
            binary: binary.clone(),
            address: server.address().to_owned(),
            token: server.token().to_owned(),
            home: server.folders().home(),
        }
    }

    /// Returns its name: `bao` or `vault`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.binary.product.cli_name()
    }

    /// Returns the binary it runs, which is the server's.
    #[must_use]
    pub fn binary(&self) -> &ServerBinary {
        &self.binary
    }

    /// Runs one command to its end, for example `["secrets", "list"]`.
    ///
    /// # Errors
    /// Fails if the binary cannot be started. A command that fails is not an error here.
    pub fn run<S: AsRef<str>>(&self, arguments: &[S]) -> Result<Output> {
        self.finish(Command::new(&self.binary.path).args(arguments.iter().map(AsRef::as_ref)))
    }

    /// Runs the commands of a shell script as a user would paste them, in `folder`. `bao` and `vault`
    /// are this CLI there. The script ends at the first command that fails.
    ///
    /// # Errors
    /// Fails if the shell cannot be started. A script that fails is not an error here.
    pub fn run_script(&self, script: &str, folder: &Path) -> Result<Output> {
        const FUNCTIONS: &str = r#"bao() { "$CLI" "$@"; }; vault() { "$CLI" "$@"; }"#;
        let mut shell = Command::new("sh");
        shell.args(["-euc", &format!("{FUNCTIONS}\n{script}")]).current_dir(folder);
        self.finish(shell.env("CLI", &self.binary.path))
    }

    /// Runs a command with the server's address and token in its environment.
    fn finish(&self, command: &mut Command) -> Result<Output> {
        environment::without_server_settings(command);
        for prefix in ["BAO", "VAULT"] {
            command
                .env(format!("{prefix}_ADDR"), &self.address)
                .env(format!("{prefix}_TOKEN"), &self.token)
                .env(format!("{prefix}_CLI_NO_COLOR"), "1");
        }
        // Loopback needs no proxy, and one that is set would get the token.
        for name in ["NO_PROXY", "no_proxy"] {
            let others = env::var(name).unwrap_or_default();
            command.env(name, format!("127.0.0.1,{others}"));
        }
        let output = command
            .env("HOME", &self.home)
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("{} can't be started", self.binary.path.display()))?;
        Ok(Output {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}

impl fmt::Debug for Cli {
    /// Leaves out the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cli")
            .field("binary", &self.binary.path)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
