//! The whole host: sealed, unsealed, restarted, shut down.

use std::sync::atomic::Ordering;
use std::time::Instant;

use super::Host;
use crate::error::HostError;
use crate::process::PluginProcess;
use crate::storage::MountState;
use plugin_runtime::ReplicationState;

impl Host {
    /// Seals: every backend is cleaned up and every process leaves. Storage stays; requests are
    /// refused.
    pub async fn seal(&self) {
        self.shared.sealed.store(true, Ordering::SeqCst);
        let mounts = self.shared.mounts.lock().all();
        for mount in mounts {
            self.stop(&mount).await;
            mount.services.storage.set_state(MountState::Sealed);
        }
    }

    /// Unseals: every mount is started again from what it has stored.
    ///
    /// # Errors
    ///
    /// The first mount that can't be started; the others are started all the same, and that one
    /// has no handler until it is reloaded.
    pub async fn unseal(&self) -> Result<(), HostError> {
        if !self.shared.sealed.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        let mounts = self.shared.mounts.lock().all();
        let mut result = Ok(());
        for mount in mounts {
            result = result.and(self.start(&mount).await);
        }
        result
    }

    /// Stops and starts again, as an operator does with a server.
    ///
    /// # Errors
    ///
    /// As [`Host::unseal`].
    pub async fn restart(&self) -> Result<(), HostError> {
        self.seal().await;
        self.unseal().await
    }

    /// Makes this node a standby that serves reads: storage refuses writes, the system view says
    /// why, and every mount is set up again, as on a server that steps down. Mounts that are
    /// enabled from now on are set up as a standby does when its active node enables them. A server
    /// forwards writes to the active node; here they fail.
    ///
    /// ```
    /// use plugin_runtime::framework::Framework;
    /// use plugin_host::{Enable, Host};
    /// use plugin_runtime::{BackendType, Result, Storage};
    ///
    /// async fn count(storage: Storage) -> Result<()> {
    ///     let ticks: u32 = storage.get("ticks").await?.unwrap_or_default();
    ///     Ok(storage.put("ticks", &(ticks + 1)).await?)
    /// }
    ///
    /// # fn main() -> Result<(), plugin_host::HostError> {
    /// # plugin_host::test::block_on(async {
    /// let host = Host::new();
    /// host.register_backend(BackendType::Secrets, "ticks", |_mount| {
    ///     Framework::secrets(()).periodic(count)
    /// });
    /// host.enable(Enable::secrets("ticks")).await?;
    /// host.stand_by().await?;
    /// host.tick().await;
    /// let ticks = || async { host.storage("ticks").unwrap().get::<u32>("ticks").await.unwrap() };
    /// assert_eq!(ticks().await, None, "left to the active node");
    ///
    /// host.become_active().await?;
    /// host.tick().await;
    /// assert_eq!(ticks().await, Some(1));
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Host::unseal`].
    pub async fn stand_by(&self) -> Result<(), HostError> {
        self.change_role(true, ReplicationState::PERFORMANCE_STANDBY).await
    }

    /// Makes this node the active one, after [`Host::stand_by`]: every mount is set up again, as on
    /// a server that is elected.
    ///
    /// # Errors
    ///
    /// As [`Host::unseal`].
    pub async fn become_active(&self) -> Result<(), HostError> {
        self.change_role(false, ReplicationState::PERFORMANCE_PRIMARY).await
    }

    async fn change_role(&self, read_only: bool, role: ReplicationState) -> Result<(), HostError> {
        let was_sealed = self.is_sealed();
        self.seal().await;
        self.shared.read_only.store(read_only, Ordering::SeqCst);
        let bits = ReplicationState::DR_DISABLED.bits() | role.bits();
        let state = ReplicationState::from_bits(bits);
        self.shared.system.change(|values| values.replication_state = state);
        if was_sealed { Ok(()) } else { self.unseal().await }
    }

    /// Makes storage refuse writes, or take them again. The system view says nothing of it; see
    /// [`Host::stand_by`].
    pub fn set_read_only(&self, read_only: bool) {
        self.shared.read_only.store(read_only, Ordering::SeqCst);
        for mount in self.shared.mounts.lock().all() {
            if mount.active().is_some() {
                mount.services.storage.set_state(self.storage_state());
            }
        }
    }

    /// Returns whether the host is sealed.
    pub fn is_sealed(&self) -> bool {
        self.shared.sealed.load(Ordering::SeqCst)
    }

    /// Returns every running plugin process.
    pub fn processes(&self) -> Vec<PluginProcess> {
        self.shared.processes.all()
    }

    pub(crate) fn check_unsealed(&self) -> Result<(), HostError> {
        if self.is_sealed() { Err(HostError::Sealed) } else { Ok(()) }
    }

    pub(crate) fn storage_state(&self) -> MountState {
        if self.shared.read_only.load(Ordering::SeqCst) {
            MountState::ReadOnly
        } else {
            MountState::Ready
        }
    }

    pub(crate) fn deadline(&self) -> Instant {
        Instant::now() + self.shared.request_timeout
    }
}
