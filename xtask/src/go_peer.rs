//! The kv mock on the public Go SDK: the peer of the performance report, and a plugin of others
//! for the host's tests.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::command;
use crate::workspace::Workspace;

/// The program's name.
pub const NAME: &str = "go-peer";

/// The variable that names the program for the host's tests.
pub const VARIABLE: &str = "XTASK_GO_PEER";

/// Builds it; `None` on a machine without Go.
///
/// # Errors
/// When Go can't build it.
pub fn build(workspace: &Workspace) -> Result<Option<PathBuf>> {
    if Command::new("go").arg("version").output().is_err() {
        return Ok(None);
    }
    let program = workspace.target_directory.join(NAME).join(NAME);
    let mut build = Command::new("go");
    build
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/go-peer"))
        .args(["build", "-trimpath", "-ldflags=-s -w", "-o"])
        .arg(&program)
        .arg(".");
    let finished = command::run("building the peer in Go", &mut build)?;
    if !finished.status.success() {
        bail!("Go can't build the peer:\n{}", finished.output);
    }
    Ok(Some(program))
}
