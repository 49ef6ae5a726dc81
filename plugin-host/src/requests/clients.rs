//! The short ways to make a request, with the root token.

use serde::Serialize;

use super::ApiRequest;
use crate::Host;
use crate::answer::Answer;
use plugin_runtime::Operation;

impl Host {
    async fn by_root(&self, request: ApiRequest) -> Answer {
        let token = self.root_token().to_owned();
        self.request(request.token(token)).await
    }

    /// Reads a path, as `<cli> read <path>` does.
    pub async fn read(&self, path: &str) -> Answer {
        self.by_root(ApiRequest::new(Operation::Read, path)).await
    }

    /// Writes to a path, as `<cli> write <path> k=v …` does. Data that cannot be serialized as JSON
    /// is left out.
    pub async fn write(&self, path: &str, data: impl Serialize) -> Answer {
        self.by_root(ApiRequest::new(Operation::Update, path).data(data)).await
    }

    /// Patches a path, as `<cli> patch <path> k=v …` does.
    pub async fn patch(&self, path: &str, data: impl Serialize) -> Answer {
        self.by_root(ApiRequest::new(Operation::Patch, path).data(data)).await
    }

    /// Deletes a path, as `<cli> delete <path>` does.
    pub async fn delete(&self, path: &str) -> Answer {
        self.by_root(ApiRequest::new(Operation::Delete, path)).await
    }

    /// Lists a path, as `<cli> list <path>` does.
    pub async fn list(&self, path: &str) -> Answer {
        self.by_root(ApiRequest::new(Operation::List, path)).await
    }

    /// Returns the help of a path, as `<cli> path-help <path>` does.
    pub async fn help(&self, path: &str) -> Answer {
        self.by_root(ApiRequest::new(Operation::Help, path)).await
    }
}
