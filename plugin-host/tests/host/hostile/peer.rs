//! The other end of a plugin's socket, in the test's own hands: each call is answered as the test
//! says, in frames that no plugin would send.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{BufMut as _, Bytes, BytesMut};
use hyper::body::{Body, Frame, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use plugin_host::{Host, Launch, TlsMode};
use tokio::net::UnixListener;
use tokio_util::task::AbortOnDropHandle;

use crate::scratch::Scratch;

/// The answer to one call.
#[derive(Clone)]
pub(crate) enum Reply {
    /// A message, already encoded.
    Message(Vec<u8>),
    /// A status of gRPC and its text.
    Status(u32, String),
    /// A message of so many bytes is announced, and nothing of it is sent.
    Announced(u32),
    /// Headers, and then nothing.
    Opened,
    /// Nothing at all.
    Never,
    /// The stream is reset.
    Reset,
}

const OK: &[u8] = &[];

/// What a plugin answers that behaves: by the method's name, where the test says nothing else.
fn behaved(method: &str) -> Reply {
    match method {
        "StartStream" | "StreamStdio" => Reply::Opened,
        // supported: true
        "MultiplexingSupport" => Reply::Message(vec![0x08, 1]),
        // type: secrets engine
        "Type" => Reply::Message(vec![0x08, 1]),
        "Version" => Reply::Status(12, String::new()),
        _ => Reply::Message(OK.to_vec()),
    }
}

/// A server on a socket; gone with this value.
pub(crate) struct Peer {
    socket: PathBuf,
    _serving: AbortOnDropHandle<()>,
}

impl Peer {
    /// Answers each call as `replies` says by its method's name; `None` is for what a plugin would
    /// answer that behaves.
    pub(crate) fn new(
        scratch: &Scratch,
        replies: impl Fn(&str) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        let socket = scratch.other("peer");
        let listener = UnixListener::bind(&socket).unwrap();
        let serving = AbortOnDropHandle::new(tokio::spawn(serve(listener, Arc::new(replies))));
        Self { socket, _serving: serving }
    }

    /// A script that says that the plugin is here, does `then`, and stays.
    pub(crate) fn script(&self, scratch: &Scratch, then: &str) -> PathBuf {
        script_for(scratch, &self.socket, then)
    }

    /// A host whose plugin `peer` is this one, registered.
    pub(crate) async fn host(
        &self,
        scratch: &Scratch,
        change: impl Fn(Launch) -> Launch + Send + Sync + 'static,
    ) -> Host {
        self.script(scratch, "exec sleep 600");
        let run = scratch.run();
        let host = Host::builder()
            .plugin_directory(scratch.plugins())
            .request_timeout(PATIENCE_WITH_PEER)
            .resolves_paths(false)
            .launch(move |path| change(launch(path, &run)))
            .build();
        host.register(scratch.registration("peer")).await.unwrap();
        host
    }
}

/// How long a call may take here: some are never answered.
const PATIENCE_WITH_PEER: Duration = Duration::from_millis(1500);

/// A script named `peer` that points at a socket.
pub(crate) fn script_for(scratch: &Scratch, socket: &Path, then: &str) -> PathBuf {
    let line = format!("echo '1|5|unix|{}|grpc|'\n{then}", socket.display());
    scratch.script("peer", &line)
}

/// Without TLS, and with little patience.
pub(crate) fn launch(path: &Path, run: &Path) -> Launch {
    Launch::new(path)
        .directory(run)
        .tls(TlsMode::Plaintext)
        .call_timeout(PATIENCE_WITH_PEER)
        .exit_timeout(Duration::from_millis(100))
}

type Replies = Arc<dyn Fn(&str) -> Option<Reply> + Send + Sync>;

async fn serve(listener: UnixListener, replies: Replies) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let replies = Arc::clone(&replies);
        connections.spawn(async move {
            let service = service_fn(move |request: http::Request<Incoming>| {
                let replies = Arc::clone(&replies);
                async move { answer(&request, &replies).await }
            });
            let connection = http2::Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(stream), service);
            let _ = connection.await;
        });
    }
}

async fn answer(
    request: &http::Request<Incoming>,
    replies: &Replies,
) -> Result<http::Response<Frames>, Infallible> {
    let method = request.uri().path().rsplit('/').next().unwrap_or_default();
    let reply = replies(method).unwrap_or_else(|| behaved(method));
    let mut frames = Frames { data: None, status: None, then: Then::Pending };
    match reply {
        Reply::Message(message) => {
            frames.data = Some(framed(u32::try_from(message.len()).unwrap(), &message));
            frames.status = Some((0, String::new()));
        }
        Reply::Status(code, text) => frames.status = Some((code, text)),
        Reply::Announced(length) => frames.data = Some(framed(length, b"")),
        Reply::Opened => {}
        Reply::Never => std::future::pending().await,
        Reply::Reset => frames.then = Then::Reset,
    }
    let response = http::Response::builder().header("content-type", "application/grpc");
    Ok(response.body(frames).unwrap())
}

fn framed(length: u32, message: &[u8]) -> Bytes {
    let mut frame = BytesMut::new();
    frame.put_u8(0);
    frame.put_u32(length);
    frame.put_slice(message);
    frame.freeze()
}

enum Then {
    Pending,
    Reset,
}

/// A body: some data, a status, and what follows where there is none.
struct Frames {
    data: Option<Bytes>,
    status: Option<(u32, String)>,
    then: Then,
}

impl Body for Frames {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if let Some(data) = self.data.take() {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        if let Some((code, text)) = self.status.take() {
            let mut trailers = http::HeaderMap::new();
            trailers.insert("grpc-status", code.into());
            trailers.insert("grpc-message", text.parse().unwrap());
            self.then = Then::Pending;
            return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
        }
        match self.then {
            Then::Pending => Poll::Pending,
            Then::Reset => Poll::Ready(Some(Err(std::io::Error::other("reset")))),
        }
    }
}
