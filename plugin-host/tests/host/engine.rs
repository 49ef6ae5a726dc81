//! A small backend in this process: documents in storage, and what it heard of its life.

use std::sync::Arc;

use parking_lot::Mutex;
use plugin_host::{Answer, Enable, Host};
use plugin_runtime::framework::answer::Keys;
use plugin_runtime::framework::extract::{Path, State};
use plugin_runtime::framework::{Framework, create, list};
use plugin_runtime::{BackendType, Data, Request, Response, Result, Storage, SystemView};
use serde_json::{Value, json};

/// What mounts of one backend have heard, in order.
#[derive(Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().clone()
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock())
    }

    fn add(&self, what: impl Into<String>) {
        self.0.lock().push(what.into());
    }
}

/// A host with the backend as `documents`.
pub(crate) fn host() -> (Host, Heard) {
    let host = Host::new();
    let heard = register(&host);
    (host, heard)
}

pub(crate) fn register(host: &Host) -> Heard {
    let heard = Heard::default();
    let given = heard.clone();
    host.register_backend(BackendType::Secrets, "documents", move |_| {
        given.add("set up");
        engine(given.clone())
    });
    heard
}

fn engine(heard: Heard) -> Framework<Heard> {
    Framework::secrets(heard)
        .path("doc/?", list(names))
        .path("doc/{name}", create(exists, write).update(write).read(read).delete(delete))
        .path("two/{name}", create(exists, write_both).update(write_both))
        .path("ask", plugin_runtime::framework::read(ask))
        .path("wrapped", plugin_runtime::framework::read(wrapped))
        .initialize(|heard: State<Heard>| async move { heard.add("initialized") })
        .invalidate(|heard: Arc<Heard>, key: String| {
            heard.add(format!("invalidated {key}"));
            std::future::ready(())
        })
        .cleanup(|heard: Arc<Heard>| {
            heard.add("cleaned up");
            std::future::ready(())
        })
}

async fn names(storage: Storage) -> Result<Keys> {
    Ok(Keys(storage.list("doc/").await?))
}

async fn exists(Path(name): Path<String>, storage: Storage) -> Result<bool> {
    Ok(storage.entry(&format!("doc/{name}")).await?.is_some())
}

async fn write(Path(name): Path<String>, request: Request, storage: Storage) -> Result<()> {
    Ok(storage.put(format!("doc/{name}"), &request.data.parse::<Value>()?).await?)
}

/// The same document under two names, in one transaction where there are any.
async fn write_both(Path(name): Path<String>, request: Request, storage: Storage) -> Result<()> {
    let data: Value = request.data.parse()?;
    let keys = [format!("doc/{name}"), format!("doc/{name}-copy")];
    if storage.is_transactional().await? {
        let transaction = storage.begin().await?;
        for key in keys {
            transaction.put(key, &data).await?;
        }
        return Ok(transaction.commit().await?);
    }
    for key in keys {
        storage.put(key, &data).await?;
    }
    Ok(())
}

async fn read(Path(name): Path<String>, storage: Storage) -> Result<Option<Response>> {
    let found: Option<Value> = storage.get(&format!("doc/{name}")).await?;
    found.map(|found| Response::new(&found)).transpose()
}

async fn delete(Path(name): Path<String>, storage: Storage) -> Result<()> {
    Ok(storage.delete(&format!("doc/{name}")).await?)
}

async fn ask(view: SystemView) -> Result<Response> {
    Response::new(&json!({ "default_lease_ttl": view.default_lease_ttl().await?.as_secs() }))
}

async fn wrapped(view: SystemView) -> Result<Response> {
    let info = view.wrap_data(Data::new(&json!({ "a": 1 }))?, std::time::Duration::from_secs(60));
    Response::new(&json!({ "token": info.await?.token.as_str() }))
}

/// Whether the host can still be used, whatever was done to it.
pub(crate) async fn is_usable(host: &Host) {
    register(host);
    host.enable(Enable::secrets("documents").at("usable")).await.unwrap();
    assert_eq!(host.write("usable/doc/a", json!({ "a": 1 })).await.status, 204);
    assert_eq!(host.read("usable/doc/a").await.field("/a"), 1);
    host.disable("usable").await.unwrap();
}

/// The one error of an answer.
pub(crate) fn error(answer: &Answer) -> &str {
    assert_eq!(answer.errors.len(), 1, "{answer:?}");
    &answer.errors[0]
}
