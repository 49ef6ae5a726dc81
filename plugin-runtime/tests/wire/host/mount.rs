//! A mount, as its server sees it.

use std::time::Duration;

use plugin_proto::pb;
use plugin_proto::pb::backend_client::BackendClient;
use serde_json::Value;
use tonic::{Request, Status};

use super::brokered::Brokered;
use super::connection::Connection;
use super::to_instance;

pub(crate) struct Mount {
    pub(crate) id: String,
    pub(crate) backend: BackendClient<Connection>,
    pub(crate) brokered: Brokered,
}

pub(crate) type Reply = Result<pb::HandleRequestReply, Status>;

/// Creates a request with the fields that matter to most tests.
pub(crate) fn request(operation: &str, path: &str, data: &Value) -> pb::Request {
    pb::Request {
        operation: operation.to_owned(),
        path: path.to_owned(),
        data: data.to_string().into_bytes().into(),
        ..Default::default()
    }
}

impl Mount {
    pub(crate) fn new(id: &str, backend: BackendClient<Connection>, brokered: Brokered) -> Self {
        Self { id: id.to_owned(), backend, brokered }
    }

    /// Creates a call to this mount.
    pub(crate) fn to<T>(&self, message: T) -> Request<T> {
        to_instance(&self.id, message)
    }

    pub(crate) async fn send(&self, request: pb::Request) -> Reply {
        self.send_within(request, None).await
    }

    /// Sends a request as [`Mount::send`] does, with a `grpc-timeout`. Only the plugin gets it, and
    /// this side does not enforce it, so that a timeout is the plugin's own.
    pub(crate) async fn send_within(
        &self,
        request: pb::Request,
        timeout: Option<Duration>,
    ) -> Reply {
        let args = pb::HandleRequestArgs { storage_id: 0, request: Some(Box::new(request)) };
        let mut call = self.to(args);
        if let Some(timeout) = timeout {
            call.set_timeout(timeout);
        }
        self.backend.clone().handle_request(call).await.map(tonic::Response::into_inner)
    }

    pub(crate) async fn read(&self, path: &str) -> Reply {
        self.send(request("read", path, &Value::Null)).await
    }

    /// Sends data to a path, and returns the data of the answer, which must not be an error.
    pub(crate) async fn ask(&self, path: &str, data: &Value) -> Value {
        let reply = self.send(request("read", path, data)).await.expect("an answer");
        assert_eq!(reply.err, None, "{path}: {data}");
        data_of(&reply)
    }

    /// Calls storage from within the backend.
    pub(crate) async fn storage(&self, step: Value) -> Value {
        self.ask("storage", &step).await
    }

    pub(crate) async fn clean_up(&self) -> Result<(), Status> {
        self.backend.clone().cleanup(self.to(pb::Empty {})).await.map(drop)
    }
}

/// Returns the data of a reply as JSON; null without a response.
pub(crate) fn data_of(reply: &pb::HandleRequestReply) -> Value {
    match &reply.response {
        None => Value::Null,
        Some(response) => serde_json::from_slice(&response.data).expect("JSON"),
    }
}
