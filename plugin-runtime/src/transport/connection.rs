//! The server's half: accepts sockets, performs the TLS handshake and speaks HTTP/2 on each.

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
use super::handshakes::Handshakes;
use super::shortage::{is_shortage, report};
use super::stream::Stream;
use super::{Listener, Socket, Tls};
use crate::logical::error::chain;
use crate::report_limit::ReportLimit;

/// How long a peer may take until its first HTTP/2 frames, including the TLS handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How many connections of peers with the right certificate may be open at once. A server needs
/// one, and a second one while it reconnects.
const MOST_CONNECTIONS: usize = 64;

/// How many streams a server may cancel before this side has processed them: no limit, since there
/// is no limit on how many it may open either. If many API clients hang up at once, the server
/// cancels all their requests together; the usual limit of 20 would end the only connection, and
/// with it the broker's stream. The peer is authenticated, so a limit would guard against mistakes
/// and not against attackers.
const MOST_PENDING_RESETS: usize = usize::MAX;

/// How many bytes a peer may send before this side has read them: of one message, and of all
/// together.
const WINDOW: u32 = 1024 * 1024;

/// The maximum size of the headers of a request.
const MOST_HEADER_BYTES: u32 = 16 * 1024;

/// How many requests are accepted before they are processed. Accepting everything that the peer has
/// sent would make the two sides take turns: one would be idle while the other works.
const BATCH: u32 = 16;

/// How long to wait after a failed `accept` (for example, out of file descriptors) before the next
/// one.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Any process that can reach the socket can cause refusals without end.
static REFUSALS: ReportLimit = ReportLimit::new(16);

type Connection = h2::server::Connection<Stream, Bytes>;

/// Owns every task of the connections it serves, and ends them.
#[derive(Clone, Debug, Default)]
pub struct Connections {
    pub(super) tasks: TaskTracker,
    stop: CancellationToken,
}

impl Connections {
    /// Tells every connection to complete its running calls and to close.
    pub fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
    }

    /// Returns a token that [`Connections::stop`] cancels.
    pub fn stopping(&self) -> &CancellationToken {
        &self.stop
    }

    /// Resolves when nothing runs any more after [`Connections::stop`].
    pub async fn ended(&self) {
        self.tasks.wait().await;
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }
}

/// Accepts connections until `connections` is stopped. Without `tls`, every connection is refused
/// unless `plaintext` is set.
pub async fn serve<S>(
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
    let mut handshakes = Handshakes::new(connections.clone());
    let accept_all = async {
        loop {
            let socket = match listener.accept().await {
                Ok(socket) => socket,
                // A single peer, which has already disconnected.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
                Err(error) => {
                    if is_shortage(&error) {
                        handshakes.give_way();
                    }
                    report("cannot accept a connection", error);
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let (tls, service, owner) = (tls.clone(), service.clone(), connections.clone());
            let slots = Arc::clone(&slots);
            handshakes
                .begin(async move {
                    let Some(connection) = greet(socket, tls, plaintext).await else { return };
                    let Ok(slot) = slots.try_acquire_owned() else {
                        tracing::warn!("a connection is refused: {MOST_CONNECTIONS} are open");
                        return;
                    };
                    let stop = owner.stop.clone();
                    owner.clone().spawn(async move {
                        let _slot = slot;
                        serve_connection(connection, service, owner, stop).await;
                    });
                })
                .await;
        }
    };
    tokio::select! {
        () = accept_all => {}
        () = connections.stop.cancelled() => {}
    }
}

/// Performs a peer's handshakes, first TLS and then HTTP/2. Returns `None`, and logs the reason, if
/// the peer fails.
async fn greet(socket: Socket, tls: Option<Tls>, plaintext: bool) -> Option<Connection> {
    let greeting = async {
        let stream = match tls {
            Some(tls) => match tls.accept(socket).await {
                Ok(stream) => Stream::Tls(Box::new(stream.into())),
                Err(error) => {
                    refuse(&chain(&error));
                    return None;
                }
            },
            None if plaintext => Stream::Plain(socket),
            None => return None,
        };
        let handshake = h2::server::Builder::new()
            .initial_window_size(WINDOW)
            .initial_connection_window_size(WINDOW)
            .max_header_list_size(MOST_HEADER_BYTES)
            // No limit on the requests in flight, as in a Go plugin: those of all mounts share the
            // connection, and one mount could use up what the others need to be set up, cleaned up,
            // renewed and rolled back. The limit on each mount's own requests keeps memory use
            // bounded.
            .max_pending_accept_reset_streams(MOST_PENDING_RESETS)
            // By default, thousands of small unread bodies end the connection.
            .data_frame_budget(usize::MAX)
            // Counted over the connection's whole life, so any limit would be reached some day.
            .max_local_error_reset_streams(None)
            .handshake(stream);
        match handshake.await {
            Ok(connection) => Some(connection),
            Err(error) => {
                tracing::debug!(%error, "the peer does not speak HTTP/2");
                None
            }
        }
    };
    match tokio::time::timeout(HANDSHAKE_TIMEOUT, greeting).await {
        Ok(greeted) => greeted,
        Err(_) => {
            refuse(&format!("not done after {} s", HANDSHAKE_TIMEOUT.as_secs()));
            None
        }
    }
}

fn refuse(error: &str) {
    REFUSALS.report(|left_out| tracing::warn!(error, left_out, "TLS handshake refused"));
}

async fn serve_connection<S>(
    mut connection: Connection,
    mut service: S,
    connections: Connections,
    stop: CancellationToken,
) where
    S: Service<http::Request<Received>, Response = http::Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    // Created once for all requests: a new one each time would be added to a list and removed
    // again.
    let mut stopped = pin!(stop.cancelled());
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
                log_end(&error);
                return;
            }
            None => return,
        }
    }
}

/// Logs why a connection has ended. A peer that disconnects is normal; any other reason would be
/// lost otherwise, since the server then only seems to have exited.
fn log_end(error: &h2::Error) {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let gone = [BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof];
    match error.get_io() {
        Some(cause) if !gone.contains(&cause.kind()) => {
            tracing::warn!(error = %chain(cause), "the connection failed");
        }
        _ => tracing::debug!(%error, "connection ended"),
    }
}

/// Sends the answer of one call; dropped if the server cancels the call.
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
