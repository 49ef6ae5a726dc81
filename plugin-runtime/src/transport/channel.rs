//! The client's half: one HTTP/2 connection to a brokered service, opened when first needed and
//! again after it broke.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use h2::client::SendRequest;
use http_body::Body as _;
use parking_lot::Mutex;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::body::Body;

use super::body::{Received, send};
use super::shortage::explained;
use super::stream::Stream;
use super::{Target, Tls};

/// How long connecting may take, including TLS. The Go implementation's constant.
const DIAL_TIMEOUT: Duration = Duration::from_secs(5);

/// How many bytes the server may send before this side has read them: of one message, and of all
/// together.
const WINDOW: u32 = 2 * 1024 * 1024;
const CONNECTION_WINDOW: u32 = 5 * 1024 * 1024;

/// The maximum size of the headers of an answer.
const MOST_HEADER_BYTES: u32 = 16 * 1024;

/// A connection that calls can be made on.
#[derive(Clone)]
struct Open {
    sender: SendRequest<Bytes>,
    /// Cancelled when the connection has ended.
    ended: CancellationToken,
}

/// Why a brokered service cannot be reached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    #[error("cannot connect to the server's brokered service at {address}")]
    Dial { address: String, source: io::Error },
    #[error("TLS handshake with the server's brokered service at {address} failed")]
    Tls { address: String, source: io::Error },
    #[error(
        "the server's brokered service at {address} did not answer within {} seconds",
        DIAL_TIMEOUT.as_secs()
    )]
    Timeout { address: String },
    #[error("the server's brokered service at {address} does not speak HTTP/2")]
    Http { address: String, source: h2::Error },
    #[error("the connection to the server broke")]
    Broken(#[source] h2::Error),
    #[error("the mount is being cleaned up")]
    Closed,
}

/// A cheap handle; its clones share one connection.
#[derive(Clone)]
pub struct Channel {
    shared: Arc<Shared>,
}

struct Shared {
    target: Target,
    tls: Option<Tls>,
    open: Mutex<Option<Open>>,
    /// One permit: its holder connects.
    dialling: Semaphore,
    tasks: TaskTracker,
    closed: CancellationToken,
}

impl Channel {
    /// Creates a channel to `target`. It does not connect yet.
    pub fn new(target: Target, tls: Option<Tls>) -> Self {
        Self {
            shared: Arc::new(Shared {
                target,
                tls,
                open: Mutex::new(None),
                dialling: Semaphore::new(1),
                tasks: TaskTracker::new(),
                closed: CancellationToken::new(),
            }),
        }
    }

    /// Returns the origin of each call: the name on the server's certificate.
    pub fn origin(&self) -> http::Uri {
        let localhost = || http::Uri::from_static("https://localhost");
        self.shared.tls.as_ref().map_or_else(localhost, Tls::origin)
    }

    /// Connects now instead of at the first call.
    pub async fn connect(&self) -> Result<(), ConnectError> {
        self.shared.open().await.map(drop)
    }

    /// Closes the connection and ends its task. Later calls fail.
    pub async fn close(&self) {
        self.shared.closed.cancel();
        *self.shared.open.lock() = None;
        self.shared.target.release();
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
        f.debug_struct("Channel").field("target", &self.shared.target).finish_non_exhaustive()
    }
}

impl Shared {
    fn opened(&self) -> Option<SendRequest<Bytes>> {
        let open = self.open.lock();
        open.as_ref().filter(|open| !open.ended.is_cancelled()).map(|open| open.sender.clone())
    }

    async fn open(&self) -> Result<SendRequest<Bytes>, ConnectError> {
        if let Some(sender) = self.opened() {
            return Ok(sender);
        }
        let Ok(_dialling) = self.dialling.acquire().await else { return Err(ConnectError::Closed) };
        if let Some(sender) = self.opened() {
            return Ok(sender);
        }
        if self.closed.is_cancelled() {
            return Err(ConnectError::Closed);
        }
        let open = tokio::time::timeout(DIAL_TIMEOUT, self.dial())
            .await
            .map_err(|_| ConnectError::Timeout { address: self.address() })??;
        self.target.release();
        let sender = open.sender.clone();
        *self.open.lock() = Some(open);
        Ok(sender)
    }

    /// Returns a connection for a call. If the server is closing it, connects again: nothing has
    /// been sent on it yet.
    async fn ready(&self) -> Result<SendRequest<Bytes>, ConnectError> {
        match self.open().await?.ready().await {
            Ok(sender) => Ok(sender),
            Err(_) => {
                *self.open.lock() = None;
                self.open().await?.ready().await.map_err(ConnectError::Broken)
            }
        }
    }

    fn address(&self) -> String {
        self.target.network().address().to_owned()
    }

    async fn dial(&self) -> Result<Open, ConnectError> {
        let socket = self.target.connect().await.map_err(|error| ConnectError::Dial {
            address: self.address(),
            source: explained(error),
        })?;
        let stream = match &self.tls {
            Some(tls) => {
                let refused = |source| ConnectError::Tls { address: self.address(), source };
                Stream::Tls(Box::new(tls.connect(socket).await.map_err(refused)?.into()))
            }
            None => Stream::Plain(socket),
        };
        let (sender, connection) = h2::client::Builder::new()
            .enable_push(false)
            .initial_window_size(WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_header_list_size(MOST_HEADER_BYTES)
            // Each call that is dropped with its request counts, over the connection's whole life.
            .max_local_error_reset_streams(None)
            // By default, thousands of small unread answers end the connection.
            .data_frame_budget(usize::MAX)
            .handshake(stream)
            .await
            .map_err(|source| ConnectError::Http { address: self.address(), source })?;
        let ended = CancellationToken::new();
        let closed = self.closed.clone();
        let guard = ended.clone().drop_guard();
        self.tasks.spawn(async move {
            let _guard = guard;
            tokio::select! {
                result = connection => if let Err(error) = result {
                    tracing::debug!(%error, "brokered connection ended");
                },
                () = closed.cancelled() => {}
            }
        });
        Ok(Open { sender, ended })
    }

    /// Sends a request and waits for the head of its answer.
    async fn call(
        &self,
        request: http::Request<Body>,
    ) -> Result<http::Response<Received>, ConnectError> {
        let mut sender = self.ready().await?;
        let (head, body) = request.into_parts();
        let ended = body.is_end_stream();
        let (response, stream) = sender
            .send_request(http::Request::from_parts(head, ()), ended)
            .map_err(ConnectError::Broken)?;
        if !ended {
            let mut sending = Box::pin(send(body, stream));
            // A body of one message has been sent by now; the rest of a longer one continues in a
            // task.
            if (&mut sending).now_or_never().is_none() {
                let closed = self.closed.clone();
                self.tasks.spawn(async move {
                    tokio::select! {
                        // If it fails, the answer says why.
                        _ = sending => {}
                        () = closed.cancelled() => {}
                    }
                });
            }
        }
        let response = response.await.map_err(ConnectError::Broken)?;
        Ok(response.map(Received::new))
    }
}

impl tower::Service<http::Request<Body>> for Channel {
    type Response = http::Response<Received>;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let shared = Arc::clone(&self.shared);
        Box::pin(async move { shared.call(request).await })
    }
}
