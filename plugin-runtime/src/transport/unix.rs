//! A connected Unix socket that wakes its owner only for what arrives.
//!
//! Linux notifies the owner of a Unix socket about free space each time the peer has read
//! something, and Tokio's own type always listens for that. This wakes a task, often on an idle
//! core, for every message that is sent, to no effect: a message nearly always fits.

use std::io::{self, IoSlice, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::time::Sleep;

use super::shortage::{is_shortage, report};

/// How long a write waits before it tries again if the system has no resources to wait with: no
/// descriptor, or no memory for the data. Short, because a large message needs many such waits.
const RETRY: Duration = Duration::from_millis(1);

/// A connected Unix socket.
#[derive(Debug)]
pub struct UnixSocket {
    arrivals: AsyncFd<UnixStream>,
    /// The means by which a write waits for room.
    room: Option<Room>,
}

/// How a write waits for room.
#[derive(Debug)]
enum Room {
    /// On a second descriptor of the same socket, registered for room.
    Watched(AsyncFd<UnixStream>),
    /// By time: the second descriptor is not always available, and the connection must not end for
    /// lack of it.
    Timed(Pin<Box<Sleep>>),
}

impl Room {
    fn of(socket: &UnixStream) -> Self {
        match socket.try_clone().and_then(|again| watch(again, Interest::WRITABLE)) {
            Ok(watched) => Self::Watched(watched),
            Err(error) => Self::later("cannot watch a socket for room, and tries again", error),
        }
    }

    fn later(what: &str, error: io::Error) -> Self {
        report(what, error);
        Self::Timed(Box::pin(tokio::time::sleep(RETRY)))
    }
}

impl UnixSocket {
    /// Connects to the socket at `path`.
    pub(super) async fn connect(path: &Path) -> io::Result<Self> {
        tokio::net::UnixStream::connect(path).await?.try_into()
    }

    /// Writes with `write` until the socket has accepted something; waits for room if there is
    /// none.
    fn poll_writing(
        &mut self,
        cx: &mut Context<'_>,
        mut write: impl FnMut(&UnixStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            match write(self.arrivals.get_ref()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(self.poll_room(cx))?;
                }
                Err(error) if is_shortage(&error) => {
                    let room = Room::later("cannot write to a socket, and tries again", error);
                    self.room = Some(room);
                    ready!(self.poll_room(cx))?;
                }
                written => {
                    self.room = None;
                    return Poll::Ready(written);
                }
            }
        }
    }

    /// Resolves when there may be room again.
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let socket = self.arrivals.get_ref();
        match self.room.get_or_insert_with(|| Room::of(socket)) {
            // The state known so far has led to the write that failed. Room that was freed since
            // then is reported again.
            Room::Watched(room) => ready!(room.poll_write_ready(cx))?.clear_ready(),
            Room::Timed(sleep) => {
                ready!(sleep.as_mut().poll(cx));
                self.room = None;
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// Registers a socket with the runtime for one kind of event.
#[expect(
    deprecated,
    reason = "what replaces it is unsafe, as a type may change its file descriptor; std's does not"
)]
fn watch(stream: UnixStream, interest: Interest) -> io::Result<AsyncFd<UnixStream>> {
    AsyncFd::with_interest(stream, interest)
}

impl TryFrom<tokio::net::UnixStream> for UnixSocket {
    type Error = io::Error;

    fn try_from(stream: tokio::net::UnixStream) -> io::Result<Self> {
        let arrivals = watch(stream.into_std()?, Interest::READABLE)?;
        Ok(Self { arrivals, room: None })
    }
}

impl AsyncRead for UnixSocket {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let into = buf.initialize_unfilled();
        loop {
            let mut ready = ready!(self.arrivals.poll_read_ready(cx))?;
            match ready.get_inner().read(into) {
                Ok(count) => {
                    // Fewer bytes than there was space for: that was all, and new bytes will be
                    // reported.
                    if 0 < count && count < into.len() {
                        ready.clear_ready();
                    }
                    buf.advance(count);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => ready.clear_ready(),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for UnixSocket {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().poll_writing(cx, |mut stream| stream.write(buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().poll_writing(cx, |mut stream| stream.write_vectored(bufs))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.arrivals.get_ref().shutdown(Shutdown::Write))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt as _;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// More than a socket holds.
    const LARGE: usize = 4 * 1024 * 1024;

    fn pair() -> (UnixSocket, tokio::net::UnixStream) {
        let (ours, theirs) = tokio::net::UnixStream::pair().unwrap();
        (ours.try_into().unwrap(), theirs)
    }

    fn pattern() -> Vec<u8> {
        (0..LARGE).map(|index| (index % 251) as u8).collect()
    }

    #[tokio::test]
    async fn more_than_the_socket_holds_is_written_as_the_peer_reads() {
        let (mut ours, mut theirs) = pair();
        let writing = tokio::spawn(async move {
            ours.write_all(&pattern()).await.unwrap();
            assert!(ours.room.is_none(), "no write waits for room any more");
            ours.shutdown().await.unwrap();
            ours
        });
        let mut found = Vec::new();
        let mut chunk = vec![0; 10_000];
        loop {
            let count = theirs.read(&mut chunk).await.unwrap();
            found.extend_from_slice(&chunk[..count]);
            if count == 0 {
                break;
            }
            tokio::task::yield_now().await;
        }
        assert!(found == pattern());
        writing.await.unwrap();
    }

    #[tokio::test]
    async fn whatever_the_peer_writes_is_read_to_its_end() {
        let (mut ours, mut theirs) = pair();
        let writing = tokio::spawn(async move {
            for part in pattern().chunks(7_919) {
                theirs.write_all(part).await.unwrap();
                tokio::task::yield_now().await;
            }
        });
        let mut found = Vec::new();
        ours.read_to_end(&mut found).await.unwrap();
        assert!(found == pattern());
        writing.await.unwrap();
    }

    #[tokio::test]
    async fn a_read_without_bytes_waits_for_them() {
        let (mut ours, mut theirs) = pair();
        let mut byte = [0];
        assert!(ours.read(&mut byte).now_or_never().is_none());
        theirs.write_all(b"x").await.unwrap();
        ours.read_exact(&mut byte).await.unwrap();
        assert_eq!(byte, *b"x");
        assert!(ours.read(&mut byte).now_or_never().is_none());
    }

    #[tokio::test]
    async fn a_peer_that_goes_while_a_write_waits_ends_the_wait() {
        let (mut ours, theirs) = pair();
        let writing = tokio::spawn(async move { ours.write_all(&pattern()).await });
        tokio::task::yield_now().await;
        assert!(!writing.is_finished(), "there is no room for all of it");
        drop(theirs);
        let error = writing.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }

    #[tokio::test]
    async fn what_the_peer_reads_wakes_no_task() {
        let (mut ours, mut theirs) = pair();
        ours.write_all(b"hello").await.unwrap();
        let woken = futures_util::future::poll_fn(|cx| {
            let registered = ours.arrivals.poll_write_ready(cx).is_pending();
            Poll::Ready(registered)
        });
        assert!(woken.await, "room is not known of");
        let mut bytes = [0; 5];
        theirs.read_exact(&mut bytes).await.unwrap();
        let room = futures_util::future::poll_fn(|cx| ours.arrivals.poll_write_ready(cx).map(drop));
        let told = tokio::time::timeout(Duration::from_millis(50), room).await;
        assert!(told.is_err(), "the kernel was not asked to report room");
    }
}
