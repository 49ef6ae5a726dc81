//! HashiCorp's plugins of 2019, which speak protocols 3 and 4 alone, and of today: for the tests
//! of the host. `xtask/go-plugins` pins each with all that it is built of. Built where there is Go,
//! once, into the cache.

use std::fs;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};

use cargo_vault_plugin::{cache, command};

/// The variable that names the folder of the built plugins for the tests of the host.
pub const VARIABLE: &str = "XTASK_GO_PLUGINS";

/// The folders in `xtask/go-plugins`, and the package that each is built from.
const PLUGINS: [(&str, &str); 4] =
    [("kv-2019", KV), ("kv-0.25.0", KV), ("jwt-2019", JWT), ("jwt-0.26.1", JWT)];

const KV: &str = "github.com/hashicorp/vault-plugin-secrets-kv/cmd/vault-plugin-secrets-kv";
const JWT: &str = "github.com/hashicorp/vault-plugin-auth-jwt/cmd/vault-plugin-auth-jwt";

/// Builds what the cache does not have, and returns the folder of all.
///
/// # Errors
/// When the Go tool can't be started or fails, or the cache can't be written to.
pub fn build(root: &Path) -> Result<PathBuf> {
    let sources = root.join("xtask/go-plugins");
    let folder = cache::folder()?.join("go-plugins").join(digest(&sources)?);
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let lock = folder.join("lock");
    let lock = File::create(&lock).with_context(|| format!("creating {}", lock.display()))?;
    lock.lock().context("waiting for another process that builds plugins in Go")?;
    for (name, package) in PLUGINS {
        let plugin = folder.join(name);
        if plugin.exists() {
            continue;
        }
        // One that is not finished must not be taken for a plugin.
        let unfinished = folder.join(format!("{name}.unfinished"));
        let mut go = Command::new("go");
        go.args(["build", "-mod=readonly", "-trimpath", "-ldflags=-s -w", "-o"])
            .arg(&unfinished)
            .arg(package)
            .current_dir(sources.join(name));
        let finished = command::run(&format!("building xtask/go-plugins/{name}"), &mut go)?;
        if !finished.status.success() {
            let output = finished.output.trim();
            bail!("`go build` of {name} failed ({}): {output}", finished.status);
        }
        fs::rename(&unfinished, &plugin).with_context(|| format!("moving {name}"))?;
    }
    Ok(folder)
}

/// Returns a name for what the plugins are built from.
fn digest(sources: &Path) -> Result<String> {
    let mut sum = Sha256::new();
    for (name, package) in PLUGINS {
        sum.update(package);
        for file in ["go.mod", "go.sum"] {
            let path = sources.join(name).join(file);
            sum.update(fs::read(&path).with_context(|| format!("reading {}", path.display()))?);
        }
    }
    let hex: String = sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(hex.chars().take(16).collect())
}
