//! The runtime's examples as plugins.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow, bail};
use cargo_vault_plugin::command;
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::BlockingClient;
use plugin_host::server::DevServer;
use tempfile::TempDir;
use xtask::workspace::{Workspace, cargo};

/// The examples that tests here serve.
const EXAMPLES: [&str; 7] =
    ["auth_method", "canonical", "go_mock", "leased", "standby", "versioned", "wire_backend"];

/// A dev server with an example in its plugin folder, under the example's name.
pub(crate) struct Example {
    pub(crate) server: DevServer,
    folder: TempDir,
}

impl Example {
    pub(crate) fn start(binary: &ServerBinary, name: &str) -> Result<Self> {
        Self::start_all(binary, &[name])
    }

    /// A dev server with several examples in its plugin folder.
    pub(crate) fn start_all(binary: &ServerBinary, names: &[&str]) -> Result<Self> {
        let folder = tempfile::tempdir().context("creating a plugin folder")?;
        for name in names {
            let from = built()?.join(name);
            fs::copy(&from, folder.path().join(name))
                .with_context(|| from.display().to_string())?;
        }
        let server = DevServer::start(&binary.path, Some(&resolved(&folder)?), &[])?;
        Ok(Self { server, folder })
    }

    /// The plugin folder.
    pub(crate) fn plugins(&self) -> Result<PathBuf> {
        resolved(&self.folder)
    }

    pub(crate) fn api(&self) -> BlockingClient {
        self.server.api()
    }

    /// The SHA-256 of the executable.
    pub(crate) fn sha256(&self, name: &str) -> Result<String> {
        xtask::dist::sha256_of_file(&self.folder.path().join(name))
    }
}

/// Servers refuse a folder behind a symbolic link.
fn resolved(folder: &TempDir) -> Result<PathBuf> {
    fs::canonicalize(folder.path()).context("resolving the plugin folder")
}

/// The folder of the built examples.
pub(crate) fn built() -> Result<PathBuf> {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = FOLDER.get_or_init(|| build().map_err(|error| format!("{error:#}")));
    built.clone().map_err(|error| anyhow!(error))
}

fn build() -> Result<PathBuf> {
    let mut build = cargo();
    build.args(["build", "--package", "vault-plugin-runtime"]);
    for name in EXAMPLES {
        build.args(["--example", name]);
    }
    let finished = command::run("building the examples", &mut build)?;
    if !finished.status.success() {
        bail!("the examples can't be built:\n{}", finished.output);
    }
    Ok(Workspace::load()?.target_directory.join("debug").join("examples"))
}
