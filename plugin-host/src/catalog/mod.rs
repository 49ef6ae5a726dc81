//! The plugins that a server knows: each by type, name and version, with the file and its checksum.

mod entry;
mod error;

pub(super) use entry::check_version;
pub use entry::{PluginType, Registration};
pub use error::CatalogError;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::in_process::Builtin;
use super::launch::Launch;

/// What stands for a registered plugin.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A file in the plugin directory.
    File(Registration),
    /// A backend of this process.
    Builtin(Arc<Builtin>),
}

/// A plugin's place in the catalog. An empty version means none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PluginKey {
    pub(super) kind: PluginType,
    pub(super) name: String,
    pub(super) version: String,
}

/// The catalog, and the directory that its files must be in.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    directory: Option<PathBuf>,
    plugins: BTreeMap<PluginKey, Source>,
}

impl Catalog {
    pub(super) fn new(directory: Option<PathBuf>) -> Self {
        Self { directory, plugins: BTreeMap::new() }
    }

    /// Checks a registration by the server's rules, before the plugin is asked for its version.
    pub(super) fn check(&self, plugin: &Registration) -> Result<PathBuf, CatalogError> {
        let directory = self.directory.as_ref().ok_or(CatalogError::NoDirectory)?;
        entry::check_name(&plugin.name)?;
        check_version(&plugin.version)?;
        let command = plugin.command();
        if command.contains("..") {
            return Err(CatalogError::ParentReference);
        }
        let path = directory.join(command);
        let missing = |source| CatalogError::Missing { path: path.clone(), source };
        let resolved = path.canonicalize().map_err(missing)?;
        let expected = directory.canonicalize().map_err(missing)?;
        if resolved.parent() != Some(expected.as_path()) {
            return Err(CatalogError::Outside(command.to_owned()));
        }
        Ok(path)
    }

    pub(super) fn insert(&mut self, key: PluginKey, source: Source) {
        self.plugins.insert(key, source);
    }

    /// Forgets a plugin. Processes and mounts stay.
    pub(super) fn remove(&mut self, key: &PluginKey) -> Option<Source> {
        self.plugins.remove(key)
    }

    /// Returns all plugins in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&PluginKey, &Source)> {
        self.plugins.iter()
    }

    /// Returns the plugin that a mount means: of this version, or without one the unversioned
    /// entry, or else the highest version.
    pub(super) fn find(
        &self,
        kind: PluginType,
        name: &str,
        version: &str,
    ) -> Result<(PluginKey, Source), CatalogError> {
        let key =
            |version: &str| PluginKey { kind, name: name.to_owned(), version: version.to_owned() };
        let unknown =
            || CatalogError::Unknown { kind, name: name.to_owned(), version: version.to_owned() };
        let exact = key(version);
        if let Some(source) = self.plugins.get(&exact) {
            return Ok((exact, source.clone()));
        }
        if !version.is_empty() {
            return Err(unknown());
        }
        let versions = self.plugins.iter().filter(|(key, _)| key.kind == kind && key.name == name);
        let highest = versions.max_by_key(|(key, _)| entry::precedence(&key.version));
        highest.map(|(key, source)| (key.clone(), source.clone())).ok_or_else(unknown)
    }

    /// Returns how to start a file of the catalog, on top of `defaults`.
    pub(super) fn launch(
        &self,
        plugin: &Registration,
        defaults: &LaunchDefaults,
    ) -> Result<Launch, CatalogError> {
        let path = self.check(plugin)?;
        let mut launch = (defaults.0)(&path).checksum(plugin.sha256);
        for arg in plugin.args() {
            launch = launch.arg(arg);
        }
        for (name, value) in &plugin.env {
            launch = launch.env(name, value);
        }
        Ok(launch)
    }
}

/// How the host starts any plugin, but for what the catalog says.
#[derive(Clone)]
pub(super) struct LaunchDefaults(pub(super) Arc<dyn Fn(&Path) -> Launch + Send + Sync>);

impl std::fmt::Debug for LaunchDefaults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LaunchDefaults")
    }
}
