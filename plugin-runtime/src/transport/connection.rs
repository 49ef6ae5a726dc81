//! The server's half: accepts sockets, does the TLS handshake and speaks HTTP/2 on each.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use h2::server::SendResponse;
use http_body::Body as _;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::body::Body;
use tower::Service;

use super::body::{Received, send};
use super::stream::Stream;
use super::{Listener, Socket, Tls};

/// How long a peer may take for its TLS handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How many connections may be open at once. A server needs one, and a second one while it
/// reconnects; more than a few are strangers.
const MOST_CONNECTIONS: usize = 64;

/// How many requests may be in flight on one connection. What comes above waits in the server,
/// which keeps this process's memory flat under overload.
const MOST_STREAMS: u32 = 1024;

/// How many streams a server may cancel before this side has seen them. When many API clients hang
/// up at once, the server cancels all their requests in one go; the usual bound of 20 would end
/// the one connection that carries everything, and with it the broker's stream. The peer is
/// authenticated, so that this guards against mistakes and not against attackers.
const MOST_PENDING_RESETS: usize = 64 * 1024;

/// How many bytes a peer may send before it is told that they were read: of one message, and of
/// all together.
const WINDOW: u32 = 1024 * 1024;

/// How large the headers of a request may be.
const MOST_HEADER_BYTES: u32 = 16 * 1024;

/// How many requests are taken before those taken are worked on. All that the peer has sent at
/// once would make the two sides take turns: one has nothing to do while the other works.
const BATCH: u32 = 16;

/// How long to wait after a failing `accept` (out of file descriptors, say) before the next one.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Owns every task of the connections it serves, and ends them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connections {
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Connections {
    /// Tells every connection to finish what it has begun and to close.
    pub(crate) fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
    }

    /// A token that [`Connections::stop`] cancels.
    pub(crate) fn stopping(&self) -> &CancellationToken {
        &self.stop
    }

    /// Resolves when, after [`Connections::stop`], nothing runs any more.
    pub(crate) async fn ended(&self) {
        self.tasks.wait().await;
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }
}

/// Accepts connections until `connections` is stopped. Without `tls` every connection is dropped
/// unless `plaintext` says that the caller knows what that means.
pub(crate) async fn serve<S>(
    listener: Listener,
    tls: Option<Tls>,
    plaintext: bool,
    service: S,
    connections: Connections,
) where
    S: Service<http::Request<Received>, Response = http::Response<Body>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send + 'static,
{
    let slots = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let accept_all = async {
        loop {
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
            let socket = match listener.accept().await {
                Ok(socket) => socket,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let (tls, service, owner) = (tls.clone(), service.clone(), connections.clone());
            connections.spawn(async move {
                let _slot = slot;
                let stream = match tls {
                    Some(tls) => match handshake(&tls, socket).await {
                        Ok(stream) => stream,
                        Err(error) => {
                            tracing::warn!(%error, "TLS handshake refused");
                            return;
                        }
                    },
                    None if plaintext => Stream::Plain(socket),
                    None => return,
                };
                serve_connection(stream, service, owner).await;
            });
        }
    };
    tokio::select! {
        () = accept_all => {}
        () = connections.stop.cancelled() => {}
    }
}

async fn handshake(tls: &Tls, socket: Socket) -> io::Result<Stream> {
    let stream = tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.accept(socket))
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    Ok(Stream::Tls(Box::new(stream.into())))
}

async fn serve_connection<S>(stream: Stream, mut service: S, connections: Connections)
where
    S: Service<http::Request<Received>, Response = http::Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    let stop = connections.stop.clone();
    // Once for all requests: a new one each time would be put on a list and taken off again.
    let mut stopped = pin!(stop.cancelled());
    let handshake = h2::server::Builder::new()
        .initial_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_header_list_size(MOST_HEADER_BYTES)
        .max_concurrent_streams(MOST_STREAMS)
        .max_pending_accept_reset_streams(MOST_PENDING_RESETS)
        // Counted over the connection's whole life, so that any bound is reached some day.
        .max_local_error_reset_streams(None)
        .handshake(stream);
    let result = tokio::select! {
        result = handshake => result,
        () = &mut stopped => return,
    };
    let mut connection = match result {
        Ok(connection) => connection,
        Err(error) => {
            tracing::debug!(%error, "the peer does not speak HTTP/2");
            return;
        }
    };
    let mut stopping = false;
    let mut accepted_in_a_row = 0;
    loop {
        let accepted = tokio::select! {
            accepted = connection.accept() => accepted,
            () = &mut stopped, if !stopping => {
                connection.graceful_shutdown();
                stopping = true;
                continue;
            }
        };
        match accepted {
            Some(Ok((request, respond))) => {
                let call = service.call(request.map(Received::new));
                connections.spawn(answer(call, respond));
                accepted_in_a_row += 1;
                if accepted_in_a_row == BATCH {
                    accepted_in_a_row = 0;
                    tokio::task::yield_now().await;
                }
            }
            Some(Err(error)) => {
                tracing::debug!(%error, "connection ended");
                return;
            }
            None => return,
        }
    }
}

/// Sends the answer of one call, which is dropped if the server cancels it.
async fn answer(
    call: impl Future<Output = Result<http::Response<Body>, Infallible>>,
    mut respond: SendResponse<Bytes>,
) {
    let response = tokio::select! {
        biased;
        Ok(response) = call => response,
        _ = poll_fn(|cx| respond.poll_reset(cx)) => return,
    };
    let (head, body) = response.into_parts();
    let ended = body.is_end_stream();
    let sent = match respond.send_response(http::Response::from_parts(head, ()), ended) {
        Ok(_) if ended => Ok(()),
        Ok(stream) => send(body, stream).await,
        Err(error) => Err(error),
    };
    if let Err(error) = sent {
        tracing::debug!(%error, "an answer was not sent");
    }
}
