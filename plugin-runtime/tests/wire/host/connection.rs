//! An HTTP/2 connection to a plugin.

use std::future::Future;
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream as StdStream;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use plugin_proto::pluginutil::multiplexing::MultiplexingSupportRequest;
use plugin_proto::pluginutil::multiplexing::plugin_multiplexing_client::PluginMultiplexingClient;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixStream;
use tokio::sync::watch;
use tokio_rustls::TlsConnector;
use tonic::body::Body;

use super::line::Line;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Cheap to clone; all clones are one connection.
#[derive(Clone)]
pub(crate) struct Connection {
    sender: http2::SendRequest<Body>,
    socket: Arc<StdStream>,
    ended: watch::Receiver<Option<String>>,
}

impl Connection {
    /// Connects with TLS to the address of a handshake line.
    pub(crate) async fn to(line: &Line, config: ClientConfig) -> Result<Self, Failure> {
        match line.network() {
            "tcp" => Self::open(&bridge(&line.address)?, config).await,
            _ => Self::open(&line.address, config).await,
        }
    }

    /// Connects with TLS. In TLS 1.3, the client's handshake ends before the server has checked its
    /// certificate, so only a call shows whether it was accepted.
    pub(crate) async fn open(path: &str, config: ClientConfig) -> Result<Self, Failure> {
        Self::open_by(path, config, "localhost").await
    }

    /// As [`Connection::open`], to a peer with this name on its certificate.
    pub(crate) async fn open_by(
        path: &str,
        config: ClientConfig,
        name: &'static str,
    ) -> Result<Self, Failure> {
        let (socket, handle) = connected(path)?;
        let name = ServerName::try_from(name)?;
        let stream = TlsConnector::from(Arc::new(config)).connect(name, socket).await?;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]), "ALPN");
        Self::over(stream, handle).await
    }

    /// Connects without TLS.
    pub(crate) async fn open_plaintext(path: &str) -> Result<Self, Failure> {
        let (socket, handle) = connected(path)?;
        Self::over(socket, handle).await
    }

    async fn over<I>(io: I, socket: StdStream) -> Result<Self, Failure>
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) = http2::Builder::new(TokioExecutor::new())
            .initial_max_send_streams(1024)
            .handshake(TokioIo::new(io))
            .await?;
        let (note, ended) = watch::channel(None);
        tokio::spawn(async move {
            let end = match connection.await {
                Ok(()) => "closed".to_owned(),
                Err(error) => format!("{error:?}"),
            };
            note.send_replace(Some(end));
        });
        Ok(Self { sender, socket: Arc::new(socket), ended })
    }

    /// Ends the connection as the kernel does for a killed process: silently, without a TLS or
    /// HTTP/2 message.
    pub(crate) fn cut(&self) {
        self.socket.shutdown(Shutdown::Both).expect("a connected socket");
    }

    /// Returns whether a call is answered: in TLS 1.3, the only sign that the client was accepted.
    pub(crate) async fn answers(&self) -> bool {
        let mut client = PluginMultiplexingClient::with_origin(self.clone(), super::origin());
        let call = client.multiplexing_support(MultiplexingSupportRequest {});
        let answer = tokio::time::timeout(super::PATIENCE, call).await;
        answer.expect("an untrusted client is refused and not left waiting").is_ok()
    }

    /// Returns how the connection ended, if it has.
    pub(crate) fn end(&self) -> Option<String> {
        self.ended.borrow().clone()
    }
}

/// Creates a Unix socket from which a thread forwards one connection to `address`.
fn bridge(address: &str) -> std::io::Result<String> {
    let outer = TcpStream::connect(address)?;
    let directory = tempfile::TempDir::new()?;
    let path = directory.path().join("bridge");
    let listener = std::os::unix::net::UnixListener::bind(&path)?;
    std::thread::spawn(move || {
        let (inner, _) = listener.accept().expect("the one connection");
        drop(directory);
        let (mut from, mut to) = (inner.try_clone().unwrap(), outer.try_clone().unwrap());
        let back = std::thread::spawn(move || {
            let (mut from, mut to) = (outer, inner);
            // Either side may close the connection.
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Both);
        });
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
        back.join().expect("the way back");
    });
    Ok(path.to_str().expect("a path of text").to_owned())
}

/// Returns a connected socket, and a second handle to it.
fn connected(path: &str) -> std::io::Result<(UnixStream, StdStream)> {
    let socket = StdStream::connect(path)?;
    socket.set_nonblocking(true)?;
    let handle = socket.try_clone()?;
    Ok((UnixStream::from_std(socket)?, handle))
}

impl tower::Service<http::Request<Body>> for Connection {
    type Response = http::Response<Incoming>;
    type Error = hyper::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.sender.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(self.sender.send_request(request))
    }
}
