//! Plugin processes, each shared by the mounts that ask for the same.

use std::collections::HashMap;

use parking_lot::Mutex;
use tokio::sync::Semaphore;

use crate::host::catalog::{PluginKey, Registration};
use crate::host::launch::{Launch, LaunchError};
use crate::host::process::{Left, PluginProcess};

/// What must be equal for two mounts to share a process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Sharing {
    key: PluginKey,
    plugin: Registration,
}

#[derive(Debug)]
struct Shared {
    process: PluginProcess,
    multiplexes: bool,
    mounts: usize,
}

/// Every running process.
#[derive(Debug)]
pub(in crate::host) struct Processes {
    running: Mutex<HashMap<Sharing, Vec<Shared>>>,
    /// One permit: who holds it starts processes, as servers start one at a time.
    starting: Semaphore,
}

impl Default for Processes {
    fn default() -> Self {
        Self { running: Mutex::default(), starting: Semaphore::new(1) }
    }
}

impl Processes {
    /// The process for one more mount: a running one that can hold it, or a new one.
    pub(in crate::host) async fn take(
        &self,
        key: &PluginKey,
        plugin: &Registration,
        launch: Launch,
    ) -> Result<PluginProcess, LaunchError> {
        let sharing = Sharing { key: key.clone(), plugin: plugin.clone() };
        let _starting = self.starting.acquire().await;
        if let Some(process) = self.join(&sharing) {
            return Ok(process);
        }
        let process = launch.start().await?;
        let multiplexes = process.supports_multiplexing().await.unwrap_or(false);
        let shared = Shared { process: process.clone(), multiplexes, mounts: 1 };
        self.running.lock().entry(sharing).or_default().push(shared);
        Ok(process)
    }

    fn join(&self, sharing: &Sharing) -> Option<PluginProcess> {
        let mut running = self.running.lock();
        let candidates = running.get_mut(sharing)?;
        let free = candidates
            .iter_mut()
            .find(|shared| shared.multiplexes && shared.process.exited_by_now().is_none())?;
        free.mounts += 1;
        Some(free.process.clone())
    }

    /// One mount less in `process`, which is shut down when it was the last one.
    pub(in crate::host) async fn leave(&self, process: &PluginProcess) -> Option<Left> {
        let last = {
            let mut running = self.running.lock();
            let shared = running
                .values_mut()
                .flatten()
                .find(|shared| shared.process.pid() == process.pid())?;
            shared.mounts = shared.mounts.saturating_sub(1);
            shared.mounts == 0
        };
        if !last {
            return None;
        }
        self.forget(process);
        Some(process.shut_down().await)
    }

    /// No mount joins this process any more; whoever is in it finds it gone.
    pub(in crate::host) fn forget(&self, process: &PluginProcess) {
        let mut running = self.running.lock();
        for candidates in running.values_mut() {
            candidates.retain(|shared| shared.process.pid() != process.pid());
        }
        running.retain(|_, candidates| !candidates.is_empty());
    }

    /// Every running process.
    pub(in crate::host) fn all(&self) -> Vec<PluginProcess> {
        self.running.lock().values().flatten().map(|shared| shared.process.clone()).collect()
    }
}
