//! A secrets engine that reports the version in the name of its file, so that copies of one
//! executable are releases of one plugin: `NAME_v0.2.0` has the version 0.2.0.

use std::env;
use std::process::ExitCode;

use plugin_runtime::Plugin;
use plugin_runtime::framework::extract::{Fields, Path, State};
use plugin_runtime::framework::{Framework, read};
use plugin_runtime::{Result, Storage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

fn main() -> ExitCode {
    let version = version();
    let state = version.clone();
    Plugin::new("versioned", move |_mount| engine(state.clone())).version(version).serve()
}

fn version() -> String {
    let file = env::current_exe().ok().and_then(|path| {
        let name = path.file_name()?.to_string_lossy().into_owned();
        Some(name.rsplit_once("_v")?.1.to_owned())
    });
    file.unwrap_or_else(|| "0.0.0".to_owned())
}

fn engine(version: String) -> Framework<String> {
    Framework::secrets(version)
        .path("version", read(read_version))
        .path("{name}", read(read_note).write(write_note))
}

/// Returns the version that answers.
#[derive(Serialize, JsonSchema)]
struct Version {
    version: String,
}

/// The value that is stored under a name.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Note {
    /// Any text.
    message: String,
}

async fn read_version(State(version): State<String>) -> Fields<Version> {
    Fields(Version { version: version.as_str().to_owned() })
}

async fn read_note(Path(name): Path<String>, storage: Storage) -> Result<Option<Fields<Note>>> {
    Ok(storage.get(&name).await?.map(Fields))
}

async fn write_note(Path(name): Path<String>, note: Fields<Note>, storage: Storage) -> Result<()> {
    Ok(storage.put(name, &note.0).await?)
}
