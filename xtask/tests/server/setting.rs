//! The servers and plugins under test.

use std::env;
use std::io::Write as _;
use std::path::Path;
use std::sync::OnceLock;

use anyhow::{Result, anyhow};
use cargo_vault_plugin::server::{Capability, Role, ServerBinary};
use plugin_host::BlockingClient;
use plugin_host::server::{DevServer, ProductionServer, Settings};
use serde_json::json;
use xtask::dist::{self, BuiltPlugin, Distribution, Profile};
use xtask::test::{INAPPLICABLE, PLUGINS_VARIABLE};
use xtask::tutorial::{NAME, PACKAGE};
use xtask::vault_source;

/// What is found or made once, by whichever test comes first.
type Once<T> = OnceLock<Result<T, String>>;

/// A test on one server.
pub(crate) struct Test {
    pub(crate) role: Role,
    /// Its whole path in this binary.
    pub(crate) name: &'static str,
    pub(crate) needs: &'static [Capability],
}

impl Test {
    /// Runs it where the server can do what it needs; else reports that it does not apply.
    pub(crate) fn run(self, test: fn(&ServerBinary) -> Result<()>) -> Result<()> {
        let server = server(self.role)?;
        let Some(missing) = self.needs.iter().find(|need| !server.can(**need)) else {
            return test(server);
        };
        let name = self.name.split_once("::").map_or(self.name, |(_, name)| name);
        // Written to stdout itself: what a passing test prints is not shown.
        let line = format!(
            "{INAPPLICABLE}{name}: {:?} {} has no {missing}\n",
            server.product, server.version
        );
        std::io::stdout().write_all(line.as_bytes())?;
        Ok(())
    }
}

/// The server in this role.
pub(crate) fn server(role: Role) -> Result<&'static ServerBinary> {
    static SERVERS: [Once<ServerBinary>; Role::ALL.len()] =
        [const { OnceLock::new() }; Role::ALL.len()];
    let index = Role::ALL.iter().position(|known| *known == role).unwrap_or_default();
    once(&SERVERS[index], || match env::var_os(role.variable()) {
        Some(path) => ServerBinary::at(Path::new(&path)),
        None => vault_source::find(Path::new(role.version().name)),
    })
}

/// The plugins.
pub(crate) fn distribution() -> Result<&'static Distribution> {
    static DISTRIBUTION: Once<Distribution> = OnceLock::new();
    once(&DISTRIBUTION, || match env::var_os(PLUGINS_VARIABLE) {
        Some(folder) => dist::open(Path::new(&folder)),
        None => dist::build(Profile::Debug),
    })
}

/// A server as in production, with the storage that it has.
pub(crate) fn production_server(
    binary: &ServerBinary,
    plugin_directory: &Path,
    variables: &[(&str, &str)],
    settings: Settings,
) -> Result<ProductionServer> {
    let settings = match binary.can(Capability::RaftStorage) {
        true => settings,
        false => settings.file_storage(),
    };
    Ok(ProductionServer::start_with(&binary.path, plugin_directory, variables, &settings)?)
}

/// How many processes serve so many mounts of one plugin that are in use.
pub(crate) fn processes_of(mounts: usize, binary: &ServerBinary) -> usize {
    if binary.can(Capability::ProtocolVersion5) { 1 } else { mounts }
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
