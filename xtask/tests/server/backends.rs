//! A server with all backends of this workspace: both mocks, and the examples `go_mock`, as a
//! secrets engine and as an auth method, and `leased`.

use std::fs;

use anyhow::{Context, Result};
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::BlockingClient;
use plugin_host::server::DevServer;
use serde_json::json;
use tempfile::TempDir;

use crate::example;
use crate::setting::distribution;

/// Where they are mounted.
pub(crate) const MOUNTS: [&str; 5] = ["kv", "auth/users", "go_mock", "auth/go_mock", "leased"];

pub(crate) struct Backends {
    server: DevServer,
    _folder: TempDir,
}

impl Backends {
    pub(crate) fn start(binary: &ServerBinary) -> Result<Self> {
        let folder = tempfile::tempdir().context("creating a plugin folder")?;
        let examples = example::built()?;
        let mocks = &distribution()?.plugin_directory;
        for (from, name) in [
            (mocks, "backend-kv-mock"),
            (mocks, "backend-auth-mock"),
            (&examples, "go_mock"),
            (&examples, "leased"),
        ] {
            let from = from.join(name);
            fs::copy(&from, folder.path().join(name))
                .with_context(|| from.display().to_string())?;
        }
        // Servers refuse a folder behind a symbolic link.
        let path = fs::canonicalize(folder.path()).context("resolving the plugin folder")?;
        let server = DevServer::start(&binary.path, Some(&path), &[])?;

        let api = server.api();
        let sha256 = xtask::dist::sha256_of_file(&path.join("go_mock"))?;
        let auth = json!({ "command": "go_mock", "sha256": sha256, "args": ["--auth"] });
        api.write("sys/plugins/catalog/auth/go_mock-auth", &auth).success()?;
        for (mount, plugin) in [
            ("mounts/kv", "backend-kv-mock"),
            ("auth/users", "backend-auth-mock"),
            ("mounts/go_mock", "go_mock"),
            ("auth/go_mock", "go_mock-auth"),
            ("mounts/leased", "leased"),
        ] {
            api.write(&format!("sys/{mount}"), json!({ "type": plugin })).success()?;
        }
        Ok(Self { server, _folder: folder })
    }

    pub(crate) fn api(&self) -> BlockingClient {
        self.server.api()
    }
}
