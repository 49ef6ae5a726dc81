//! A real server in development mode, ended with the test.

use std::fmt;
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{Folder, SetUpError};
use crate::Client;

/// How long a server may take to answer. It runs each plugin several times first.
const START_LIMIT: Duration = Duration::from_secs(60);

/// How long a server may take to end when it is asked to.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often a start is repeated because another process took the port.
const ATTEMPTS: usize = 4;

/// How much of the log is shown of a start that failed, in lines.
const SHOWN: usize = 15;

/// A running server.
pub(super) struct Server {
    child: Child,
    address: String,
    token: String,
    log: PathBuf,
    // These are dropped after the process has ended.
    _home: Folder,
    plugins: Folder,
}

impl Server {
    /// Starts a server and waits until it answers. Every file in `plugins` is registered.
    pub(super) async fn start(binary: &Path, plugins: Folder) -> Result<Self, SetUpError> {
        let mut plugins = plugins;
        for _ in 0..ATTEMPTS {
            let mut server = Self::launch(binary, plugins)?;
            if server.wait_until_ready().await? {
                return Ok(server);
            }
            plugins = server.give_back()?;
        }
        let why = format!("in {ATTEMPTS} attempts others took its port before it did");
        Err(SetUpError::Server { why, log: String::new() })
    }

    fn launch(binary: &Path, plugins: Folder) -> Result<Self, SetUpError> {
        let home = Folder::new()?;
        let log = home.path().join("server.log");
        let output = File::create(&log).map_err(|error| SetUpError::io(&log, error))?;
        let errors = output.try_clone().map_err(|error| SetUpError::io(&log, error))?;
        let port = free_port()?;
        let token = uuid::Uuid::new_v4().simple().to_string();
        let mut command = Command::new(binary);
        // Settings of the user's own servers would change what is tested.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("BAO_") || text.starts_with("VAULT_") {
                command.env_remove(&name);
            }
        }
        let child = command
            .args(["server", "-dev", "-dev-no-store-token"])
            .arg(format!("-dev-listen-address=127.0.0.1:{port}"))
            .arg(format!("-dev-plugin-dir={}", plugins.path().display()))
            // In the environment, which other users cannot read as they can a command line.
            .env("BAO_DEV_ROOT_TOKEN_ID", &token)
            .env("VAULT_DEV_ROOT_TOKEN_ID", &token)
            .env("HOME", home.folder("home")?)
            .env("TMPDIR", home.folder("t")?)
            .env("BAO_LOG_LEVEL", "debug")
            .env("VAULT_LOG_LEVEL", "debug")
            .current_dir(home.path())
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(|error| SetUpError::io(binary, error))?;
        let address = format!("http://127.0.0.1:{port}");
        Ok(Self { child, address, token, log, _home: home, plugins })
    }

    /// Waits until the server is up; returns false if another process has the port.
    async fn wait_until_ready(&mut self) -> Result<bool, SetUpError> {
        let start = Instant::now();
        let client = self.client();
        while start.elapsed() < START_LIMIT {
            if let Ok(Some(status)) = self.child.try_wait() {
                if self.log().contains("address already in use") {
                    return Ok(false);
                }
                return Err(self.failed(format!("it ended at its start, {status}")));
            }
            // Only this server knows the random token: an answer to it proves whose port it is.
            let own = client.read("auth/token/lookup-self").await;
            if own.is_success() && *own.field("/id") == self.token.as_str() {
                return Ok(true);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Err(self.failed(format!("it did not answer within {} seconds", START_LIMIT.as_secs())))
    }

    fn failed(&self, why: String) -> SetUpError {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        let from = lines.len().saturating_sub(SHOWN);
        let log = lines.get(from..).unwrap_or_default().join("\n").replace(&self.token, "…");
        SetUpError::Server { why, log }
    }

    /// Returns the folder of the plugins, from a server that has ended.
    fn give_back(mut self) -> Result<Folder, SetUpError> {
        Ok(std::mem::replace(&mut self.plugins, Folder::new()?))
    }

    /// Returns a client with the root token.
    pub(super) fn client(&self) -> Client {
        Client::http(&self.address, &self.token)
    }

    /// Returns what it has logged so far.
    pub(super) fn log(&self) -> String {
        fs::read(&self.log)
            .map(|log| String::from_utf8_lossy(&log).into_owned())
            .unwrap_or_default()
    }
}

/// Returns a port that is free now, with the one above it free as well: servers serve their cluster
/// there.
fn free_port() -> Result<u16, SetUpError> {
    let of = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    for _ in 0..64 {
        let Ok(address) = of(0).and_then(|listener| listener.local_addr()) else { continue };
        if address.port().checked_add(1).is_some_and(|next| of(next).is_ok()) {
            return Ok(address.port());
        }
    }
    let why = "there are no two neighbouring free ports on 127.0.0.1".to_owned();
    Err(SetUpError::Server { why, log: String::new() })
}

impl Drop for Server {
    /// Leaves no process behind, in a panic either.
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        #[cfg(unix)]
        if let Ok(pid) = i32::try_from(self.child.id()) {
            use nix::sys::signal::{Signal, kill};

            // The server ends its plugins when it is asked to end.
            let _ = kill(nix::unistd::Pid::from_raw(pid), Signal::SIGTERM);
            let start = Instant::now();
            while start.elapsed() < PATIENCE {
                if matches!(self.child.try_wait(), Ok(Some(_))) {
                    return;
                }
                thread::sleep(Duration::from_millis(5));
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The token stays out of it.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn the_token_is_in_the_servers_environment_and_not_in_its_command_line() {
        let folder = Folder::new().unwrap();
        let binary = folder.path().join("server");
        fs::write(&binary, "#!/bin/sh\nenv\necho \"arguments: $*\"\nexec sleep 60\n").unwrap();
        fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).unwrap();
        let server = Server::launch(&binary, Folder::new().unwrap()).unwrap();
        let of = |file: &str| {
            let text = fs::read(format!("/proc/{}/{file}", server.child.id())).unwrap();
            String::from_utf8_lossy(&text).into_owned()
        };
        let start = Instant::now();
        while !server.log().contains("arguments: ") {
            assert!(start.elapsed() < START_LIMIT, "{}", server.log());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let log = server.log();
        let arguments = log.lines().find(|line| line.starts_with("arguments: ")).unwrap();
        assert!(arguments.contains("-dev-listen-address="), "{arguments}");
        for line in [arguments, &of("cmdline")] {
            assert!(!line.contains(&server.token), "{line}");
        }
        for name in ["BAO_DEV_ROOT_TOKEN_ID", "VAULT_DEV_ROOT_TOKEN_ID"] {
            assert!(server.log().contains(&format!("{name}={}\n", server.token)), "{name}");
        }
    }
}
