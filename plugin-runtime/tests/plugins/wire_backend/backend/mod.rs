//! The backend of the wire tests: each path exercises one capability of a backend, so that a test
//! can see its effect on the wire. It is not an example to follow.

mod answers;
mod echo;
mod faults;
mod logging;
mod storage;
mod system_view;

use std::time::Duration;

use plugin_runtime::{
    Backend, BackendType, Error, Initialize, Mount, Request, Response, SpecialPaths,
};
use serde::Deserialize;
use serde_json::json;

use self::answers::{failure, formed, leaky, leased, logged_in};
use self::echo::echo;
use self::faults::{allocate, hold, large, overflow, panicking, slow};
use self::logging::logged;
use self::storage::{stored, transacted};
use self::system_view::ask;

pub(crate) struct WireBackend {
    mount: Mount,
}

/// A secret that a test plants where it must not come out again.
#[derive(Deserialize)]
struct Planted {
    secret: String,
}

impl WireBackend {
    #[expect(clippy::panic, reason = "what a panic does is what is tested")]
    pub(crate) fn new(mount: Mount) -> Result<Self, Error> {
        match mount.options.get("factory").map(String::as_str) {
            Some("panic") => panic!("the factory panics"),
            Some("fail") => Err(Error::bad_request("the option `factory` is invalid")),
            _ => Ok(Self { mount }),
        }
    }

    fn option(&self, name: &str) -> &str {
        self.mount.options.get(name).map_or("", String::as_str)
    }
}

impl Backend for WireBackend {
    #[expect(clippy::panic, reason = "what a panic does is what is tested")]
    fn kind(&self) -> BackendType {
        match self.option("kind") {
            "panic" => panic!("the kind panics"),
            "auth" => BackendType::Auth,
            _ => BackendType::Secrets,
        }
    }

    fn special_paths(&self) -> SpecialPaths {
        let mut paths = SpecialPaths::default();
        paths.root = vec!["root/*".to_owned()];
        paths.unauthenticated = vec!["login".to_owned(), "open/+/here".to_owned()];
        paths.seal_wrap_storage = vec!["sealed/".to_owned()];
        if self.option("special_paths") == "illegal" {
            paths.root.push("/slash".to_owned());
        }
        paths
    }

    #[expect(clippy::panic, reason = "what a panic does is what is tested")]
    async fn initialize(&self, start: Initialize) -> Result<(), Error> {
        match self.option("initialize") {
            "panic" => panic!("the start panics"),
            "fail" => Err(Error::bad_request("the start fails")),
            "put" => Ok(start.storage.put("initialized", &true).await?),
            "put-explained" => {
                let put = start.storage.put("initialized", &true).await;
                put.map_err(|error| Error::internal("cannot begin").with_source(error))
            }
            "gated" => {
                tracing::info!("the start begins");
                until_let_go().await;
                Ok(start.storage.put("initialized", &true).await?)
            }
            _ => Ok(()),
        }
    }

    async fn handle(&self, request: Request) -> Result<Option<Response>, Error> {
        let path = request.path.clone();
        match path.split('/').collect::<Vec<_>>().as_slice() {
            ["echo", ..] => echo(&request).map(Some),
            ["lease", how] => leased(how, &request),
            ["open", "login", "here"] => logged_in(&request).map(Some),
            ["bytes"] => Response::from_data(request.data).map(Some),
            ["mount"] => Response::new(&json!({
                "uuid": self.mount.uuid,
                "plugin_name": self.mount.plugin_name,
                "plugin_type": self.mount.plugin_type,
                "plugin_version": self.mount.plugin_version,
                "options": self.mount.options,
            }))
            .map(Some),
            ["panic", how] => panicking(how, &request),
            ["slow" | "login"] => slow(&request).await.map(Some),
            ["large", bytes] => large(bytes).map(Some),
            ["hold"] => hold(&request).map(Some),
            ["overflow"] => Response::new(&overflow(1)).map(Some),
            ["blocking-overflow"] => {
                let deep = tokio::task::spawn_blocking(|| overflow(1)).await;
                Response::new(&deep.unwrap_or_default()).map(Some)
            }
            ["allocate"] => Response::new(&allocate()).map(Some),
            ["storage"] => stored(&request).await.map(Some),
            ["transaction"] => transacted(&request).await.map(Some),
            ["view", question] => ask(question, &request).await.map(Some),
            ["log", what] => logged(what, &request),
            ["error", kind] => Err(failure(kind, &request)?),
            ["response", form] => formed(form).map(Some),
            ["leaky"] => leaky(&request).map(Some),
            ["nothing"] => Ok(None),
            _ => Err(Error::unsupported_path()),
        }
    }

    #[expect(clippy::panic, reason = "what a panic does is what is tested")]
    async fn exists(&self, request: &Request) -> Result<Option<bool>, Error> {
        match request.path.as_str() {
            "there" | "echo/there" => Ok(Some(true)),
            "not-there" | "echo/not-there" => Ok(Some(false)),
            "wrong" => Err(Error::user("the caller is wrong")),
            "panic" => panic!("the existence check panics"),
            _ => Ok(None),
        }
    }

    #[expect(clippy::panic, reason = "what a panic does is what is tested")]
    async fn invalidate(&self, key: &str) {
        if key == "panic" {
            panic!("the invalidation panics");
        }
        tracing::info!(key, "forgetting");
        if key.starts_with("gated/") {
            until_let_go().await;
        }
        tracing::info!(key, "invalidated");
    }

    #[expect(clippy::panic, reason = "what a panic does is what is tested")]
    async fn cleanup(&self) {
        if self.option("cleanup") == "gated" {
            tracing::info!("the cleanup begins");
            until_let_go().await;
        }
        tracing::info!(uuid = %self.mount.uuid, "cleaned up");
        if self.option("cleanup") == "panic" {
            panic!("the cleanup panics");
        }
    }
}

/// Waits until the test creates a file in this process's temporary directory.
async fn until_let_go() {
    let gate = std::env::temp_dir().join("let-go");
    while !gate.exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
