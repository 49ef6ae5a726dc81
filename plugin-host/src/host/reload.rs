//! Reloads, kills and invalidates mounts.

use std::sync::Arc;

use super::Host;
use crate::error::HostError;
use crate::mounts::Mounted;

impl Host {
    /// Reloads one mount: cleaned up and started again, with the version that its tuning asks for.
    /// As on a server, the whole process goes; other mounts in it start it again when they are
    /// called.
    ///
    /// # Errors
    ///
    /// Fails if nothing is mounted there, or the plugin cannot be started.
    pub async fn reload(&self, path: &str) -> Result<(), HostError> {
        self.check_unsealed()?;
        let mount = self.mounted(path)?;
        self.reload_mount(&mount).await
    }

    /// Reloads every mount of a plugin.
    ///
    /// # Errors
    ///
    /// The first one that can't be started again; the others are tried all the same.
    pub async fn reload_plugin(&self, plugin: &str) -> Result<(), HostError> {
        self.check_unsealed()?;
        let mut result = Ok(());
        let mounts = self.shared.mounts.lock().all();
        for mount in mounts.iter().filter(|mount| mount.plugin == plugin) {
            result = result.and(self.reload_mount(mount).await);
        }
        result
    }

    /// Requests that come meanwhile wait for the new backend.
    async fn reload_mount(&self, mount: &Arc<Mounted>) -> Result<(), HostError> {
        // Held all along, so that requests wait for the new backend.
        let Ok(_changing) = mount.changing.acquire().await else { return Err(HostError::Sealed) };
        self.check_unsealed()?;
        if let Some(active) = self.clean_up_now(mount).await
            && let Some(process) = &active.process
        {
            process.end_process().await;
        }
        self.start_now(mount).await
    }

    /// Kills the process of a mount, as the system does when memory is short; a backend in this
    /// process is dropped at its next await. The next request starts it again.
    ///
    /// # Errors
    ///
    /// Fails if nothing is mounted there.
    pub async fn kill(&self, path: &str) -> Result<(), HostError> {
        let Some(active) = self.mounted(path)?.active() else { return Ok(()) };
        active.kill_now();
        if let Some(process) = &active.process {
            process.kill().await;
        }
        Ok(())
    }

    /// Tells a mount that an entry of its storage was changed behind its back.
    ///
    /// # Errors
    ///
    /// Fails if nothing is mounted there, or the plugin does not answer.
    pub async fn invalidate(&self, path: &str, key: &str) -> Result<(), HostError> {
        let mount = self.mounted(path)?;
        let Some(active) = mount.active() else { return Err(HostError::Sealed) };
        Ok(active.instance.invalidate_key(key.to_owned()).await?)
    }
}
