//! A secrets engine that does what no plugin should, so that tests can check that it is noticed. It
//! is not an example to follow.

use std::collections::BTreeMap;
use std::process::ExitCode;

use parking_lot::Mutex;
use plugin_runtime::{
    Backend, BackendType, Data, Error, Lease, Operation, Plugin, Request, Response, Secret,
    Storage, StorageEntry,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The values that were written to any mount: all mounts share them.
static LAST: Mutex<BTreeMap<String, Value>> = Mutex::new(BTreeMap::new());

fn main() -> ExitCode {
    Plugin::new("wrong-on-purpose", |_mount| Wrong).version("1.0.0").serve()
}

struct Wrong;

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    text: String,
    #[serde(default)]
    count: i64,
}

impl Backend for Wrong {
    fn kind(&self) -> BackendType {
        BackendType::Secrets
    }

    /// Nothing exists, not even what was written.
    async fn exists(&self, _: &Request) -> Result<Option<bool>, Error> {
        Ok(Some(false))
    }

    #[expect(clippy::print_stdout, clippy::print_stderr, reason = "the noise is what is tested")]
    async fn handle(&self, request: Request) -> Result<Option<Response>, Error> {
        println!("a request came");
        eprintln!("a line that is not hclog's");
        let data = String::from_utf8_lossy(request.data.as_bytes()).into_owned();
        tracing::info!(%data, "handling a request");
        let storage = &request.storage;
        match (request.operation, request.path.as_str()) {
            (Operation::Help, _) => document().map(Some),
            (Operation::Rollback, _) => Err(Error::internal("nothing to roll back")),
            (Operation::Read, "creds") => leased(storage).await.map(Some),
            (Operation::Revoke, _) => revoke(storage).await.map(|()| None),
            (Operation::List, _) => {
                let mut names = storage.list("item/").await?;
                names.reverse();
                Ok(Some(Response::keys(names)))
            }
            (Operation::Create | Operation::Update, path) => {
                write(path, &request).await.map(|()| None)
            }
            (Operation::Read, path) => read(path, storage).await,
            // Nothing is deleted, and every other operation succeeds.
            (Operation::Delete, _) => Ok(None),
            _ => Response::new(&json!({ "done": true })).map(Some),
        }
    }
}

async fn write(path: &str, request: &Request) -> Result<(), Error> {
    let item: Item = request.data.parse().map_err(|_| Error::internal("the data are invalid"))?;
    let value = json!({ "text": item.text, "count": item.count });
    LAST.lock().insert(path.to_owned(), value.clone());
    let entry = StorageEntry::json(path, &value)?;
    let stored = request.storage.put_entry(entry).await;
    stored.map_err(|_| Error::bad_request("it could not be stored"))
}

async fn read(path: &str, storage: &Storage) -> Result<Option<Response>, Error> {
    let stored: Option<Value> = storage.get(path).await.unwrap_or_default();
    let last = LAST.lock().get(path).filter(|_| path.ends_with("-b")).cloned();
    stored.or(last).map(|item| Response::new(&item)).transpose()
}

async fn leased(storage: &Storage) -> Result<Response, Error> {
    storage.put("issued", &true).await?;
    let secret = Secret {
        lease: Lease::of(std::time::Duration::from_secs(60)),
        internal_data: Data::new(&json!({ "secret_type": "wrong" }))?,
        lease_id: String::new(),
    };
    Response::secret(secret, &json!({ "user": "svc" }))
}

/// Fails if there is nothing left to revoke.
async fn revoke(storage: &Storage) -> Result<(), Error> {
    let issued: Option<bool> = storage.get("issued").await?;
    issued.ok_or_else(|| Error::internal("there is nothing to revoke"))?;
    Ok(storage.delete("issued").await?)
}

fn document() -> Result<Response, Error> {
    let body = json!({ "properties": {
        "text": { "type": "string" }, "count": { "type": "integer" },
    } });
    let list = json!([{ "name": "list", "in": "query", "required": true }]);
    Response::new(&json!({ "help": "Wrong on purpose.", "openapi": { "paths": {
        "/creds": { "get": {} },
        "/item/": { "get": { "parameters": list } },
        "/item/{name}": {
            "get": {},
            "post": { "requestBody": { "content": { "application/json": { "schema": body } } } },
            "delete": {},
        },
    } } }))
}
