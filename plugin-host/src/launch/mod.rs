//! Starting a plugin's process as a server does: its checksum, its environment, its handshake.

mod binary;
mod broker_fault;
mod by_hand;
mod environment;
mod error;
mod exit;
mod log;
mod purpose;
mod shared_key;
mod socket;
mod stdout;

pub use binary::Checksum;
pub use broker_fault::BrokerFault;
pub use by_hand::ByHand;
pub use environment::{Cookie, Inherited, TlsMode};
pub use error::{LaunchError, NoLine};
pub use exit::Exited;
pub use log::{LogLevel, LogLine, LogLines};
use purpose::Purpose;
pub(crate) use purpose::{OLDER_VERSIONS, UnwrapToken};
pub(crate) use shared_key::SharedKey;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

use futures_util::FutureExt as _;
use tokio::process::Command;

use binary::Binary;
use exit::Keeper;
use plugin_runtime::__private::transport::{CertifiedKey, Tls};
use plugin_runtime::handshake::{HandshakeLine, PROTOCOL_VERSION};
use socket::OwnSocket;

/// How a server starts one plugin. The defaults are those of OpenBao and Vault.
///
/// ```no_run
/// # async fn example() -> Result<(), plugin_host::LaunchError> {
/// use plugin_host::{Checksum, Launch};
///
/// let sum: Checksum = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".parse()?;
/// let plugin = Launch::new("/opt/plugins/backend-kv-mock").checksum(sum).start().await?;
/// println!("{} after {:?}", plugin.handshake().protocol_version, plugin.started_in());
/// plugin.shut_down().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Launch {
    command: PathBuf,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    inherited: Inherited,
    checksum: Option<Checksum>,
    in_place: bool,
    cookie: Cookie,
    tls: TlsMode,
    purpose: Purpose,
    protocol_versions: Vec<u32>,
    asks_for_broker_multiplexing: bool,
    server_version: String,
    directory: Option<PathBuf>,
    pub(super) start_timeout: Duration,
    pub(super) exit_timeout: Duration,
    pub(super) call_timeout: Duration,
    pub(super) largest_message: usize,
    pub(super) broker: BrokerFault,
}

impl Launch {
    /// Creates the settings to start the plugin at `command`.
    pub fn new(command: impl Into<PathBuf>) -> Self {
        Self {
            command: command.into(),
            args: Vec::new(),
            env: Vec::new(),
            inherited: Inherited::default(),
            checksum: None,
            in_place: false,
            cookie: Cookie::Backend,
            tls: TlsMode::Auto,
            purpose: Purpose::Mounts,
            protocol_versions: vec![PROTOCOL_VERSION],
            asks_for_broker_multiplexing: false,
            server_version: "2.7.2".to_owned(),
            directory: None,
            start_timeout: Duration::from_secs(60),
            exit_timeout: Duration::from_secs(2),
            call_timeout: Duration::from_secs(90),
            largest_message: 64 * 1024 * 1024,
            broker: BrokerFault::None,
        }
    }

    /// Adds an argument of the process.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds an environment variable. What the handshake needs wins over it.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Sets what the process inherits from this one's environment.
    #[must_use]
    pub fn inherit(mut self, inherited: Inherited) -> Self {
        self.inherited = inherited;
        self
    }

    /// Sets the SHA-256 that the file must have.
    ///
    /// On Linux the host executes a copy of the bytes that have the checksum, in memory that cannot
    /// be written to any more: later changes to the file have no effect. The process sees that its
    /// program is `/memfd:NAME (deleted)`, and file capabilities don't apply to the copy. A plugin
    /// that looks for files beside its own, or needs its capabilities, is to be [executed in
    /// place](Launch::execute_in_place).
    ///
    /// The file itself is executed where a copy would not do: a script, which its interpreter opens
    /// by name, a program that finds libraries relative to its place (`$ORIGIN`), and everything on
    /// a system that does not execute memory (`vm.memfd_noexec`) or is not Linux. Who can write to
    /// the file can then change it between the comparison and the execution, as with a server.
    #[must_use]
    pub fn checksum(mut self, checksum: Checksum) -> Self {
        self.checksum = Some(checksum);
        self
    }

    /// Executes the file itself, with a [checksum](Launch::checksum) too.
    #[must_use]
    pub fn execute_in_place(mut self) -> Self {
        self.in_place = true;
        self
    }

    /// Sets which cookie tells the process who starts it.
    #[must_use]
    pub fn cookie(mut self, cookie: Cookie) -> Self {
        self.cookie = cookie;
        self
    }

    /// Sets how the connection is secured.
    #[must_use]
    pub fn tls(mut self, tls: TlsMode) -> Self {
        self.tls = tls;
        self
    }

    /// Sets the protocol versions that are offered: 5 unless set. Under a [`Host`](crate::Host), a
    /// plugin that is older is started again with 3 and 4, as servers do it; offered these alone,
    /// it is never started with 5.
    #[must_use]
    pub fn protocol_versions(mut self, versions: impl Into<Vec<u32>>) -> Self {
        self.protocol_versions = versions.into();
        self
    }

    /// Asks for brokered connections over the first one, as Vault asks plugins in containers. A
    /// plugin may say no, and no is all that this host understands.
    #[must_use]
    pub fn ask_for_broker_multiplexing(mut self) -> Self {
        self.asks_for_broker_multiplexing = true;
        self
    }

    /// Sets the server version that the plugin is told.
    #[must_use]
    pub fn server_version(mut self, version: impl Into<String>) -> Self {
        self.server_version = version.into();
        self
    }

    /// Sets the directory for sockets, the process's `TMPDIR` as well; the system's by default.
    #[must_use]
    pub fn directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    /// Sets how long the process may take to print its handshake line: 60 seconds unless set.
    #[must_use]
    pub fn start_timeout(mut self, timeout: Duration) -> Self {
        self.start_timeout = timeout;
        self
    }

    /// Sets how long the process may take to exit when told to, before it is killed: 2 seconds
    /// unless set.
    #[must_use]
    pub fn exit_timeout(mut self, timeout: Duration) -> Self {
        self.exit_timeout = timeout;
        self
    }

    /// Sets how long one call may take: 90 seconds unless set.
    #[must_use]
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = timeout;
        self
    }

    /// Sets the largest message taken from the plugin, in bytes: 64 MiB unless set. Servers take 2
    /// GiB, and reserve what a plugin announces.
    #[must_use]
    pub fn largest_message(mut self, bytes: usize) -> Self {
        self.largest_message = bytes;
        self
    }

    /// Makes the broker slow, or dead.
    #[must_use]
    pub fn broker_fault(mut self, fault: BrokerFault) -> Self {
        self.broker = fault;
        self
    }

    /// Returns the path of the file that is executed.
    pub fn command(&self) -> &Path {
        &self.command
    }

    /// Returns where sockets of this host go.
    pub(super) fn socket_directory(&self) -> PathBuf {
        self.directory.clone().unwrap_or_else(std::env::temp_dir)
    }

    /// Starts the process and reads its handshake line, without connecting.
    pub(super) async fn spawn(&self) -> Result<Spawned, LaunchError> {
        let binary = Binary::open(&self.command, self.checksum, self.in_place).await?;
        let certified_key = match (&self.purpose, self.tls) {
            (Purpose::Mounts, TlsMode::Auto) => {
                Some(CertifiedKey::generate().map_err(LaunchError::tls)?)
            }
            _ => None,
        };
        let mut command = Command::new(binary.path());
        command
            .args(&self.args)
            .env_clear()
            .envs(environment::variables(self, certified_key.as_ref()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // Whatever it starts is in its group, and is killed with it.
        #[cfg(unix)]
        command.arg0(&self.command).process_group(0);

        let (started, clock) = (Instant::now(), SystemTime::now());
        let mut child = spawn(&mut command)
            .await
            .map_err(|source| LaunchError::Spawn { path: self.command.clone(), source })?;
        let logs = LogLines::default();
        let name = self.command.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let keeper = Keeper::new(child, self.exit_timeout);
        if let Some(stderr) = stderr {
            keeper.read(log::read(stderr, name, logs.clone()));
        }
        drop(binary);

        let first = match stdout {
            Some(stdout) => {
                let ended = keeper.exited().map(drop);
                stdout::first_line(stdout, self.start_timeout, ended).await
            }
            None => Err(NoLine::Silent),
        };
        let (line, rest) = match first {
            Ok(found) => found,
            Err(reason) => return Err(self.no_line(reason, keeper, &logs).await),
        };
        let started_in = started.elapsed();
        let noise = stdout::Noise::default();
        keeper.read(rest.drain(noise.clone()));
        let checked = self.check(&line, certified_key.as_ref());
        match checked {
            Ok((handshake, tls)) => {
                let directory = self.socket_directory();
                if let Some(socket) = OwnSocket::of(&handshake.network, &directory, clock) {
                    keeper.remove_at_exit(socket);
                }
                Ok(Spawned { handshake, tls, keeper, logs, noise, started_in })
            }
            Err(error) => {
                keeper.kill().await;
                Err(error)
            }
        }
    }

    async fn no_line(&self, reason: NoLine, keeper: Keeper, logs: &LogLines) -> LaunchError {
        // What ended by itself has a status that says why.
        let exited = match reason {
            NoLine::Closed => keeper.wait(Duration::from_millis(500)).await,
            _ => None,
        };
        keeper.kill().await;
        LaunchError::NoHandshake { reason, exited, log: logs.telling_lines() }
    }

    fn check(
        &self,
        line: &str,
        certified_key: Option<&CertifiedKey>,
    ) -> Result<(HandshakeLine, Option<Tls>), LaunchError> {
        let handshake = HandshakeLine::parse(line)?;
        if !self.protocol_versions.contains(&handshake.protocol_version) {
            return Err(LaunchError::Version {
                plugin: handshake.protocol_version,
                offered: self.protocol_versions.clone(),
            });
        }
        if self.asks_for_broker_multiplexing && handshake.broker_multiplexing == Some(true) {
            return Err(LaunchError::BrokerMultiplexing);
        }
        let tls = match (certified_key, handshake.certificate.as_slice()) {
            (None, []) => match &self.purpose {
                Purpose::OneMount(token) => Some(token.tls()?),
                Purpose::Mounts | Purpose::Metadata => None,
            },
            (None, _) => return Err(LaunchError::UnaskedCertificate),
            (Some(_), []) => return Err(LaunchError::NoCertificate),
            (Some(certified_key), certificate) => {
                Some(Tls::with_certificate(certified_key, certificate).map_err(LaunchError::tls)?)
            }
        };
        Ok((handshake, tls))
    }
}

/// How often a start is repeated that finds its file open for writing.
const BUSY: u32 = 50;

/// Starts a process. The copy of a file that was just made may be open for writing for a moment in
/// a process that another thread has forked and that does not run its own program yet.
async fn spawn(command: &mut Command) -> std::io::Result<tokio::process::Child> {
    for _ in 0..BUSY {
        match command.spawn() {
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            spawned => return spawned,
        }
    }
    command.spawn()
}

/// A process that has said where it listens.
#[derive(Debug)]
pub(super) struct Spawned {
    pub(super) handshake: HandshakeLine,
    pub(super) tls: Option<Tls>,
    pub(super) keeper: Keeper,
    pub(super) logs: LogLines,
    pub(super) noise: stdout::Noise,
    pub(super) started_in: Duration,
}
