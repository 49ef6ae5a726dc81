//! Mounts coming and going: enabled, moved, reloaded, disabled, killed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Host;
use crate::catalog::PluginType;
use crate::error::{HostError, PathError};
use crate::mounts::{KV, MountInfo, Mounted, Services, mount_path};
use crate::system_view::MountSystemView;

/// How a mount is to be made: `<cli> secrets enable -path=… -plugin-version=… -options=… <plugin>`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Enable {
    /// Secrets engine or auth method.
    pub kind: PluginType,
    /// The plugin's name in the catalog.
    pub plugin: String,
    /// Where; without `auth/`.
    pub path: String,
    /// The version; empty for the catalog's choice.
    pub version: String,
    /// The mount's options.
    pub options: BTreeMap<String, String>,
    /// What it is for.
    pub description: String,
}

impl Enable {
    /// Creates the settings of a secrets engine at a path of its plugin's name.
    pub fn secrets(plugin: impl Into<String>) -> Self {
        Self::new(PluginType::Secret, plugin.into())
    }

    /// Creates the settings of an auth method at a path of its plugin's name.
    pub fn auth(plugin: impl Into<String>) -> Self {
        Self::new(PluginType::Auth, plugin.into())
    }

    pub(crate) fn new(kind: PluginType, plugin: String) -> Self {
        Self {
            kind,
            path: plugin.clone(),
            plugin,
            version: String::new(),
            options: BTreeMap::new(),
            description: String::new(),
        }
    }

    /// Sets another path.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Sets the version of the plugin.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Adds an option.
    #[must_use]
    pub fn option(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.insert(name.into(), value.into());
        self
    }

    /// Checks that servers take the options for this plugin.
    pub(crate) fn check_options(&self) -> Result<(), HostError> {
        let versioned = self.options.get("version").is_some_and(|version| !version.is_empty());
        if versioned && (self.kind == PluginType::Auth || self.plugin != KV) {
            let (kind, plugin) = (self.kind, self.plugin.clone());
            return Err(HostError::VersionOption { kind, plugin });
        }
        Ok(())
    }

    /// Returns the path in the table of mounts.
    fn table_path(&self) -> Result<String, HostError> {
        let path = mount_path(&self.path)?;
        Ok(match self.kind {
            PluginType::Auth => format!("auth/{path}"),
            // The table would have it as an auth method's.
            PluginType::Secret if path.starts_with("auth/") => {
                return Err(PathError::Reserved(path).into());
            }
            PluginType::Secret => path,
        })
    }
}

impl Host {
    /// Mounts a plugin of the catalog: `<cli> secrets enable`, `<cli> auth enable`.
    ///
    /// # Errors
    ///
    /// Fails if the path is taken, the catalog has no such plugin, the plugin cannot be started, is
    /// of the other type, or refuses. Nothing is left of the mount then.
    pub async fn enable(&self, enable: Enable) -> Result<MountInfo, HostError> {
        self.check_unsealed()?;
        enable.check_options()?;
        let path = enable.table_path()?;
        self.shared.mounts.lock().check_free(&path)?;
        let uuid = uuid::Uuid::new_v4().to_string();
        let services = Services {
            storage: self.shared.store.mount(&uuid),
            system_view: MountSystemView::new(
                self.shared.system.clone(),
                self.shared.wrappings.clone(),
            ),
        };
        let mut mount = Mounted::new(&path, enable.kind, &enable.plugin, uuid, services);
        let tune = mount.tune.get_mut();
        tune.options = enable.options;
        tune.description = enable.description;
        tune.version = enable.version;
        let mount = Arc::new(mount);
        let half_made = HalfMade { host: self, mount: Some(&mount) };
        {
            let mut mounts = self.shared.mounts.lock();
            mounts.check_free(&path)?;
            mounts.insert(path, Arc::clone(&mount));
        }
        match self.start(&mount).await {
            Ok(()) => {
                half_made.keep();
                Ok(mount.info())
            }
            Err(error) => {
                self.stop(&mount).await;
                Err(error)
            }
        }
    }

    /// Returns all mounts, in the order of their paths: `<cli> secrets list`, `<cli> auth list`.
    pub fn mounts(&self) -> Vec<MountInfo> {
        self.shared.mounts.lock().all().iter().map(|mount| mount.info()).collect()
    }

    /// Unmounts: one last rollback, every lease revoked, the backend cleaned up, its storage
    /// deleted. `path` includes `auth/` for an auth method.
    ///
    /// # Errors
    ///
    /// Fails if nothing is mounted there, or a lease cannot be revoked. In that case the mount
    /// stays with the leases that are left: it takes no requests, and can be disabled once the
    /// leases are gone, by force with `sys/leases/revoke-force` for instance.
    pub async fn disable(&self, path: &str) -> Result<(), HostError> {
        self.check_unsealed()?;
        let mount = self.mounted(path)?;
        mount.services.system_view.taint();
        self.roll_back(&mount).await;
        self.revoke_below(&mount.path()).await?;
        self.stop(&mount).await;
        self.shared.mounts.lock().remove(&mount.path());
        self.shared.store.forget(&mount.uuid);
        Ok(())
    }

    /// Moves a mount: its leases are revoked, what it stores goes with it.
    ///
    /// # Errors
    ///
    /// Fails if nothing is mounted at `from`, `to` is taken or of the other kind, or a lease cannot
    /// be revoked. In the last case the mount stays where it is and takes no requests.
    pub async fn move_mount(&self, from: &str, to: &str) -> Result<(), HostError> {
        self.check_unsealed()?;
        let mount = self.mounted(from)?;
        let to = mount_path(to)?;
        self.shared.mounts.lock().check_free(&to)?;
        if to.starts_with("auth/") != mount.path().starts_with("auth/") {
            return Err(HostError::OtherKind(to));
        }
        mount.services.system_view.taint();
        self.roll_back(&mount).await;
        self.revoke_below(&mount.path()).await?;
        mount.services.system_view.untaint();
        let mut mounts = self.shared.mounts.lock();
        mounts.check_free(&to)?;
        mounts.remove(&mount.path());
        mount.set_path(to.clone());
        mounts.insert(to, mount);
        Ok(())
    }
}

/// A mount that is gone from the table, with what it has stored, unless it is kept: also when
/// the caller that enables it gives up.
struct HalfMade<'a> {
    host: &'a Host,
    mount: Option<&'a Arc<Mounted>>,
}

impl HalfMade<'_> {
    fn keep(mut self) {
        self.mount = None;
    }
}

impl Drop for HalfMade<'_> {
    fn drop(&mut self) {
        let Some(mount) = self.mount else { return };
        self.host.shared.mounts.lock().remove_this(mount);
        self.host.shared.store.forget(&mount.uuid);
    }
}
