//! An engine that records each of its effects in a file, with the node that caused it, so that
//! tests of clusters see what each node does. The mount's option `journal` names the file.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use plugin_runtime::framework::extract::{Fields, Path, State};
use plugin_runtime::framework::{Framework, Wal, WalEntry, WalHandler, read, write};
use plugin_runtime::{Error, Mount, Plugin, Response, Result, Storage, SystemView};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// How long the engine takes to forget a role: longer than a server waits for it.
const SLOW: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
    Plugin::new("standby", engine).serve()
}

pub(crate) fn engine(mount: Mount) -> Framework<Node> {
    let journal = mount.options.get("journal").map(PathBuf::from).unwrap_or_default();
    Framework::secrets(Node { journal, roles: Mutex::default() })
        .path("where", read(answering_node))
        .path("role/{name}", read(read_role).write(write_role))
        .path("half-done/{name}", write(leave_half_done))
        .initialize(initialize)
        .periodic(periodic)
        .periodic_on_every_node(|node: State<Node>| async move { node.note("on every node") })
        .wal(WalHandler::new(undo).min_age(Duration::ZERO))
        .invalidate(|node: Arc<Node>, key: String| async move {
            tokio::time::sleep(SLOW).await;
            node.roles.lock().remove(&key);
        })
}

/// The state that one mount keeps in memory.
pub(crate) struct Node {
    journal: PathBuf,
    /// By their storage keys.
    roles: Mutex<HashMap<String, Role>>,
}

impl Node {
    /// Identifies this server: its temporary folder.
    fn name() -> String {
        std::env::temp_dir().display().to_string()
    }

    fn note(&self, what: &str) -> Result<()> {
        let line = format!("{what} {}\n", Self::name());
        let file = OpenOptions::new().create(true).append(true).open(&self.journal);
        file.and_then(|mut file| file.write_all(line.as_bytes()))
            .map_err(|error| Error::internal("the journal cannot be written").with_source(error))
    }
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
struct Role {
    /// Anything.
    value: String,
}

async fn answering_node() -> Result<Response> {
    Response::new(&json!({ "node": Node::name() }))
}

/// Writes without asking whether it may. Work with effects elsewhere asks.
async fn initialize(node: State<Node>, view: SystemView, storage: Storage) -> Result<()> {
    node.note("initialize")?;
    if view.may_write().await? {
        node.note("create")?;
    }
    Ok(storage.put("initialized", &true).await?)
}

async fn periodic(node: State<Node>, storage: Storage) -> Result<()> {
    node.note("periodic")?;
    let ticks: u32 = storage.get("ticks").await?.unwrap_or_default();
    Ok(storage.put("ticks", &(ticks + 1)).await?)
}

async fn leave_half_done(Path(name): Path<String>, wal: Wal) -> Result<()> {
    wal.put("half-done", &name).await?;
    Ok(())
}

async fn undo(entry: WalEntry<String>, node: State<Node>) -> Result<()> {
    node.note(&format!("undo {}", entry.data))
}

async fn read_role(
    Path(name): Path<String>,
    node: State<Node>,
    storage: Storage,
) -> Result<Option<Fields<Role>>> {
    let key = format!("role/{name}");
    let known = node.roles.lock().get(&key).cloned();
    if let Some(role) = known {
        return Ok(Some(Fields(role)));
    }
    let Some(role) = storage.get::<Role>(&key).await? else { return Ok(None) };
    node.roles.lock().insert(key, role.clone());
    Ok(Some(Fields(role)))
}

async fn write_role(
    Path(name): Path<String>,
    Fields(role): Fields<Role>,
    node: State<Node>,
    storage: Storage,
) -> Result<()> {
    let key = format!("role/{name}");
    storage.put(key.clone(), &role).await?;
    node.roles.lock().insert(key, role);
    Ok(())
}
