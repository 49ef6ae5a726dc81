//! The client's half: one HTTP/2 connection to a brokered service, dialled when first needed and
//! again when it broke.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use parking_lot::Mutex;
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::body::Body;

use super::stream::Stream;
use super::{Socket, Tls};
use crate::handshake::Network;

/// How long dialling may take, TLS included. The Go implementation's constant.
const DIAL_TIMEOUT: Duration = Duration::from_secs(5);

type Sender = http2::SendRequest<Body>;

/// Why a brokered service cannot be reached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ConnectError {
    #[error("cannot connect to the server's brokered service")]
    Dial(#[from] io::Error),
    #[error("the server's brokered service did not answer within {} seconds", DIAL_TIMEOUT.as_secs())]
    Timeout,
    #[error("the server's brokered service does not speak HTTP/2")]
    Http(#[source] hyper::Error),
    #[error("the connection to the server broke")]
    Broken(#[source] hyper::Error),
    #[error("the mount is being cleaned up")]
    Closed,
}

/// A cheap handle; its clones share one connection.
#[derive(Clone)]
pub(crate) struct Channel {
    shared: Arc<Shared>,
}

struct Shared {
    network: Network,
    tls: Option<Tls>,
    sender: Mutex<Option<Sender>>,
    /// One permit: who holds it dials.
    dialling: Semaphore,
    tasks: TaskTracker,
    closed: CancellationToken,
}

impl Channel {
    /// A channel to `network`. Nothing is dialled yet.
    pub(crate) fn new(network: Network, tls: Option<Tls>) -> Self {
        Self {
            shared: Arc::new(Shared {
                network,
                tls,
                sender: Mutex::new(None),
                dialling: Semaphore::new(1),
                tasks: TaskTracker::new(),
                closed: CancellationToken::new(),
            }),
        }
    }

    /// Dials now instead of at the first call.
    pub(crate) async fn connect(&self) -> Result<(), ConnectError> {
        self.shared.sender().await.map(drop)
    }

    /// Closes the connection and ends its task. Later calls fail.
    pub(crate) async fn close(&self) {
        self.shared.closed.cancel();
        *self.shared.sender.lock() = None;
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.closed.cancel();
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").field("network", &self.shared.network).finish_non_exhaustive()
    }
}

impl Shared {
    fn open_sender(&self) -> Option<Sender> {
        self.sender.lock().as_ref().filter(|sender| !sender.is_closed()).cloned()
    }

    async fn sender(&self) -> Result<Sender, ConnectError> {
        if let Some(sender) = self.open_sender() {
            return Ok(sender);
        }
        let Ok(_dialling) = self.dialling.acquire().await else { return Err(ConnectError::Closed) };
        if let Some(sender) = self.open_sender() {
            return Ok(sender);
        }
        if self.closed.is_cancelled() {
            return Err(ConnectError::Closed);
        }
        let sender = tokio::time::timeout(DIAL_TIMEOUT, self.dial())
            .await
            .map_err(|_| ConnectError::Timeout)??;
        *self.sender.lock() = Some(sender.clone());
        Ok(sender)
    }

    async fn dial(&self) -> Result<Sender, ConnectError> {
        let socket = open(&self.network).await?;
        let stream = match &self.tls {
            Some(tls) => Stream::Tls(Box::new(tls.connect(socket).await?.into())),
            None => Stream::Plain(socket),
        };
        let (sender, connection) = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            // Each call that is dropped with its request counts, over the connection's whole life.
            .max_local_error_reset_streams(None)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(ConnectError::Http)?;
        let closed = self.closed.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                result = connection => if let Err(error) = result {
                    tracing::debug!(%error, "brokered connection ended");
                },
                () = closed.cancelled() => {}
            }
        });
        Ok(sender)
    }
}

async fn open(network: &Network) -> io::Result<Socket> {
    match network {
        #[cfg(unix)]
        Network::Unix(path) => UnixStream::connect(path).await.map(Socket::Unix),
        #[cfg(not(unix))]
        Network::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
        Network::Tcp(address) => {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            Ok(Socket::Tcp(stream))
        }
    }
}

impl tower::Service<http::Request<Body>> for Channel {
    type Response = http::Response<Incoming>;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        match self.shared.open_sender() {
            Some(mut sender) => {
                Box::pin(
                    async move { sender.send_request(request).await.map_err(ConnectError::Broken) },
                )
            }
            None => {
                let shared = Arc::clone(&self.shared);
                Box::pin(async move {
                    let mut sender = shared.sender().await?;
                    sender.send_request(request).await.map_err(ConnectError::Broken)
                })
            }
        }
    }
}
