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

    /// `<cli> read <path>`.
    pub async fn read(&self, path: &str) -> Answer {
        self.by_root(ApiRequest::new(Operation::Read, path)).await
    }

    /// `<cli> write <path> k=v …`. What has no form in JSON is sent as no data.
    pub async fn write(&self, path: &str, data: impl Serialize) -> Answer {
        self.by_root(ApiRequest::new(Operation::Update, path).data(data)).await
    }

    /// `<cli> patch <path> k=v …`.
    pub async fn patch(&self, path: &str, data: impl Serialize) -> Answer {
        self.by_root(ApiRequest::new(Operation::Patch, path).data(data)).await
    }

    /// `<cli> delete <path>`.
    pub async fn delete(&self, path: &str) -> Answer {
        self.by_root(ApiRequest::new(Operation::Delete, path)).await
    }

    /// `<cli> list <path>`.
    pub async fn list(&self, path: &str) -> Answer {
        self.by_root(ApiRequest::new(Operation::List, path)).await
    }

    /// `<cli> path-help <path>`.
    pub async fn help(&self, path: &str) -> Answer {
        self.by_root(ApiRequest::new(Operation::Help, path)).await
    }
}
