//! One mount of a backend, with storage in memory.

use plugin_runtime::framework::{Dispatch, Framework};
use plugin_runtime::{
    Backend, Data, Error, ErrorKind, Lease, Operation, Request, Response, Secret, Storage,
};
use serde_json::Value;

pub(crate) struct Mount<S> {
    pub(crate) backend: Dispatch<S>,
    pub(crate) storage: Storage,
}

pub(crate) type HandlerResult = Result<Option<Response>, Error>;

impl<S: Send + Sync + 'static> Mount<S> {
    pub(crate) fn of(framework: Framework<S>) -> Self {
        Self { backend: framework.build().unwrap(), storage: Storage::in_memory() }
    }

    /// Sends a request with a body; `null` for none.
    pub(crate) fn request(&self, operation: Operation, path: &str, body: Value) -> Request {
        Request::new(operation, path, Data::new(&body).unwrap(), self.storage.clone())
    }

    pub(crate) async fn send(
        &self,
        operation: Operation,
        path: &str,
        body: Value,
    ) -> HandlerResult {
        self.backend.handle(self.request(operation, path, body)).await
    }

    pub(crate) async fn send_request(&self, request: Request) -> HandlerResult {
        self.backend.handle(request).await
    }

    pub(crate) async fn read(&self, path: &str) -> HandlerResult {
        self.send(Operation::Read, path, Value::Null).await
    }

    pub(crate) async fn write(&self, path: &str, body: Value) -> HandlerResult {
        self.send(Operation::Update, path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> HandlerResult {
        self.send(Operation::Delete, path, Value::Null).await
    }

    /// Returns the names of a list.
    pub(crate) async fn list(&self, path: &str) -> Vec<String> {
        let answer = self.send(Operation::List, path, Value::Null).await.unwrap().unwrap();
        serde_json::from_value(data(&answer)["keys"].clone()).unwrap_or_default()
    }

    /// Sends the tick of every minute.
    pub(crate) async fn tick(&self, body: Value) -> HandlerResult {
        self.send(Operation::Rollback, "", body).await
    }

    /// Sends the server's request to renew or to revoke a secret.
    pub(crate) async fn lease(
        &self,
        operation: Operation,
        secret: Option<Secret>,
    ) -> HandlerResult {
        let mut request = self.request(operation, "creds/dev", Value::Null);
        request.secret = secret;
        self.backend.handle(request).await
    }
}

/// Returns the data that a caller sees.
pub(crate) fn data(response: &Response) -> Value {
    response.data().parse().unwrap()
}

/// Returns a secret with these internal data, as a server sends it back.
pub(crate) fn secret(internal: Value, lease: Lease) -> Secret {
    Secret { lease, internal_data: Data::new(&internal).unwrap(), lease_id: String::new() }
}

/// Returns the status and the text of a refusal.
pub(crate) fn refusal(answer: HandlerResult) -> (ErrorKind, String) {
    let error = answer.expect_err("an error");
    (error.kind(), error.message().to_owned())
}
