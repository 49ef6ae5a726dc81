//! The whole host: sealed, unsealed, restarted, shut down.

use std::sync::atomic::Ordering;
use std::time::Instant;

use super::error::HostError;
use super::storage::MountState;
use super::{Host, PluginProcess};

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

    /// Makes this node read-only, as a standby's or a secondary's storage is; or active again.
    pub fn set_read_only(&self, read_only: bool) {
        self.shared.read_only.store(read_only, Ordering::SeqCst);
        for mount in self.shared.mounts.lock().all() {
            if mount.active().is_some() {
                mount.services.storage.set_state(self.storage_state());
            }
        }
    }

    /// Whether the host is sealed.
    pub fn is_sealed(&self) -> bool {
        self.shared.sealed.load(Ordering::SeqCst)
    }

    /// Every running plugin process.
    pub fn processes(&self) -> Vec<PluginProcess> {
        self.shared.processes.all()
    }

    pub(super) fn check_unsealed(&self) -> Result<(), HostError> {
        if self.is_sealed() { Err(HostError::Sealed) } else { Ok(()) }
    }

    pub(super) fn storage_state(&self) -> MountState {
        if self.shared.read_only.load(Ordering::SeqCst) {
            MountState::ReadOnly
        } else {
            MountState::Ready
        }
    }

    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.shared.request_timeout
    }
}
