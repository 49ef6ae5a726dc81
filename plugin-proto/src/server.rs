//! What the generated servers answer calls with.

use std::future::ready;
use std::marker::PhantomData;

use bytes::Bytes;
use prost::Message;
use tonic::body::Body;
use tonic::codec::EnabledCompressionEncodings;
use tonic::codegen::{Body as HttpBody, BoxFuture, StdError};
use tonic::server::{ServerStreamingService, StreamingService, UnaryService};
use tonic::{Request, Response, Status};

use crate::boxed::{BoxCodec, BoxMessage, decode};
use crate::codec::ProstCodec;

/// tonic's server, whose code for unary calls is the same for all messages: `T` is sent, `U` is
/// received.
pub(crate) struct Grpc<T, U> {
    codec: ProstCodec<T, U>,
    accept: EnabledCompressionEncodings,
    send: EnabledCompressionEncodings,
    max_decoding: Option<usize>,
    max_encoding: Option<usize>,
}

impl<T, U> Grpc<T, U>
where
    T: Message + 'static,
    U: Message + Default + 'static,
{
    pub(crate) fn new(codec: ProstCodec<T, U>) -> Self {
        Self {
            codec,
            accept: EnabledCompressionEncodings::default(),
            send: EnabledCompressionEncodings::default(),
            max_decoding: None,
            max_encoding: None,
        }
    }

    pub(crate) fn apply_compression_config(
        self,
        accept: EnabledCompressionEncodings,
        send: EnabledCompressionEncodings,
    ) -> Self {
        Self { accept, send, ..self }
    }

    pub(crate) fn apply_max_message_size_config(
        self,
        max_decoding: Option<usize>,
        max_encoding: Option<usize>,
    ) -> Self {
        Self { max_decoding, max_encoding, ..self }
    }

    /// Answers a call of one message with one message.
    pub(crate) async fn unary<S, B>(
        &mut self,
        method: S,
        request: http::Request<B>,
    ) -> http::Response<Body>
    where
        S: UnaryService<U, Response = T, Future = BoxFuture<Response<T>, Status>> + Send,
        B: HttpBody + Send + 'static,
        B::Error: Into<StdError> + Send,
    {
        let mut method = Typed { method, messages: PhantomData };
        self.tonic(BoxCodec).unary(Untyped(&mut method), request).await
    }

    /// Answers a call of one message with a stream of them.
    pub(crate) async fn server_streaming<S, B>(
        &mut self,
        method: S,
        request: http::Request<B>,
    ) -> http::Response<Body>
    where
        S: ServerStreamingService<U, Response = T>,
        S::ResponseStream: Send + 'static,
        B: HttpBody + Send + 'static,
        B::Error: Into<StdError> + Send,
    {
        self.tonic(self.codec).server_streaming(method, request).await
    }

    /// Answers a call of a stream of messages with another.
    pub(crate) async fn streaming<S, B>(
        &mut self,
        method: S,
        request: http::Request<B>,
    ) -> http::Response<Body>
    where
        S: StreamingService<U, Response = T> + Send,
        S::ResponseStream: Send + 'static,
        B: HttpBody + Send + 'static,
        B::Error: Into<StdError> + Send,
    {
        self.tonic(self.codec).streaming(method, request).await
    }

    fn tonic<C: tonic::codec::Codec>(&self, codec: C) -> tonic::server::Grpc<C> {
        tonic::server::Grpc::new(codec)
            .apply_compression_config(self.accept, self.send)
            .apply_max_message_size_config(self.max_decoding, self.max_encoding)
    }
}

/// A method, which decodes what it is called with.
struct Typed<S, T, U> {
    method: S,
    messages: PhantomData<fn(U) -> T>,
}

/// A method of any message types.
trait Method: Send {
    fn call(&mut self, request: Request<Bytes>) -> BoxFuture<Response<BoxMessage>, Status>;
}

impl<S, T, U> Method for Typed<S, T, U>
where
    S: UnaryService<U, Response = T, Future = BoxFuture<Response<T>, Status>> + Send,
    T: Message + 'static,
    U: Message + Default,
{
    fn call(&mut self, request: Request<Bytes>) -> BoxFuture<Response<BoxMessage>, Status> {
        let (metadata, extensions, bytes) = request.into_parts();
        match decode(bytes) {
            Ok(message) => {
                let answer = self.method.call(Request::from_parts(metadata, extensions, message));
                Box::pin(async move { answer.await.map(|answer| answer.map(BoxMessage::new)) })
            }
            Err(status) => Box::pin(ready(Err(status))),
        }
    }
}

struct Untyped<'a>(&'a mut dyn Method);

impl UnaryService<Bytes> for Untyped<'_> {
    type Response = BoxMessage;
    type Future = BoxFuture<Response<BoxMessage>, Status>;

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        self.0.call(request)
    }
}
