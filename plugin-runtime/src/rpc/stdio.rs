//! `plugin.GRPCStdio`: output that a plugin forwards over gRPC.
//!
//! Servers discard it, and this plugin's log goes to stderr. But they ask for the stream once and
//! log a warning if there is none, so it exists, stays open and sends nothing.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use plugin_proto::plugin::StdioData;
use plugin_proto::plugin::grpc_stdio_server::GrpcStdio;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::{Request, Response, Status, async_trait};

#[derive(Clone, Debug)]
pub(super) struct Stdio {
    pub(super) stopping: CancellationToken,
}

#[async_trait]
impl GrpcStdio for Stdio {
    type StreamStdioStream = Silence;

    async fn stream_stdio(&self, _: Request<()>) -> Result<Response<Silence>, Status> {
        Ok(Response::new(Silence { end: Box::pin(self.stopping.clone().cancelled_owned()) }))
    }
}

/// A stream without items, which ends when the plugin exits.
pub(super) struct Silence {
    end: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Stream for Silence {
    type Item = Result<StdioData, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.end.as_mut().poll(cx).map(|()| None)
    }
}
