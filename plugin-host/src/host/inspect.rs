//! What a mount is made of, for tests.

use std::sync::Arc;

use plugin_runtime::Storage;

use super::Host;
use crate::error::HostError;
use crate::faults::Faults;
use crate::mounts::{Mounted, mount_path};
use crate::process::PluginProcess;

impl Host {
    /// Returns the process that a mount is in; `None` for a backend in this process.
    ///
    /// # Errors
    ///
    /// Fails if nothing is mounted there.
    pub fn process(&self, path: &str) -> Result<Option<PluginProcess>, HostError> {
        let active = self.mounted(path)?.active();
        Ok(active.and_then(|active| active.process.as_deref().cloned()))
    }

    /// Returns the storage of a mount without its faults: for tests that look, or that change
    /// something behind the plugin's back.
    ///
    /// # Errors
    ///
    /// Fails if nothing is mounted there.
    pub fn storage(&self, path: &str) -> Result<Storage, HostError> {
        Ok(self.mounted(path)?.services.storage.unfaulted())
    }

    /// Returns the faults of a mount's storage.
    ///
    /// # Errors
    ///
    /// Fails if nothing is mounted there.
    pub fn faults(&self, path: &str) -> Result<Faults, HostError> {
        Ok(self.mounted(path)?.services.storage.faults().clone())
    }

    pub(crate) fn mounted(&self, path: &str) -> Result<Arc<Mounted>, HostError> {
        Ok(self.shared.mounts.lock().at(&mount_path(path)?)?)
    }
}
