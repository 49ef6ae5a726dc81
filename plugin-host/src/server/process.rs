//! One running server process with folders of its own, ended when dropped.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{Folders, Log, ServerError, environment, procfs};
use crate::BlockingClient;

/// How long a server may take to reach a state. A dev server runs each file of the plugin folder four
/// times before it answers.
const LIMIT: Duration = Duration::from_secs(60);

/// How long a server may take to end after SIGTERM.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often a start is repeated because another process took the port.
const ATTEMPTS: usize = 4;

/// How many lines of the log are in an error.
const SHOWN: usize = 15;

/// A running server: its process, its address and its root token.
pub struct ServerProcess {
    binary: PathBuf,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    address: String,
    token: String,
    child: Option<Child>,
    // Dropped last: the process must have ended before its folders go.
    folders: Folders,
}

impl ServerProcess {
    /// Prepares `binary server ARGUMENTS`, which serves its API on this port of 127.0.0.1.
    pub(super) fn new(
        binary: &Path,
        folders: Folders,
        port: u16,
        arguments: Vec<String>,
        variables: &[(&str, &str)],
    ) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            binary: binary.to_owned(),
            arguments,
            variables: variables.iter().map(owned).collect(),
            address: format!("http://127.0.0.1:{port}"),
            token: String::new(),
            child: None,
            folders,
        }
    }

    pub(super) fn set_token(&mut self, token: String) {
        self.token = token;
    }

    /// Starts what `prepare` makes, and waits until it reaches a state. Where another process takes
    /// the port before the server does, it is repeated with another one.
    pub(super) fn listening(
        prepare: impl Fn() -> Result<Self, ServerError>,
        state: &str,
        reached: impl Fn(&Self) -> bool,
    ) -> Result<Self, ServerError> {
        for _ in 0..ATTEMPTS {
            let mut server = prepare()?;
            server.start()?;
            match server.wait(state, &reached) {
                Ok(()) => return Ok(server),
                Err(_) if server.log().contains("address already in use") => {}
                Err(error) => return Err(error),
            }
        }
        Err(ServerError::PortTaken { attempts: ATTEMPTS })
    }

    /// Starts the program with the same arguments, in the same folders; its log is continued.
    pub(super) fn start(&mut self) -> Result<(), ServerError> {
        if self.is_running() {
            return Err(ServerError::StillRunning);
        }
        let log = self.folders.open_log()?;
        let errors = log.try_clone().map_err(ServerError::io("sharing the log file"))?;
        let mut command = Command::new(&self.binary);
        environment::without_server_settings(&mut command);
        // By environment and not by argument, so that `variables` can say otherwise.
        for name in ["BAO_LOG_LEVEL", "VAULT_LOG_LEVEL"] {
            command.env(name, "debug");
        }
        command
            .arg("server")
            .args(&self.arguments)
            .env("HOME", self.folders.home())
            .env("TMPDIR", self.folders.temporary())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folders.root())
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors);
        let started = command.spawn();
        let child =
            started.map_err(ServerError::io(format!("starting {}", self.binary.display())))?;
        self.child = Some(child);
        Ok(())
    }

    /// Waits until the server reaches a state.
    pub(super) fn wait(
        &mut self,
        state: &str,
        mut reached: impl FnMut(&Self) -> bool,
    ) -> Result<(), ServerError> {
        let start = Instant::now();
        while !reached(self) {
            let why = match self.exit_status() {
                Some(status) => format!("it ended ({status})"),
                None if start.elapsed() > LIMIT => format!("it took longer than {LIMIT:?}"),
                None => {
                    thread::sleep(Duration::from_millis(25));
                    continue;
                }
            };
            let mut log = self.log().tail(SHOWN);
            if !self.token.is_empty() {
                log = log.replace(&self.token, "…");
            }
            return Err(ServerError::NotReached { state: state.to_owned(), why, log });
        }
        Ok(())
    }

    /// Returns the path of its program.
    #[must_use]
    pub fn binary(&self) -> &Path {
        &self.binary
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

    /// Returns a client with the root token.
    #[must_use]
    pub fn api(&self) -> BlockingClient {
        let client = BlockingClient::http(&self.address, &self.token);
        if self.token.is_empty() { client.without_token() } else { client }
    }

    /// Returns its folders.
    #[must_use]
    pub fn folders(&self) -> &Folders {
        &self.folders
    }

    /// Returns its log, which restarts continue.
    #[must_use]
    pub fn log(&self) -> Log {
        self.folders.log()
    }

    /// Returns its process id; `None` after it was seen to end.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Returns whether it has not ended.
    pub fn is_running(&mut self) -> bool {
        self.exit_status().is_none() && self.child.is_some()
    }

    /// Returns how it ended, when it has.
    pub fn exit_status(&mut self) -> Option<ExitStatus> {
        self.child.as_mut().and_then(|child| child.try_wait().ok().flatten())
    }

    /// Ends it with SIGTERM, and after five seconds with SIGKILL; waits until it is gone.
    ///
    /// Returns how long that took.
    ///
    /// # Errors
    ///
    /// Fails if SIGKILL was needed.
    pub fn stop(&mut self) -> Result<Duration, ServerError> {
        let start = Instant::now();
        let Some(mut child) = self.child.take() else { return Ok(Duration::ZERO) };
        // It may have ended by itself: then there is no process to signal, and wait tells.
        #[cfg(unix)]
        let _ = send(child.id(), nix::sys::signal::Signal::SIGTERM);
        #[cfg(not(unix))]
        let _ = child.kill();
        while start.elapsed() < PATIENCE {
            let ended = child.try_wait().map_err(ServerError::io("waiting for the server"))?;
            if ended.is_some() {
                return Ok(start.elapsed());
            }
            thread::sleep(Duration::from_millis(5));
        }
        end(&mut child)?;
        Err(ServerError::Killed(PATIENCE))
    }

    /// Kills it with SIGKILL, as a crash would, and waits for its end. Its plugins are left alone.
    ///
    /// # Errors
    ///
    /// Fails if it is not running.
    pub fn kill(&mut self) -> Result<(), ServerError> {
        end(&mut self.child.take().ok_or(ServerError::NotRunning)?)
    }

    /// Sends SIGHUP.
    #[cfg(unix)]
    pub(super) fn hang_up(&self) -> Result<(), ServerError> {
        let pid = self.pid().ok_or(ServerError::NotRunning)?;
        send(pid, nix::sys::signal::Signal::SIGHUP)
            .map_err(|error| ServerError::io("sending SIGHUP to the server")(error.into()))
    }

    /// Returns the processes this server started that still run, whatever their parent is now: its
    /// plugins.
    ///
    /// They are known by the temporary folder that only this server and its children have.
    ///
    /// # Errors
    ///
    /// Where there is no `/proc`.
    pub fn plugin_processes(&self) -> Result<Vec<u32>, ServerError> {
        let variable = format!("TMPDIR={}", self.folders.temporary().display());
        let mut pids = procfs::with_environment(&variable)?;
        pids.retain(|pid| Some(*pid) != self.pid());
        Ok(pids)
    }

    /// Waits until exactly `count` plugin processes run, and returns them.
    ///
    /// # Errors
    ///
    /// Fails if there are more or fewer after `limit`.
    pub fn wait_for_plugins(&self, count: usize, limit: Duration) -> Result<Vec<u32>, ServerError> {
        let start = Instant::now();
        loop {
            let pids = self.plugin_processes()?;
            if pids.len() == count {
                return Ok(pids);
            }
            if start.elapsed() > limit {
                return Err(ServerError::Plugins { found: pids.len(), expected: count, limit });
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Returns the Unix sockets in its temporary folder: those of its plugins and of the brokers.
    #[cfg(unix)]
    #[must_use]
    pub fn sockets(&self) -> Vec<PathBuf> {
        use std::os::unix::fs::FileTypeExt as _;

        let mut folders = vec![self.folders.temporary()];
        let mut sockets = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                    Ok(kind) if kind.is_socket() => sockets.push(entry.path()),
                    _ => {}
                }
            }
        }
        sockets
    }
}

/// Kills a process and waits for its end.
fn end(child: &mut Child) -> Result<(), ServerError> {
    child.kill().map_err(ServerError::io("killing the server"))?;
    child.wait().map_err(ServerError::io("waiting for the killed server"))?;
    Ok(())
}

/// Sends a signal to one process.
#[cfg(unix)]
fn send(pid: u32, signal: nix::sys::signal::Signal) -> nix::Result<()> {
    let pid = i32::try_from(pid).map_err(|_| nix::Error::ESRCH)?;
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), signal)
}

impl Drop for ServerProcess {
    /// Leaves no process behind, in a panic either.
    fn drop(&mut self) {
        let _ = self.stop();
        #[cfg(unix)]
        for pid in self.plugin_processes().unwrap_or_default() {
            let _ = send(pid, nix::sys::signal::Signal::SIGKILL);
        }
    }
}

impl fmt::Debug for ServerProcess {
    /// Leaves out the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerProcess")
            .field("binary", &self.binary)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
