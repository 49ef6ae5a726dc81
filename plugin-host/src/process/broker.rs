//! The host's end of the broker: sockets for mounts, and the stream that says where they are.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::stream;
use parking_lot::Mutex;
use plugin_proto::plugin::ConnInfo;
use plugin_proto::plugin::grpc_broker_client::GrpcBrokerClient;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::MountServices;
use crate::InstanceError;
use crate::launch::BrokerFault;
use plugin_runtime::__private::transport::{Channel, Connections, ListenOn, Listener, Tls, serve};

/// How many announcements may wait to be sent.
const MOST_WAITING: usize = 64;

/// How long calls to a mount's services may take after the mount is gone.
const LAST_CALLS: Duration = Duration::from_secs(2);

type Announcements = Arc<Mutex<Option<mpsc::Sender<ConnInfo>>>>;

/// Announces brokered services, and serves them.
#[derive(Debug)]
pub(super) struct HostBroker {
    /// `None` when the plugin no longer receives announcements.
    announcements: Announcements,
    next_id: AtomicU32,
    directory: PathBuf,
    tls: Option<Tls>,
    fault: BrokerFault,
    /// Cancelled when the request for the stream is on its way, or has failed.
    requested: CancellationToken,
    _stream: AbortOnDropHandle<()>,
}

impl HostBroker {
    /// Opens the stream, for as long as the connection lives.
    pub(super) fn start(
        channel: Channel,
        directory: PathBuf,
        tls: Option<Tls>,
        fault: BrokerFault,
    ) -> Self {
        let (sender, receiver) = mpsc::channel(MOST_WAITING);
        let announcements: Announcements = Arc::new(Mutex::new(Some(sender)));
        let heard = Arc::clone(&announcements);
        let requested = CancellationToken::new();
        let request = requested.clone();
        let stream = AbortOnDropHandle::new(tokio::spawn(async move {
            run(channel, receiver, request).await;
            heard.lock().take();
        }));
        let next_id = AtomicU32::new(1);
        Self { announcements, next_id, directory, tls, fault, requested, _stream: stream }
    }

    /// Resolves when the request for the stream is on its way.
    pub(super) async fn requested(&self) {
        self.requested.cancelled().await;
    }

    /// Ends the stream, which tells the plugin that an order to leave will come.
    pub(super) fn close(&self) {
        self.announcements.lock().take();
    }

    /// Checks that the plugin still receives announcements.
    pub(super) fn check(&self) -> Result<(), InstanceError> {
        if self.announcements.lock().is_some() { Ok(()) } else { Err(no_broker()) }
    }

    /// Serves `services` on a socket of its own and announces it under the number returned.
    pub(super) async fn offer(
        &self,
        services: MountServices,
    ) -> Result<(u32, Brokered), InstanceError> {
        let on = if cfg!(windows) {
            ListenOn::Tcp { ports: None }
        } else {
            let directory = self.directory.clone();
            ListenOn::Unix { directory, variable: "TMPDIR", group: None }
        };
        let listener = Listener::bind(&on).map_err(|error| {
            InstanceError::Host(plugin_runtime::__private::error::chain(&error))
        })?;
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let announcement = ConnInfo {
            service_id: id,
            network: listener.network().name().to_owned(),
            address: listener.network().address().to_owned(),
            knock: None,
        };
        let connections = Connections::default();
        let accepting = AbortOnDropHandle::new(tokio::spawn(serve(
            listener,
            self.tls.clone(),
            self.tls.is_none(),
            services,
            connections.clone(),
        )));
        let sender = self.announcements.lock().clone().ok_or_else(no_broker)?;
        let late = match self.fault {
            BrokerFault::None => None,
            BrokerFault::Late(by) => Some(by),
            BrokerFault::Dead => Some(Duration::MAX),
        };
        let announcing = match late {
            None => {
                sender.send(announcement).await.map_err(|_| no_broker())?;
                None
            }
            Some(by) => Some(AbortOnDropHandle::new(tokio::spawn(async move {
                tokio::time::sleep(by).await;
                // If this fails, the receiver is gone.
                let _ = sender.send(announcement).await;
            }))),
        };
        Ok((id, Brokered { connections, _accepting: accepting, _announcing: announcing }))
    }
}

/// A service on a socket of its own, which goes with this value.
#[derive(Debug)]
pub(super) struct Brokered {
    connections: Connections,
    _accepting: AbortOnDropHandle<()>,
    _announcing: Option<AbortOnDropHandle<()>>,
}

impl Brokered {
    /// Lets calls that are under way end, and closes.
    pub(super) async fn close(&self) {
        self.connections.stop();
        let _ = tokio::time::timeout(LAST_CALLS, self.connections.ended()).await;
    }
}

impl Drop for Brokered {
    fn drop(&mut self) {
        self.connections.stop();
    }
}

/// Creates the error for a plugin that is exiting, or one that cannot be mounted.
fn no_broker() -> InstanceError {
    let text = "the plugin does not serve plugin.GRPCBroker, without which it can't be mounted";
    InstanceError::Host(text.to_owned())
}

async fn run(
    channel: Channel,
    announcements: mpsc::Receiver<ConnInfo>,
    requested: CancellationToken,
) {
    let mut client = GrpcBrokerClient::with_origin(channel.clone(), channel.origin());
    let _failed = requested.clone().drop_guard();
    let outgoing = stream::unfold(announcements, move |mut announcements| {
        // The first message is not read before the request's head has been sent.
        requested.cancel();
        async move {
            let next = announcements.recv().await?;
            Some((next, announcements))
        }
    });
    match client.start_stream(Box::pin(outgoing)).await {
        Ok(stream) => {
            let mut stream = stream.into_inner();
            while let Ok(Some(info)) = stream.message().await {
                tracing::warn!(id = info.service_id, "a plugin announced a service of its own");
            }
        }
        Err(status) => tracing::debug!(%status, "the plugin has no broker"),
    }
}
