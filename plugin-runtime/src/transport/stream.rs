//! A connection's bytes: a socket, with or without TLS.
//!
//! One type for all kinds and both roles, so that the HTTP/2 code on top of it exists once in the
//! binary.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsStream;

#[cfg(unix)]
use super::unix::UnixSocket;

/// A connected socket of either kind.
#[derive(Debug)]
pub enum Socket {
    #[cfg(unix)]
    Unix(UnixSocket),
    Tcp(TcpStream),
}

/// The transport of HTTP/2.
#[derive(Debug)]
pub(super) enum Stream {
    Plain(Socket),
    Tls(Box<TlsStream<Socket>>),
}

/// How many reads look for the peer's alert: earlier ones return what it sent before.
const LAST_READS: usize = 16;

impl Stream {
    /// Returns why a write failed: the peer's TLS alert, if it sent one before it closed.
    ///
    /// A peer that refuses this side's certificate does so after this side has completed its
    /// handshake, and it is random whether a write or a read notices the end first. The peer has
    /// closed, so waiting for its alert comes to an end.
    fn cause(&mut self, cx: &mut Context<'_>, error: io::Error) -> Poll<io::Error> {
        let Self::Tls(tls) = self else { return Poll::Ready(error) };
        if !matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset) {
            return Poll::Ready(error);
        }
        let mut bytes = [0; 256];
        for _ in 0..LAST_READS {
            let mut buf = ReadBuf::new(&mut bytes);
            match ready!(Pin::new(&mut *tls).poll_read(cx, &mut buf)) {
                Ok(()) if buf.filled().is_empty() => break,
                Err(alert) if alert.kind() == io::ErrorKind::InvalidData => {
                    return Poll::Ready(alert);
                }
                // A reset is reported before data that arrived earlier.
                Ok(()) | Err(_) => {}
            }
        }
        Poll::Ready(error)
    }
}

impl Socket {
    /// Returns the error unchanged: a plain socket has no further information.
    fn cause(&mut self, _: &mut Context<'_>, error: io::Error) -> Poll<io::Error> {
        Poll::Ready(error)
    }
}

/// Implements reading and writing for an enum whose variants all support it.
macro_rules! forward {
    ($type:ty { $($(#[$attribute:meta])? $variant:path),+ }) => {
        impl AsyncRead for $type {
            fn poll_read(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &mut ReadBuf<'_>,
            ) -> Poll<io::Result<()>> {
                match self.get_mut() {
                    $($(#[$attribute])? $variant(inner) => Pin::new(inner).poll_read(cx, buf),)+
                }
            }
        }

        impl AsyncWrite for $type {
            fn poll_write(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &[u8],
            ) -> Poll<io::Result<usize>> {
                let this = self.get_mut();
                let written = match this {
                    $($(#[$attribute])? $variant(inner) => Pin::new(inner).poll_write(cx, buf),)+
                };
                match written {
                    Poll::Ready(Err(error)) => this.cause(cx, error).map(Err),
                    written => written,
                }
            }

            fn poll_write_vectored(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                bufs: &[io::IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                let this = self.get_mut();
                let written = match this {
                    $($(#[$attribute])? $variant(inner) => {
                        Pin::new(inner).poll_write_vectored(cx, bufs)
                    })+
                };
                match written {
                    Poll::Ready(Err(error)) => this.cause(cx, error).map(Err),
                    written => written,
                }
            }

            fn is_write_vectored(&self) -> bool {
                match self {
                    $($(#[$attribute])? $variant(inner) => inner.is_write_vectored(),)+
                }
            }

            fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                let this = self.get_mut();
                let flushed = match this {
                    $($(#[$attribute])? $variant(inner) => Pin::new(inner).poll_flush(cx),)+
                };
                match flushed {
                    Poll::Ready(Err(error)) => this.cause(cx, error).map(Err),
                    flushed => flushed,
                }
            }

            fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                match self.get_mut() {
                    $($(#[$attribute])? $variant(inner) => Pin::new(inner).poll_shutdown(cx),)+
                }
            }
        }
    };
}

forward!(Socket {
    #[cfg(unix)]
    Socket::Unix,
    Socket::Tcp
});
forward!(Stream { Stream::Plain, Stream::Tls });
