//! One running server process with folders of its own, ended when dropped.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{self, Signal};
use nix::unistd::Pid;
use tempfile::{TempDir, TempPath};

use super::environment;
use super::log::Log;
use super::procfs;
use super::{Cli, ServerBinary};

/// How long a server may take to end after SIGTERM.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where Linux has a file system in memory for everybody.
const IN_MEMORY: &str = "/dev/shm";

/// The folders of one server: its home, its temporary folder, its log, its data.
///
/// All of it goes when this is dropped.
#[derive(Debug)]
pub struct Folders {
    root: TempDir,
    log: TempPath,
}

impl Folders {
    /// Makes them.
    ///
    /// # Errors
    /// When the temporary folder of the machine can't be written to.
    pub fn new() -> Result<Self> {
        // A socket's path may have 107 bytes. A server and its plugins make theirs below this
        // folder, so a long TMPDIR of the user gives way to /tmp.
        let mut parent = std::env::temp_dir();
        if parent.as_os_str().len() > 40 {
            parent = PathBuf::from("/tmp");
        }
        let root = tempfile::Builder::new()
            .prefix("bao-")
            .tempdir_in(&parent)
            .with_context(|| format!("creating a folder in {}", parent.display()))?;
        let log = log_file(root.path())?;
        let folders = Self { root, log };
        for folder in [folders.home(), folders.temporary(), folders.data()] {
            fs::create_dir(&folder).with_context(|| format!("creating {}", folder.display()))?;
        }
        Ok(folders)
    }

    /// Returns where everything else is.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// Returns the `HOME` of the server and the CLI, so that no token file of the user is read or written.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.root().join("home")
    }

    /// Returns the `TMPDIR` of the server, and so of its plugins: their sockets are here.
    #[must_use]
    pub fn temporary(&self) -> PathBuf {
        self.root().join("t")
    }

    /// Returns the folder for persistent storage.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.root().join("data")
    }

    /// Returns the log.
    #[must_use]
    pub fn log(&self) -> Log {
        Log::at(self.log.to_path_buf())
    }
}

/// Creates an empty file for the log: in memory where the machine has a folder for that.
///
/// A server flushes its log at each end of a plugin, between telling of that end and taking note of
/// it. With a file on a disk it waits for all who write there, for seconds on a busy machine, and
/// sends requests to a plugin that is gone.
fn log_file(otherwise: &Path) -> Result<TempPath> {
    let mut name = tempfile::Builder::new();
    name.prefix("bao-").suffix(".log");
    let file = name.tempfile_in(IN_MEMORY).or_else(|_| name.tempfile_in(otherwise));
    Ok(file.context("creating the log file")?.into_temp_path())
}

/// A running server process.
#[derive(Debug)]
pub struct ServerProcess {
    binary: ServerBinary,
    child: Option<Child>,
    // Dropped last: the process must have ended before its folders go.
    folders: Folders,
}

impl ServerProcess {
    /// Starts `binary server ARGUMENTS` in the given folders.
    ///
    /// # Errors
    /// When it can't be started. Whether it listens is another matter.
    pub fn start(
        binary: &ServerBinary,
        folders: Folders,
        arguments: &[String],
        variables: &[(&str, &str)],
    ) -> Result<Self> {
        let mut process = Self { binary: binary.clone(), child: None, folders };
        process.start_again(arguments, variables)?;
        Ok(process)
    }

    /// Starts the server again in the same folders, after it ended; its log is continued.
    ///
    /// # Errors
    /// When it still runs or can't be started.
    pub fn start_again(&mut self, arguments: &[String], variables: &[(&str, &str)]) -> Result<()> {
        if self.is_running() {
            bail!("the server is still running");
        }
        let log = self.open_log()?;
        let mut command = Command::new(&self.binary.path);
        environment::without_server_settings(&mut command);
        // By environment and not by argument, so that `variables` can say otherwise.
        for name in ["BAO_LOG_LEVEL", "VAULT_LOG_LEVEL"] {
            command.env(name, "debug");
        }
        command
            .arg("server")
            .args(arguments)
            .env("HOME", self.folders.home())
            .env("TMPDIR", self.folders.temporary())
            .envs(variables.iter().copied())
            .current_dir(self.folders.root())
            .stdin(Stdio::null())
            .stdout(log.try_clone().context("sharing the log file")?)
            .stderr(log);
        let child = command
            .spawn()
            .with_context(|| format!("{} can't be started", self.binary.path.display()))?;
        self.child = Some(child);
        Ok(())
    }

    fn open_log(&self) -> Result<File> {
        let path = self.folders.log().path().to_owned();
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .with_context(|| format!("opening {}", path.display()))
    }

    /// Returns the binary it runs.
    #[must_use]
    pub fn binary(&self) -> &ServerBinary {
        &self.binary
    }

    /// Returns its folders.
    #[must_use]
    pub fn folders(&self) -> &Folders {
        &self.folders
    }

    /// Returns its log.
    #[must_use]
    pub fn log(&self) -> Log {
        self.folders.log()
    }

    /// Returns the CLI of the same binary, for the server at `address` with `token`.
    #[must_use]
    pub fn cli(&self, address: &str, token: &str) -> Cli {
        Cli::new(&self.binary, address, token, self.folders.home())
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

    /// Sends it a signal.
    ///
    /// # Errors
    /// When it has ended.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        let pid = self.pid().context("the server is not running")?;
        send(pid, signal)
    }

    /// Ends it with SIGTERM, and after five seconds with SIGKILL; waits until it is gone.
    ///
    /// Returns how long that took.
    ///
    /// # Errors
    /// When SIGKILL was needed.
    pub fn stop(&mut self) -> Result<Duration> {
        let start = Instant::now();
        let Some(mut child) = self.child.take() else { return Ok(Duration::ZERO) };
        // It may have ended by itself: then there is no process to signal, and wait tells.
        let _ = send(child.id(), Signal::SIGTERM);
        while start.elapsed() < PATIENCE {
            if child.try_wait().context("waiting for the server")?.is_some() {
                return Ok(start.elapsed());
            }
            thread::sleep(Duration::from_millis(5));
        }
        child.kill().context("killing the server")?;
        child.wait().context("waiting for the killed server")?;
        bail!("the server had to be killed: it did not end within {PATIENCE:?} of SIGTERM")
    }

    /// Kills it with SIGKILL, as a crash would, and waits for its end. Its plugins are left alone.
    ///
    /// # Errors
    /// When it is not running.
    pub fn kill(&mut self) -> Result<()> {
        let mut child = self.child.take().context("the server is not running")?;
        child.kill().context("killing the server")?;
        child.wait().context("waiting for the killed server")?;
        Ok(())
    }

    /// Returns the processes this server started that still run, whatever their parent is now: its plugins.
    ///
    /// They are known by the temporary folder that only this server and its children have.
    ///
    /// # Errors
    /// Where there is no `/proc`.
    pub fn plugin_processes(&self) -> Result<Vec<u32>> {
        let variable = format!("TMPDIR={}", self.folders.temporary().display());
        let mut pids = procfs::with_environment(&variable)?;
        pids.retain(|pid| Some(*pid) != self.pid());
        Ok(pids)
    }

    /// Waits until exactly `count` plugin processes run, and returns them.
    ///
    /// # Errors
    /// When there are more or fewer after `limit`.
    pub fn wait_for_plugins(&self, count: usize, limit: Duration) -> Result<Vec<u32>> {
        let start = Instant::now();
        loop {
            let pids = self.plugin_processes()?;
            if pids.len() == count {
                return Ok(pids);
            }
            if start.elapsed() > limit {
                bail!("{} plugin processes instead of {count} after {limit:?}", pids.len());
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Returns the Unix sockets in its temporary folder: those of its plugins and of the brokers.
    #[must_use]
    pub fn sockets(&self) -> Vec<PathBuf> {
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

impl Drop for ServerProcess {
    /// Leaves no process behind, in a panic either.
    fn drop(&mut self) {
        let _ = self.stop();
        for pid in self.plugin_processes().unwrap_or_default() {
            let _ = send(pid, Signal::SIGKILL);
        }
    }
}

/// Sends a signal to one process.
///
/// # Errors
/// When there is no such process.
pub fn send(pid: u32, signal: Signal) -> Result<()> {
    let pid = i32::try_from(pid).context("process ids fit into 31 bits")?;
    signal::kill(Pid::from_raw(pid), signal)
        .with_context(|| format!("sending {signal} to process {pid}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_in_memory_where_that_can_be_and_goes_with_the_folders() {
        let folders = Folders::new().unwrap();
        let log = folders.log().path().to_owned();
        assert!(log.exists());
        let can_be = tempfile::tempfile_in(IN_MEMORY).is_ok();
        assert_eq!(log.starts_with(IN_MEMORY), can_be, "{}", log.display());
        drop(folders);
        assert!(!log.exists(), "{} is left", log.display());
    }
}
