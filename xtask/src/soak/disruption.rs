//! Processes that are killed and mounts that are reloaded, as often as a server can stand it.
//!
//! A request whose process dies is repeated once. So the next disruption waits until every tenant
//! has had an answer to something that it asked after the last one: no request meets two.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use fastrand::Rng;
use plugin_host::Host;
use tokio::sync::Semaphore;

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// As many as there may be tenants.
const PERMITS: u32 = 1024;

/// What tenants and the one who disrupts them tell each other.
#[derive(Debug)]
pub(crate) struct Disruption {
    /// How many disruptions there were.
    count: AtomicU64,
    /// By tenant, how many there were when it asked what was answered last.
    seen: Vec<AtomicU64>,
    /// Who mounts or unmounts holds one permit; who disrupts holds them all.
    mounting: Semaphore,
    stop: AtomicBool,
}

impl Disruption {
    pub(crate) fn of(tenants: usize) -> Arc<Self> {
        Arc::new(Self {
            count: AtomicU64::new(0),
            seen: (0..tenants).map(|_| AtomicU64::new(0)).collect(),
            mounting: Semaphore::new(PERMITS as usize),
            stop: AtomicBool::new(false),
        })
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }

    /// Records that the tenant `index` got an answer to what it asked after `count` disruptions.
    pub(crate) fn answered(&self, index: usize, count: u64) {
        if let Some(seen) = self.seen.get(index) {
            seen.store(count, Ordering::SeqCst);
        }
    }

    /// Acquires a permit to mount or unmount; the semaphore is never closed.
    pub(crate) async fn permit_to_mount(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        self.mounting.acquire().await.ok()
    }

    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Kills and reloads mounts of `plugins` until it is stopped.
    pub(crate) async fn run(
        &self,
        host: &Host,
        plugins: &[String],
        mut rng: Rng,
    ) -> Result<(), String> {
        while !self.is_stopped() {
            tokio::time::sleep(PAUSE * rng.u32(..40)).await;
            if !self.everybody_is_served() {
                continue;
            }
            let Ok(_exclusive) = self.mounting.acquire_many(PERMITS).await else { return Ok(()) };
            let mounts = host.mounts();
            let mounts: Vec<_> =
                mounts.iter().filter(|mount| plugins.contains(&mount.plugin)).collect();
            let Some(mount) = rng.choice(mounts) else { continue };
            let disrupted = match rng.u8(..3) {
                0 => host.reload(&mount.path).await,
                _ => host.kill(&mount.path).await,
            };
            disrupted.map_err(|error| format!("reloading {}: {error}", mount.path))?;
            self.count.fetch_add(1, Ordering::SeqCst);
        }
        Ok(())
    }

    fn everybody_is_served(&self) -> bool {
        let count = self.count();
        self.seen.iter().all(|seen| seen.load(Ordering::SeqCst) >= count)
    }
}
