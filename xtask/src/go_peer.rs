//! The kv mock on the public Go SDK, `benches/go-peer`: the peer of the performance report, and a
//! plugin on another SDK for the host's tests. Built where there is Go.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use cargo_vault_plugin::command;

/// The program's name.
pub const NAME: &str = "go-peer";

/// The variable that names the built plugin for the tests of the host.
pub const VARIABLE: &str = "XTASK_GO_PEER";

/// Returns whether a working `go` is on the PATH.
#[must_use]
pub fn has_go() -> bool {
    Command::new("go").arg("version").output().is_ok_and(|output| output.status.success())
}

/// Builds the plugin into `target` and returns its path.
///
/// # Errors
/// Fails if the Go tool cannot be started or fails.
pub fn build(root: &Path, target: &Path) -> Result<PathBuf> {
    let plugin = target.join(NAME);
    let mut go = Command::new("go");
    go.args(["build", "-trimpath", "-ldflags=-s -w", "-o"])
        .arg(&plugin)
        .arg(".")
        .current_dir(root.join("benches/go-peer"));
    let finished = command::run("building benches/go-peer", &mut go).context("building go-peer")?;
    if !finished.status.success() {
        bail!("`go build` failed ({}): {}", finished.status, finished.output.trim());
    }
    Ok(plugin)
}
