//! The plugin's process.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::PATIENCE;
use super::capture::Capture;
use super::certificate::HostCertificate;

pub(crate) const COOKIE: (&str, &str) =
    ("VAULT_BACKEND_PLUGIN", "6669da05-b1c8-4f49-97d9-c8e5bed98e20");

/// Returns the path of the plugin under test. Cargo builds it with all tests, but not for `--test
/// wire` alone.
pub(crate) fn plugin() -> PathBuf {
    let test = std::env::current_exe().expect("this test's own path");
    let target = test.parent().and_then(Path::parent).expect("target/<profile>/deps");
    let plugin = target.join("examples").join("wire_backend");
    let advice = "build it: cargo build -p vault-plugin-runtime --example wire_backend";
    assert!(plugin.exists(), "{} is missing; {advice}", plugin.display());
    plugin
}

/// Settings for starting the plugin. Its environment contains only what is set here.
pub(crate) struct Launch {
    command: Command,
    directory: TempDir,
}

impl Launch {
    /// Starts it as a person does, except for a temporary directory of its own.
    pub(crate) fn by_hand() -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        // The plugin would inherit ignored signals of this process, such as SIGHUP below `nohup`.
        let mut command = Command::new("env");
        command
            .arg("--default-signal")
            .arg(plugin())
            .env_clear()
            .env("TMPDIR", directory.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        Self { command, directory }
    }

    /// Starts it as a server does.
    pub(crate) fn by_server(certificate: &HostCertificate) -> Self {
        Self::by_hand()
            .env(COOKIE.0, COOKIE.1)
            .env("PLUGIN_MIN_PORT", "10000")
            .env("PLUGIN_MAX_PORT", "25000")
            .env("PLUGIN_PROTOCOL_VERSIONS", "5")
            .env("PLUGIN_CLIENT_CERT", certificate.pem())
    }

    /// As a server does in its fallback to protocols 3 and 4, for a process that describes the plugin.
    pub(crate) fn to_describe() -> Self {
        Self::by_hand()
            .env(COOKIE.0, COOKIE.1)
            .env("PLUGIN_MIN_PORT", "10000")
            .env("PLUGIN_MAX_PORT", "25000")
            .env("PLUGIN_PROTOCOL_VERSIONS", "3,4")
            .env("VAULT_VERSION", "1.2.3")
            .env("VAULT_PLUGIN_METADATA_MODE", "true")
    }

    /// As a server does in its fallback, for a process that serves a mount.
    pub(crate) fn for_token(token: &str) -> Self {
        Self::to_describe()
            .env("VAULT_PLUGIN_METADATA_MODE", "false")
            .env("VAULT_UNWRAP_TOKEN", token)
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub(crate) fn args(mut self, args: &[&str]) -> Self {
        self.command.args(args);
        self
    }

    /// Lowers the limits on file descriptors, which the process inherits: the soft and the hard one.
    pub(crate) fn descriptors(mut self, soft: u64, hard: u64) -> Self {
        let program = self.command.as_std().get_program().to_owned();
        let mut command = Command::new("/bin/sh");
        // A shell sets the limits: to lower the test's own ones would disturb the other tests.
        command
            .args(["-c", &format!("ulimit -Sn {soft} && ulimit -Hn {hard} && exec \"$0\" \"$@\"")]);
        command.arg(program).args(self.command.as_std().get_args());
        command.env_clear();
        for (name, value) in self.command.as_std().get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        self.command = command;
        self
    }

    /// Runs another program with these arguments and the plugin's path instead of the plugin
    /// itself.
    pub(crate) fn through(self, program: impl AsRef<OsStr>, args: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.args(args);
        if !args.is_empty() {
            command.arg(plugin());
        }
        let variables = self.command.as_std().get_envs();
        command
            .env_clear()
            .envs(variables.filter_map(|(name, value)| Some((name, value?))))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        Self { command, directory: self.directory }
    }

    /// Runs as another user and group, who then own the temporary directory.
    pub(crate) fn run_by(mut self, id: u32) -> Self {
        std::os::unix::fs::chown(self.directory.path(), Some(id), Some(id)).expect("root's rights");
        self.command.uid(id).gid(id);
        self
    }

    pub(crate) fn start(mut self) -> Process {
        let started = Instant::now();
        // A group without a parent in another group of its session cannot be stopped by SIGTSTP.
        self.command.process_group(0);
        let mut child = self.command.spawn().expect("the plugin starts");
        let id = child.id().expect("a running process");
        Process {
            id: Pid::from_raw(i32::try_from(id).expect("a process id")),
            stdout: Capture::of(child.stdout.take().expect("a pipe")),
            stderr: Capture::of(child.stderr.take().expect("a pipe")),
            child,
            directory: self.directory,
            started,
        }
    }
}

/// A started plugin, killed when dropped.
pub(crate) struct Process {
    pub(crate) id: Pid,
    pub(crate) stdout: Capture,
    pub(crate) stderr: Capture,
    child: Child,
    directory: TempDir,
    pub(crate) started: Instant,
}

/// The remains of a process.
#[derive(Debug)]
pub(crate) struct Remains {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) lifetime: Duration,
    /// The names of the files in its temporary directory.
    pub(crate) files: Vec<OsString>,
}

impl Process {
    /// Returns the handshake line.
    pub(crate) async fn line(&self) -> String {
        let text = self.stdout.until(|text| text.contains('\n'), PATIENCE).await;
        text.unwrap_or_else(|| panic!("no handshake line; stderr: {}", self.stderr.so_far()))
    }

    /// Returns the process's temporary directory.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(self.id, signal).expect("a process to send a signal to");
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_none()
    }

    /// Lets the plugin continue where it waits for this.
    pub(crate) fn let_go(&self) {
        std::fs::write(self.directory.path().join("let-go"), "").expect("a file");
    }

    /// Returns the first line of the log that contains a text.
    pub(crate) async fn logged(&self, part: &str) -> Value {
        let text = self.stderr.until(|text| complete_line(text, part).is_some(), PATIENCE).await;
        let text = text.unwrap_or_else(|| panic!("no `{part}` in {}", self.stderr.so_far()));
        let line = complete_line(&text, part).expect("found above");
        serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"))
    }

    /// Waits until the process has exited by itself.
    pub(crate) async fn left(mut self) -> Remains {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let lifetime = self.started.elapsed();
        let Ok(status) = status else {
            panic!("the plugin does not leave; its log: {}", self.stderr.so_far())
        };
        let files = std::fs::read_dir(self.directory.path()).expect("the directory is there");
        Remains {
            status: status.expect("a child"),
            stdout: self.stdout.all().await,
            stderr: self.stderr.all().await,
            lifetime,
            files: files.map(|file| file.expect("a file").file_name()).collect(),
        }
    }
}

impl Remains {
    /// Returns the names of the plugin's own sockets that it left behind.
    pub(crate) fn sockets(&self) -> Vec<&OsString> {
        let own = |name: &&OsString| name.to_string_lossy().starts_with("plugin");
        self.files.iter().filter(own).collect()
    }
}

fn complete_line<'a>(text: &'a str, part: &str) -> Option<&'a str> {
    text.split_inclusive('\n').filter(|line| line.ends_with('\n')).find(|line| line.contains(part))
}
