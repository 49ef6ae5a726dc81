//! One plugin process that this host is connected to.

mod broker;
mod instance;
mod placeholder;
mod services;

pub(crate) use instance::{RemoteInstance, Setup};
pub(crate) use placeholder::Placeholder;
pub(crate) use services::MountServices;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use plugin_proto::plugin;
use plugin_proto::plugin::grpc_controller_client::GrpcControllerClient;
use plugin_proto::plugin::grpc_stdio_client::GrpcStdioClient;
use plugin_proto::pluginutil::multiplexing::MultiplexingSupportRequest;
use plugin_proto::pluginutil::multiplexing::plugin_multiplexing_client::PluginMultiplexingClient;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tonic::{Code, Response, Status};

use super::launch::{Exited, Launch, LaunchError, LogLines, OLDER_VERSIONS, Spawned};
use crate::InstanceError;
use broker::HostBroker;
use plugin_runtime::__private::rpc::timed;
use plugin_runtime::__private::transport::{Channel, ConnectError, Target};
use plugin_runtime::handshake::HandshakeLine;

/// How long a process may take to be seen ending after a call to it failed.
const DEATH_THROES: Duration = Duration::from_millis(500);

/// A plugin's process, connected. Cheap to clone; when the last clone and the last mount in it
/// are gone, the process is killed and reaped.
#[derive(Clone)]
pub struct PluginProcess {
    shared: Arc<Shared>,
}

struct Shared {
    launch: Launch,
    spawned: Spawned,
    channel: Channel,
    broker: HostBroker,
    leaving: AtomicBool,
    _stdio: AbortOnDropHandle<()>,
}

/// How a process left that was told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Left {
    /// By itself.
    Gracefully(Exited),
    /// A server would have logged "plugin failed to exit gracefully" and killed it, as this host
    /// did.
    Killed(Exited),
}

impl Launch {
    /// Starts the process, reads its handshake line and connects to it.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be opened or has another checksum, the process prints something
    /// else than a handshake line, ends or takes too long, or does not accept the connection.
    /// Nothing of it runs any more then.
    pub async fn start(self) -> Result<PluginProcess, LaunchError> {
        let spawned = self.spawn().await?;
        PluginProcess::connect(self, spawned).await
    }
}

impl PluginProcess {
    pub(super) async fn connect(launch: Launch, spawned: Spawned) -> Result<Self, LaunchError> {
        let target = Target::at(spawned.handshake.network.clone());
        let channel = Channel::new(target, spawned.tls.clone());
        if let Err(error) = channel.connect().await {
            spawned.keeper.kill().await;
            let reason = match &error {
                ConnectError::Dial { source, .. } | ConnectError::Tls { source, .. } => {
                    plugin_runtime::__private::error::chain(source)
                }
                ConnectError::Timeout { .. } => "it accepts no connection in time".to_owned(),
                other => plugin_runtime::__private::error::chain(other),
            };
            return Err(LaunchError::Connect { reason, log: spawned.logs.telling_lines() });
        }
        let broker = HostBroker::start(
            channel.clone(),
            launch.socket_directory(),
            spawned.tls.clone(),
            launch.broker,
        );
        let stdio = AbortOnDropHandle::new(tokio::spawn(drain_stdio(channel.clone())));
        let leaving = AtomicBool::new(false);
        let shared = Shared { launch, spawned, channel, broker, leaving, _stdio: stdio };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Returns what it printed when it started.
    pub fn handshake(&self) -> &HandshakeLine {
        &self.shared.spawned.handshake
    }

    /// Returns the time from its execution to its handshake line.
    pub fn started_in(&self) -> Duration {
        self.shared.spawned.started_in
    }

    /// Returns its process id.
    pub fn pid(&self) -> u32 {
        self.shared.spawned.keeper.pid()
    }

    /// Returns the end of its log.
    pub fn log(&self) -> &LogLines {
        &self.shared.spawned.logs
    }

    /// Returns the beginning of what it printed on stdout after the handshake line.
    pub fn stdout(&self) -> String {
        self.shared.spawned.noise.text()
    }

    /// Returns how it ended, if it has.
    pub fn exited_by_now(&self) -> Option<Exited> {
        self.shared.spawned.keeper.exited_by_now()
    }

    /// Resolves when it has ended and was reaped.
    pub async fn exited(&self) -> Exited {
        self.shared.spawned.keeper.exited().await
    }

    /// Kills it, and what it started, and resolves when it was reaped.
    pub async fn kill(&self) -> Exited {
        self.shared.spawned.keeper.kill().await
    }

    /// Kills it without waiting for its end.
    pub fn kill_now(&self) {
        self.shared.spawned.keeper.kill_now();
    }

    /// Ends it as a server does: the broker's stream, the order to leave, the connection, and a
    /// kill if it is still there after the time for that.
    pub async fn shut_down(&self) -> Left {
        self.shared.leaving.store(true, Ordering::SeqCst);
        self.shared.broker.close();
        let order = async {
            let channel = &self.shared.channel;
            let client = GrpcControllerClient::with_origin(channel.clone(), channel.origin());
            // The answer is often lost, as the process is leaving.
            let _ = client.clone().shutdown(plugin::Empty {}).await;
        };
        let _ = tokio::time::timeout(self.shared.launch.exit_timeout, order).await;
        self.shared.channel.close().await;
        match self.shared.spawned.keeper.left().await {
            Some(exited) => Left::Gracefully(exited),
            None => Left::Killed(self.kill().await),
        }
    }

    /// Vanishes as a server does that is killed: the connections break, and nothing is said.
    /// `None` when the process is still there after `patience`.
    pub async fn abandon(&self, patience: Duration) -> Option<Exited> {
        // A plugin that has not heard of the broker by then would wait for it instead. What is
        // asked after the stream is answered after it.
        let told = async {
            self.broker().requested().await;
            self.supports_multiplexing().await
        };
        // One that does not answer is abandoned as it is.
        let _ = tokio::time::timeout(patience, told).await;
        self.shared.channel.close().await;
        self.shared.spawned.keeper.wait(patience).await
    }

    /// Asks whether it can hold many mounts. A plugin that does not know the call can't.
    ///
    /// # Errors
    ///
    /// Fails if the question fails in any other way.
    pub async fn supports_multiplexing(&self) -> Result<bool, InstanceError> {
        let channel = &self.shared.channel;
        let mut client = PluginMultiplexingClient::with_origin(channel.clone(), channel.origin());
        let call = client.multiplexing_support(MultiplexingSupportRequest {});
        match self.call(None, call).await {
            Ok(answer) => Ok(answer.supported),
            Err(InstanceError::Status { code: Code::Unimplemented, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Returns whether it speaks protocol 3 or 4, in which a process has one mount and calls say
    /// nothing of which.
    pub(crate) fn holds_one_mount(&self) -> bool {
        OLDER_VERSIONS.contains(&self.handshake().protocol_version)
    }

    pub(crate) fn channel(&self) -> &Channel {
        &self.shared.channel
    }

    fn broker(&self) -> &HostBroker {
        &self.shared.broker
    }

    /// Waits for the answer, or for the end of the process, whichever comes first.
    async fn call<T>(
        &self,
        deadline: Option<Instant>,
        call: impl Future<Output = Result<Response<T>, Status>>,
    ) -> Result<T, InstanceError> {
        let keeper = &self.shared.spawned.keeper;
        let status = tokio::select! {
            biased;
            answer = timed(Some(self.deadline(deadline)), call) => match answer {
                Ok(answer) => return Ok(answer),
                Err(status) => status,
            },
            _ = keeper.exited() => return Err(InstanceError::Gone),
        };
        // A connection breaks a moment before the process that it led to is seen to be dead.
        let broke = std::error::Error::source(&status).is_some();
        let error = InstanceError::from(status);
        Err(if broke { self.gone_or(error).await } else { error })
    }

    /// Returns that the process has ended, if it is just ending, or else `error`.
    async fn gone_or(&self, error: InstanceError) -> InstanceError {
        // One that was told to leave is killed at the end of the time that it has for that.
        let patience = if self.shared.leaving.load(Ordering::SeqCst) {
            self.shared.launch.exit_timeout.saturating_mul(2).saturating_add(DEATH_THROES)
        } else {
            DEATH_THROES
        };
        let ended = self.shared.spawned.keeper.wait(patience).await;
        if ended.is_some() { InstanceError::Gone } else { error }
    }

    /// Returns a handle that kills the process, but does not keep it alive as this value does.
    pub(crate) fn killer(&self) -> CancellationToken {
        self.shared.spawned.keeper.killer()
    }

    pub(crate) fn largest_message(&self) -> usize {
        self.shared.launch.largest_message
    }

    /// Returns whether it is the same process.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    fn deadline(&self, deadline: Option<Instant>) -> Instant {
        deadline.unwrap_or_else(|| Instant::now() + self.shared.launch.call_timeout)
    }
}

impl fmt::Debug for PluginProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PluginProcess")
            .field("pid", &self.pid())
            .field("exited", &self.exited_by_now())
            .finish_non_exhaustive()
    }
}

/// Takes what a plugin sends of its output, and throws it away, as servers do. Not every plugin
/// has the service.
async fn drain_stdio(channel: Channel) {
    let mut client = GrpcStdioClient::with_origin(channel.clone(), channel.origin());
    let Ok(stream) = client.stream_stdio(()).await else { return };
    let mut stream = stream.into_inner();
    while let Ok(Some(_)) = stream.message().await {}
}
