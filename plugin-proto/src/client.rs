//! What the generated clients make calls with.

use bytes::Bytes;
use prost::Message;
use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::codec::{CompressionEncoding, Streaming};
use tonic::codegen::tokio_stream::Stream;
use tonic::codegen::{Body as HttpBody, StdError};
use tonic::{Request, Response, Status};

use http::Uri;
use http::uri::PathAndQuery;

use crate::boxed::{BoxCodec, BoxMessage, decode};
use crate::codec::ProstCodec;

/// tonic's client, whose code for unary calls is the same for all messages.
#[derive(Clone, Debug)]
pub(crate) struct Grpc<T>(tonic::client::Grpc<T>);

impl<T> Grpc<T> {
    pub(crate) fn new(inner: T) -> Self {
        Self(tonic::client::Grpc::new(inner))
    }

    pub(crate) fn with_origin(inner: T, origin: Uri) -> Self {
        Self(tonic::client::Grpc::with_origin(inner, origin))
    }

    pub(crate) fn send_compressed(self, encoding: CompressionEncoding) -> Self {
        Self(self.0.send_compressed(encoding))
    }

    pub(crate) fn accept_compressed(self, encoding: CompressionEncoding) -> Self {
        Self(self.0.accept_compressed(encoding))
    }

    pub(crate) fn max_decoding_message_size(self, limit: usize) -> Self {
        Self(self.0.max_decoding_message_size(limit))
    }

    pub(crate) fn max_encoding_message_size(self, limit: usize) -> Self {
        Self(self.0.max_encoding_message_size(limit))
    }
}

impl<T> Grpc<T>
where
    T: GrpcService<Body>,
    T::Error: Into<StdError>,
    T::ResponseBody: HttpBody + Send + 'static,
    <T::ResponseBody as HttpBody>::Error: Into<StdError>,
{
    /// Does nothing: the calls below wait until the connection is ready. What the generated code does
    /// about an error here would be compiled for each method.
    pub(crate) async fn ready(&mut self) -> Result<(), T::Error> {
        Ok(())
    }

    async fn connection_ready(&mut self) -> Result<(), Status> {
        let ready = self.0.ready().await;
        ready.map_err(|error| Status::unknown(format!("Service was not ready: {}", error.into())))
    }

    /// Sends a message, and waits for the answer.
    pub(crate) async fn unary<M, R>(
        &mut self,
        request: Request<M>,
        path: PathAndQuery,
        _: ProstCodec<M, R>,
    ) -> Result<Response<R>, Status>
    where
        M: Message + 'static,
        R: Message + Default,
    {
        let reply = self.call(request.map(BoxMessage::new), path).await?;
        let (metadata, bytes, extensions) = reply.into_parts();
        Ok(Response::from_parts(metadata, decode(bytes)?, extensions))
    }

    async fn call(
        &mut self,
        request: Request<BoxMessage>,
        path: PathAndQuery,
    ) -> Result<Response<Bytes>, Status> {
        self.connection_ready().await?;
        self.0.unary(request, path, BoxCodec).await
    }

    /// Sends a message, and receives a stream of them.
    pub(crate) async fn server_streaming<M, R>(
        &mut self,
        request: Request<M>,
        path: PathAndQuery,
        codec: ProstCodec<M, R>,
    ) -> Result<Response<Streaming<R>>, Status>
    where
        M: Message + 'static,
        R: Message + Default + 'static,
    {
        self.connection_ready().await?;
        self.0.server_streaming(request, path, codec).await
    }

    /// Sends a stream of messages, and receives another.
    pub(crate) async fn streaming<S, M, R>(
        &mut self,
        request: Request<S>,
        path: PathAndQuery,
        codec: ProstCodec<M, R>,
    ) -> Result<Response<Streaming<R>>, Status>
    where
        S: Stream<Item = M> + Send + 'static,
        M: Message + 'static,
        R: Message + Default + 'static,
    {
        self.connection_ready().await?;
        self.0.streaming(request, path, codec).await
    }
}
