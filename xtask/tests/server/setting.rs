//! The servers and plugins under test.

use std::env;
use std::path::Path;
use std::sync::OnceLock;

use anyhow::{Result, anyhow};
use cargo_vault_plugin::server::{ServerBinary, pins};
use plugin_host::BlockingClient;
use plugin_host::server::DevServer;
use serde_json::json;
use xtask::dist::{self, BuiltPlugin, Distribution, Profile};
use xtask::test::{NEWEST_VARIABLE, OLDEST_VARIABLE, PLUGINS_VARIABLE};
use xtask::tutorial::{NAME, PACKAGE};

/// What is found or made once, by whichever test comes first.
type Once<T> = OnceLock<Result<T, String>>;

/// A server of the newest version.
pub(crate) fn newest() -> Result<&'static ServerBinary> {
    static SERVER: Once<ServerBinary> = OnceLock::new();
    once(&SERVER, || server(NEWEST_VARIABLE, pins::NEWEST))
}

/// A server of the oldest version.
pub(crate) fn oldest() -> Result<&'static ServerBinary> {
    static SERVER: Once<ServerBinary> = OnceLock::new();
    once(&SERVER, || server(OLDEST_VARIABLE, pins::OLDEST))
}

fn server(variable: &str, version: &str) -> Result<ServerBinary> {
    match env::var_os(variable) {
        Some(path) => ServerBinary::at(Path::new(&path)),
        None => ServerBinary::pinned(version),
    }
}

/// The plugins.
pub(crate) fn distribution() -> Result<&'static Distribution> {
    static DISTRIBUTION: Once<Distribution> = OnceLock::new();
    once(&DISTRIBUTION, || match env::var_os(PLUGINS_VARIABLE) {
        Some(folder) => dist::open(Path::new(&folder)),
        None => dist::build(Profile::Debug),
    })
}

/// The secrets mock.
pub(crate) fn plugin() -> Result<&'static BuiltPlugin> {
    distribution()?.plugin(PACKAGE)
}

/// With these variables a server logs each call of a plugin: how it ended and how long it took.
pub(crate) const TRACED: &[(&str, &str)] =
    &[("BAO_LOG_LEVEL", "trace"), ("VAULT_LOG_LEVEL", "trace")];

/// A dev server that knows the secrets mock as `mock`.
pub(crate) fn dev_server(binary: &ServerBinary, variables: &[(&str, &str)]) -> Result<DevServer> {
    let folder = &distribution()?.plugin_directory;
    let server = DevServer::start(&binary.path, Some(folder), variables)?;
    register(&server.api())?;
    Ok(server)
}

/// Makes the secrets mock known as `mock`.
pub(crate) fn register(api: &BlockingClient) -> Result<()> {
    register_as(api, NAME, plugin()?)
}

/// Makes a built plugin known by a name, with its package's name as command.
pub(crate) fn register_as(api: &BlockingClient, name: &str, built: &BuiltPlugin) -> Result<()> {
    let kind = built.plugin.registration.kind.catalog_type();
    let plugin = json!({
        "command": built.plugin.package,
        "sha256": built.sha256,
        "version": format!("v{}", built.plugin.version),
    });
    api.write(&format!("sys/plugins/catalog/{kind}/{name}"), plugin).success()?;
    Ok(())
}

fn once<T>(cell: &'static Once<T>, make: impl FnOnce() -> Result<T>) -> Result<&'static T> {
    let made = cell.get_or_init(|| make().map_err(|error| format!("{error:#}")));
    made.as_ref().map_err(|error| anyhow!("{error}"))
}
