//! The bodies of HTTP/2 messages, received and sent.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::FutureExt as _;
use h2::{Reason, RecvStream, SendStream};
use http_body::{Body as _, Frame};
use tonic::body::Body;

/// A body from the peer. Taking data out of it makes room for more.
#[derive(Debug)]
pub struct Received {
    stream: RecvStream,
    data_done: bool,
}

impl Received {
    pub(super) fn new(stream: RecvStream) -> Self {
        Self { stream, data_done: false }
    }
}

/// Ends the body without an error if the peer answered early.
fn early<T>(error: h2::Error) -> Option<Result<T, h2::Error>> {
    (error.reason() != Some(Reason::NO_ERROR)).then_some(Err(error))
}

impl http_body::Body for Received {
    type Data = Bytes;
    type Error = h2::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, h2::Error>>> {
        if !self.data_done {
            match ready!(self.stream.poll_data(cx)) {
                Some(Ok(data)) => {
                    // Fails if the stream has ended, which the next poll reports.
                    let _ = self.stream.flow_control().release_capacity(data.len());
                    return Poll::Ready(Some(Ok(Frame::data(data))));
                }
                Some(Err(error)) => return Poll::Ready(early(error)),
                None => self.data_done = true,
            }
        }
        Poll::Ready(match ready!(self.stream.poll_trailers(cx)) {
            Ok(trailers) => trailers.map(|trailers| Ok(Frame::trailers(trailers))),
            Err(error) => early(error),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.stream.is_end_stream()
    }
}

/// Sends a body. Resolves when the connection has all of it, or when the peer wants no more.
///
/// The first message does not wait for the peer's window: it is in memory anyway, and then travels
/// in one write with the headers of its call. A later one waits until those before it have been
/// sent.
pub(super) async fn send(mut body: Body, mut stream: SendStream<Bytes>) -> Result<(), h2::Error> {
    let mut begun = false;
    let mut next = next_frame(&mut body, &mut stream).await?;
    while let Some(frame) = next {
        let data = match frame.into_data() {
            Ok(data) => data,
            Err(frame) => match frame.into_trailers() {
                Ok(trailers) => return stream.send_trailers(trailers),
                // An unknown kind of frame, which is skipped.
                Err(_) => Bytes::new(),
            },
        };
        // Whether the message is the last one, if that is already known.
        let after = next_frame(&mut body, &mut stream).now_or_never();
        if begun && !data.is_empty() {
            room(&mut stream).await?;
        }
        begun = true;
        let last = matches!(after, Some(Ok(None)));
        stream.send_data(data, last)?;
        if last {
            return Ok(());
        }
        next = match after {
            Some(next) => next?,
            None => next_frame(&mut body, &mut stream).await?,
        };
    }
    stream.send_data(Bytes::new(), true)
}

/// Returns the body's next frame, unless the peer cancels the stream first.
async fn next_frame(
    body: &mut Body,
    stream: &mut SendStream<Bytes>,
) -> Result<Option<Frame<Bytes>>, h2::Error> {
    poll_fn(|cx| match Pin::new(&mut *body).poll_frame(cx) {
        Poll::Ready(Some(Ok(frame))) => Poll::Ready(Ok(Some(frame))),
        Poll::Ready(Some(Err(_))) => {
            stream.send_reset(Reason::INTERNAL_ERROR);
            Poll::Ready(Err(Reason::INTERNAL_ERROR.into()))
        }
        Poll::Ready(None) => Poll::Ready(Ok(None)),
        Poll::Pending => {
            let reason = ready!(stream.poll_reset(cx))?;
            Poll::Ready(Err(reason.into()))
        }
    })
    .await
}

/// Resolves when the peer's window has room.
async fn room(stream: &mut SendStream<Bytes>) -> Result<(), h2::Error> {
    stream.reserve_capacity(1);
    while stream.capacity() == 0 {
        match poll_fn(|cx| stream.poll_capacity(cx)).await {
            Some(capacity) => capacity.map(drop)?,
            None => return Err(Reason::CANCEL.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::convert::Infallible;

    use tokio_util::task::AbortOnDropHandle;

    use super::*;

    /// A body of these messages, which then ends or continues forever.
    struct Messages {
        left: VecDeque<&'static str>,
        ends: bool,
    }

    impl http_body::Body for Messages {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            match self.left.pop_front() {
                Some(message) => Poll::Ready(Some(Ok(Frame::data(Bytes::from(message))))),
                None if self.ends => Poll::Ready(None),
                None => Poll::Pending,
            }
        }
    }

    fn body<const N: usize>(messages: [&'static str; N], ends: bool) -> Body {
        Body::new(Messages { left: messages.into(), ends })
    }

    /// The two ends of a request, and the tasks of their connections.
    struct Pair {
        stream: SendStream<Bytes>,
        received: RecvStream,
        respond: h2::server::SendResponse<Bytes>,
        _tasks: [AbortOnDropHandle<()>; 2],
    }

    /// Creates a request whose receiver has room for `window` bytes.
    async fn pair(window: u32) -> Pair {
        let (here, there) = tokio::io::duplex(4096);
        let mut builder = h2::server::Builder::new();
        builder.initial_window_size(window);
        let accepting = tokio::spawn(async move {
            let mut connection = builder.handshake::<_, Bytes>(there).await.unwrap();
            let (request, respond) = connection.accept().await.unwrap().unwrap();
            let task = tokio::spawn(async move { while connection.accept().await.is_some() {} });
            (request.into_body(), respond, AbortOnDropHandle::new(task))
        });
        let (sender, connection) = h2::client::handshake(here).await.unwrap();
        let task = tokio::spawn(async move { drop(connection.await) });
        let request = http::Request::post("https://localhost/").body(()).unwrap();
        let (response, stream) =
            sender.ready().await.unwrap().send_request(request, false).unwrap();
        // The peer's settings are known once it has answered; the answer itself does not matter
        // here.
        drop(tokio::spawn(response));
        let (received, respond, accepted) = accepting.await.unwrap();
        Pair { stream, received, respond, _tasks: [AbortOnDropHandle::new(task), accepted] }
    }

    #[tokio::test]
    async fn a_body_of_one_message_ends_with_it() {
        let mut pair = pair(1024).await;
        send(body(["one"], true), pair.stream).await.unwrap();
        assert_eq!(pair.received.data().await.unwrap().unwrap(), "one");
        assert!(pair.received.is_end_stream(), "no empty frame follows");
    }

    #[tokio::test]
    async fn a_later_message_waits_for_room() {
        let mut pair = pair(4).await;
        let sending = tokio::spawn(send(body(["first", "second"], true), pair.stream));
        let mut text = Vec::new();
        while let Some(data) = pair.received.data().await {
            let data = data.unwrap();
            assert!(data.len() <= 4, "the window is kept to");
            // The first message is longer than the window, and has not left completely.
            assert!(!text.is_empty() || !sending.is_finished());
            pair.received.flow_control().release_capacity(data.len()).unwrap();
            text.extend_from_slice(&data);
        }
        assert_eq!(text, b"firstsecond");
        sending.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_body_goes_no_further_when_the_peer_cancels() {
        let mut pair = pair(1024).await;
        let sending = tokio::spawn(send(body(["one"], false), pair.stream));
        assert_eq!(pair.received.data().await.unwrap().unwrap(), "one");
        pair.respond.send_reset(Reason::CANCEL);
        let error = sending.await.unwrap().unwrap_err();
        assert_eq!(error.reason(), Some(Reason::CANCEL));
    }
}
