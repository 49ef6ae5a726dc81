//! Plugin processes, each shared by the mounts that ask for the same.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use tokio::sync::Semaphore;

use crate::catalog::{PluginKey, Registration};
use crate::error::HostError;
use crate::launch::Launch;
use crate::process::PluginProcess;

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

/// Every running process. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Processes {
    running: Arc<Mutex<HashMap<Sharing, Vec<Shared>>>>,
    /// One permit: who holds it starts processes, as servers start one at a time.
    starting: Arc<Semaphore>,
}

impl Default for Processes {
    fn default() -> Self {
        Self { running: Arc::default(), starting: Arc::new(Semaphore::new(1)) }
    }
}

/// A mount's place in a process. Dropped without [`Seat::leave`], as when the caller that makes a
/// mount gives up halfway, it kills the process unless other mounts are in it.
#[derive(Debug)]
pub(crate) struct Seat {
    process: PluginProcess,
    processes: Processes,
    left: AtomicBool,
}

impl Seat {
    /// Leaves the process, which is shut down when this was its last mount.
    pub(crate) async fn leave(&self) {
        if self.is_last_to_leave() {
            self.process.shut_down().await;
        }
    }

    /// Has the process shut down, even if other mounts are in it: they find it gone.
    pub(crate) async fn end_process(&self) {
        self.processes.forget(&self.process);
        self.process.shut_down().await;
    }

    fn is_last_to_leave(&self) -> bool {
        !self.left.swap(true, Ordering::SeqCst) && self.processes.one_less(&self.process)
    }
}

impl Deref for Seat {
    type Target = PluginProcess;

    fn deref(&self) -> &PluginProcess {
        &self.process
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if self.is_last_to_leave() {
            self.process.kill_now();
        }
    }
}

impl Processes {
    /// Returns the process for one more mount: a running one that can hold it, or a new one.
    pub(crate) async fn take(
        &self,
        key: &PluginKey,
        plugin: &Registration,
        launch: Launch,
    ) -> Result<Seat, HostError> {
        let sharing = Sharing { key: key.clone(), plugin: plugin.clone() };
        let _starting = self.starting.acquire().await;
        if let Some(process) = self.join(&sharing) {
            return Ok(self.seat(process));
        }
        let process = launch.start().await?;
        let multiplexes = process.supports_multiplexing().await?;
        let shared = Shared { process: process.clone(), multiplexes, mounts: 1 };
        self.running.lock().entry(sharing).or_default().push(shared);
        Ok(self.seat(process))
    }

    /// Returns a new process that no other mount joins.
    pub(crate) async fn take_alone(
        &self,
        key: &PluginKey,
        plugin: &Registration,
        launch: Launch,
    ) -> Result<Seat, HostError> {
        let sharing = Sharing { key: key.clone(), plugin: plugin.clone() };
        let _starting = self.starting.acquire().await;
        let process = launch.start().await?;
        let shared = Shared { process: process.clone(), multiplexes: false, mounts: 1 };
        self.running.lock().entry(sharing).or_default().push(shared);
        Ok(self.seat(process))
    }

    fn seat(&self, process: PluginProcess) -> Seat {
        Seat { process, processes: self.clone(), left: AtomicBool::new(false) }
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

    /// Returns whether the mount that leaves `process` was its last one; the process is forgotten
    /// then.
    fn one_less(&self, process: &PluginProcess) -> bool {
        let mut running = self.running.lock();
        let mut shared = running.values_mut().flatten();
        let Some(shared) = shared.find(|shared| shared.process.is(process)) else { return false };
        shared.mounts = shared.mounts.saturating_sub(1);
        let last = shared.mounts == 0;
        drop(running);
        if last {
            self.forget(process);
        }
        last
    }

    /// Removes a process, so that no mount joins it any more; the mounts in it find it gone.
    pub(crate) fn forget(&self, process: &PluginProcess) {
        let mut running = self.running.lock();
        for candidates in running.values_mut() {
            candidates.retain(|shared| !shared.process.is(process));
        }
        running.retain(|_, candidates| !candidates.is_empty());
    }

    /// Returns all running processes.
    pub(crate) fn all(&self) -> Vec<PluginProcess> {
        let running = self.running.lock();
        let processes = running.values().flatten().map(|shared| shared.process.clone());
        processes.filter(|process| process.exited_by_now().is_none()).collect()
    }
}
