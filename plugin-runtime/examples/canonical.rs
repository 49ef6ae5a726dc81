//! A secrets engine whose names are not case-sensitive: `item/DEV` and `item/dev` are the same
//! item. It tells the server so, and policies are written only for the lower-case name.
//!
//! OpenBao asks for the canonical path from 2.7 on. Other servers do not, and check the policies of
//! the path as the client wrote it. The handlers accept every spelling on both.
//!
//! ```text
//! bao write ENGINE/item/Dev note=hello
//! bao read ENGINE/item/DEV
//! ```

use std::process::ExitCode;

use plugin_runtime::framework::answer::CanonicalPath;
use plugin_runtime::framework::extract::{Fields, Path};
use plugin_runtime::framework::{Framework, read};
use plugin_runtime::{Result, Storage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

fn main() -> ExitCode {
    plugin_runtime::serve!(|_mount| engine())
}

fn engine() -> Framework<()> {
    Framework::secrets(())
        .description("Items whose names may be spelled in upper and lower case.")
        .path("item/{name}", read(read_item).write(write_item).canonical(canonical))
}

/// The value that is stored under a name.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Item {
    /// Any text.
    note: String,
}

async fn canonical(Path(name): Path<String>) -> CanonicalPath {
    CanonicalPath(format!("item/{}", name.to_lowercase()))
}

async fn read_item(Path(name): Path<String>, storage: Storage) -> Result<Option<Fields<Item>>> {
    Ok(storage.get(&key(&name)).await?.map(Fields))
}

async fn write_item(Path(name): Path<String>, item: Fields<Item>, storage: Storage) -> Result<()> {
    Ok(storage.put(key(&name), &item.0).await?)
}

fn key(name: &str) -> String {
    format!("item/{}", name.to_lowercase())
}
