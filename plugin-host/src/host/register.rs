//! Plugins coming into the catalog, and leaving it.

use std::sync::Arc;

use super::{Host, fallback};
use crate::catalog::{CatalogError, PluginKey, PluginType, Registration, Source};
use crate::error::HostError;
use crate::in_process::Builtin;
use crate::launch::Launch;
use crate::mounted_backend::InstanceError;
use crate::process::{MountServices, RemoteInstance, Setup};
use plugin_runtime::{BackendType, IntoBackend, Mount};

impl Host {
    /// Registers a plugin: `<cli> plugin register -sha256=… secret mock`. The plugin is started
    /// once for its version, which becomes the registered one when none was asked for. As on a
    /// server, one that can't be started is registered all the same, and says why when it is
    /// mounted.
    ///
    /// # Errors
    ///
    /// Fails if there is no plugin directory, the file is not in it, or the plugin reports another
    /// version.
    pub async fn register(&self, plugin: Registration) -> Result<(), HostError> {
        let launch = {
            let catalog = self.shared.catalog.lock();
            catalog.check(&plugin)?;
            catalog.launch(&plugin, &self.shared.launch)?
        };
        let mut plugin = plugin;
        match version(launch).await {
            Ok(reported) if plugin.version.is_empty() || reported.is_empty() => {
                if plugin.version.is_empty() {
                    plugin.version = reported;
                }
            }
            Ok(reported) if reported != plugin.version => {
                let requested = plugin.version;
                let name = plugin.name;
                return Err(CatalogError::VersionMismatch { name, reported, requested }.into());
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(plugin = %plugin.name, %error, "cannot compare the plugin's version");
            }
        }
        let key = PluginKey {
            kind: plugin.kind,
            name: plugin.name.clone(),
            version: plugin.version.clone(),
        };
        self.shared.catalog.lock().insert(key, Source::File(plugin));
        Ok(())
    }

    /// Registers a backend of this process under a name, as servers have their builtin ones.
    /// `factory` makes the backend of each mount.
    pub fn register_backend<F, R>(&self, kind: BackendType, name: impl Into<String>, factory: F)
    where
        F: Fn(Mount) -> R + Send + Sync + 'static,
        R: IntoBackend,
    {
        let (name, version) = (name.into(), String::new());
        let key = PluginKey { kind: kind.into(), name, version };
        let builtin = Source::Builtin(Arc::new(Builtin::new(kind, factory)));
        self.shared.catalog.lock().insert(key, builtin);
    }

    /// Takes a plugin out of the catalog. Its mounts go on until they are started again.
    ///
    /// # Errors
    ///
    /// Fails if there is none of this name and version; the version is empty for the unversioned
    /// one.
    pub fn deregister(&self, kind: PluginType, name: &str, version: &str) -> Result<(), HostError> {
        let (name, version) = (name.to_owned(), version.to_owned());
        let key = PluginKey { kind, name, version };
        match self.shared.catalog.lock().remove(&key) {
            Some(_) => Ok(()),
            None => {
                let PluginKey { kind, name, version } = key;
                Err(CatalogError::Unknown { kind, name, version }.into())
            }
        }
    }

    /// Returns all registered files, in order of type, name and version.
    pub fn plugins(&self) -> Vec<Registration> {
        let catalog = self.shared.catalog.lock();
        let files = catalog.iter().filter_map(|(_, source)| match source {
            Source::File(plugin) => Some(plugin.clone()),
            Source::Builtin(_) => None,
        });
        files.collect()
    }
}

/// Asks a plugin for its version as servers do, the fallback to protocols 3 and 4 included.
async fn version(launch: Launch) -> Result<String, HostError> {
    let first = match launch.offers_5() {
        true => match probe(launch.clone()).await {
            Err(HostError::Launch(error)) if error.may_be_older() => Some(error),
            found => return found,
        },
        false => None,
    };
    let found = fallback::version(launch).await;
    match first {
        Some(first) => found.map_err(|error| fallback::failure(first, error)),
        None => found,
    }
}

/// Asks it with protocol 5: a mount without storage, never cleaned up.
async fn probe(launch: Launch) -> Result<String, HostError> {
    let process = launch.start().await?;
    let version = async {
        process.supports_multiplexing().await?;
        let services = MountServices::of_probe();
        let instance = RemoteInstance::set_up(&process, services, Setup::default()).await?;
        instance.version().await
    };
    let version: Result<String, InstanceError> = version.await;
    process.shut_down().await;
    Ok(version?)
}
