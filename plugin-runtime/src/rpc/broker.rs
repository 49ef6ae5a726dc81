//! `plugin.GRPCBroker`: the stream on which the server announces the addresses of its brokered
//! services.
//!
//! The stream stays open for as long as the server lives, so its end also shows that the server has
//! exited.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use futures_util::Stream;
use parking_lot::Mutex;
use plugin_proto::plugin::ConnInfo;
use plugin_proto::plugin::grpc_broker_server::GrpcBroker;
use tokio::sync::{oneshot, watch};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::{Request, Response, Status, Streaming, async_trait};

use crate::broker::{Announced, Asked, Broker, PATIENCE};
use crate::handshake::Network;

/// The state of the broker's stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    NotYet,
    Open,
    Ended(Ended),
}

/// How the broker's stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The server closed it, and will order the plugin to exit.
    Closed,
    /// It broke: the server has exited or crashed.
    Broken,
}

/// No address arrived for a number.
#[derive(Debug, thiserror::Error)]
#[error("timeout waiting for connection info")]
pub(crate) struct NoAddress;

/// The plugin's end of the broker.
#[derive(Clone, Debug)]
pub(crate) struct PluginBroker {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    broker: Mutex<Broker<oneshot::Sender<Network>>>,
    stream: watch::Sender<Standing>,
    stopping: CancellationToken,
}

impl PluginBroker {
    pub(crate) fn new(stopping: CancellationToken) -> Self {
        let (stream, _) = watch::channel(Standing::NotYet);
        let broker = Mutex::new(Broker::new());
        Self { shared: Arc::new(Shared { broker, stream, stopping }) }
    }

    /// Returns the address of the brokered service with this number; waits for its announcement.
    pub(super) async fn address(&self, id: u32) -> Result<Network, NoAddress> {
        let (sender, receiver) = oneshot::channel();
        match self.shared.broker.lock().ask(id, sender, Instant::now()) {
            Asked::Ready(network) => return Ok(network),
            Asked::Waiting => {}
        }
        let _give_up = GiveUp { shared: &self.shared, id };
        match tokio::time::timeout(PATIENCE, receiver).await {
            Ok(Ok(network)) => Ok(network),
            Ok(Err(_)) | Err(_) => Err(NoAddress),
        }
    }

    /// Resolves when a server has opened the stream.
    pub(crate) async fn opened(&self) {
        let mut stream = self.shared.stream.subscribe();
        // The sender is in `self`, so waiting cannot fail.
        let _ = stream.wait_for(|state| *state != Standing::NotYet).await;
    }

    /// Resolves when the stream has ended.
    pub(crate) async fn ended(&self) -> Ended {
        let mut stream = self.shared.stream.subscribe();
        match stream.wait_for(|state| matches!(state, Standing::Ended(_))).await.as_deref() {
            Ok(Standing::Ended(how)) => *how,
            _ => Ended::Broken,
        }
    }
}

/// Forgets a waiter whose call was dropped.
struct GiveUp<'a> {
    shared: &'a Shared,
    id: u32,
}

impl Drop for GiveUp<'_> {
    fn drop(&mut self) {
        self.shared.broker.lock().give_up(self.id);
    }
}

#[async_trait]
impl GrpcBroker for PluginBroker {
    type StartStreamStream = Announcements;

    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<Announcements>, Status> {
        self.shared.stream.send_replace(Standing::Open);
        let end = Box::pin(self.shared.stopping.clone().cancelled_owned());
        let incoming = Some(request.into_inner());
        Ok(Response::new(Announcements { shared: Arc::clone(&self.shared), incoming, end }))
    }
}

/// The answer to `StartStream`. It is empty, since a plugin has no brokered services of its own;
/// polling it reads the server's announcements.
pub(crate) struct Announcements {
    shared: Arc<Shared>,
    /// `None` once the server's half has ended.
    incoming: Option<Streaming<ConnInfo>>,
    end: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Announcements {
    fn take_in(&self, info: ConnInfo) {
        if info.knock.is_some() {
            tracing::warn!(
                "the server asked for a multiplexed connection, which this plugin does not offer"
            );
            return;
        }
        let network = match Network::parse(&info.network, &info.address) {
            Ok(network) => network,
            Err(error) => {
                tracing::warn!(%error, id = info.service_id, "unusable brokered address");
                return;
            }
        };
        match self.shared.broker.lock().announce(info.service_id, network, Instant::now()) {
            // A caller that has just given up no longer needs it.
            Announced::Deliver(waiter, network) => drop(waiter.send(network)),
            Announced::Kept => {}
            Announced::Dropped => {
                tracing::warn!(id = info.service_id, "brokered address announced twice");
            }
        }
    }

    fn end(&mut self, how: Ended) {
        self.incoming = None;
        self.shared.stream.send_if_modified(|state| {
            let first = !matches!(state, Standing::Ended(_));
            if first {
                *state = Standing::Ended(how);
            }
            first
        });
    }
}

impl Stream for Announcements {
    type Item = Result<ConnInfo, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while let Some(incoming) = &mut self.incoming {
            match Pin::new(incoming).poll_next(cx) {
                Poll::Ready(Some(Ok(info))) => self.take_in(info),
                Poll::Ready(Some(Err(_))) => self.end(Ended::Broken),
                Poll::Ready(None) => self.end(Ended::Closed),
                Poll::Pending => break,
            }
        }
        self.end.as_mut().poll(cx).map(|()| None)
    }
}

impl Drop for Announcements {
    /// Ends the stream with its connection.
    fn drop(&mut self) {
        self.end(Ended::Broken);
    }
}
