//! A backend with storage in memory.

use futures_util::FutureExt as _;
use plugin_runtime::{Backend, Data, Error, Operation, Request, Response, Storage};

/// One mount of a backend in this process.
#[derive(Debug)]
pub struct Mount<B> {
    backend: B,
    storage: Storage,
}

impl<B: Backend> Mount<B> {
    /// Returns a mount with empty storage.
    pub fn new(backend: B) -> Self {
        Self { backend, storage: Storage::in_memory() }
    }

    /// Returns the mount's storage.
    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// Answers a request.
    ///
    /// # Errors
    ///
    /// Those of the backend.
    pub async fn handle(
        &self,
        operation: Operation,
        path: &str,
        data: &Data,
    ) -> Result<Option<Response>, Error> {
        let request = Request::new(operation, path, data.clone(), self.storage.clone());
        self.backend.handle(request).await
    }

    /// Answers a request that has nothing to wait for, without a runtime that would be measured
    /// too.
    ///
    /// # Errors
    ///
    /// Those of the backend, and one when there was something to wait for.
    pub fn handle_now(
        &self,
        operation: Operation,
        path: &str,
        data: &Data,
    ) -> Result<Option<Response>, Error> {
        let answer = self.handle(operation, path, data).now_or_never();
        answer.unwrap_or_else(|| Err(Error::internal("the answer has to be waited for")))
    }
}
