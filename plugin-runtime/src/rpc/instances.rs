//! The mounts of this process, each of which is an instance.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use plugin_proto::pb;
use tokio_util::task::TaskTracker;
use tonic::Status;

use super::PluginBroker;
use super::admission::Admission;
use super::invalidations::Invalidations;
use super::lasting::Lasting;
use super::storage::RemoteStorage;
use super::system_view::RemoteSystemView;
use super::unwind::{guarded, guarded_sync};
use crate::backend::Factory;
use crate::transport::{Channel, Target, Tls};
use crate::{Backend, Clock, Error, Mount, Storage, SystemView};

/// How long a backend's cleanup may take. The server waits for it.
const CLEANUP_TIMEOUT: Duration = Duration::from_secs(10);

/// How long running invalidations and a running initialization may take before they are dropped and
/// the backend is cleaned up. The server waits for it, mount after mount.
const LASTING_TIMEOUT: Duration = Duration::from_secs(2);

/// How long transactions may take to be rolled back before the connection is closed.
const TASKS_TIMEOUT: Duration = Duration::from_secs(2);

/// One mount: its backend, and its own connection to the server, made at the first call.
pub(super) struct Instance<B> {
    pub(super) backend: B,
    pub(super) storage: Storage,
    pub(super) system_view: SystemView,
    pub(super) admission: Admission,
    pub(super) lasting: Lasting,
    pub(super) invalidations: Invalidations,
    channel: Channel,
    tasks: TaskTracker,
}

/// Every mount of this process, by the identifier that its server chose.
pub(crate) struct Instances<B> {
    shared: Arc<Shared<B>>,
}

struct Shared<B> {
    factory: Factory<B>,
    broker: PluginBroker,
    tls: Option<Tls>,
    by_id: RwLock<HashMap<String, Arc<Instance<B>>>>,
}

impl<B> Clone for Instances<B> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<B> fmt::Debug for Instances<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.shared.by_id.read().len();
        f.debug_struct("Instances").field("count", &count).finish_non_exhaustive()
    }
}

impl<B: Backend> Instances<B> {
    pub(crate) fn new(factory: Factory<B>, broker: PluginBroker, tls: Option<Tls>) -> Self {
        let by_id = RwLock::new(HashMap::new());
        Self { shared: Arc::new(Shared { factory, broker, tls, by_id }) }
    }

    pub(super) fn of(&self, id: &str) -> Result<Arc<Instance<B>>, Status> {
        let found = self.shared.by_id.read().get(id).map(Arc::clone);
        found.ok_or_else(|| Status::unknown("no backend instance found"))
    }

    /// Creates the instance `id`. If it fails, it leaves nothing behind and changes no other mount.
    /// Replaces an existing instance.
    pub(super) async fn set_up(&self, id: &str, args: pb::SetupArgs) -> Result<(), SetupError> {
        let clock = Clock::of_process();
        let mount = Mount::new(args.backend_uuid, args.config.into_iter().collect(), clock.clone());
        if args.broker_id == 0 {
            return Err(SetupError::NoBroker);
        }
        let network = self.shared.broker.address(args.broker_id).await?;
        // Connected when the backend first needs the server: an unused mount, or a probe, costs
        // neither side a connection. Until then its socket is held open, so that it can be reached
        // even if its file is removed.
        let channel = Channel::new(Target::held(network), self.shared.tls.clone());
        let backend = guarded_sync(|| (self.shared.factory)(mount))?;
        guarded_sync(|| backend.special_paths().check().map_err(|e| Error::new(e.to_string())))?;
        let (tasks, lasting) = (TaskTracker::new(), Lasting::default());
        let instance = Arc::new(Instance {
            backend,
            storage: Storage::new(Arc::new(RemoteStorage::new(channel.clone(), tasks.clone()))),
            system_view: SystemView::new(Arc::new(RemoteSystemView::new(channel.clone())), clock),
            admission: Admission::default(),
            invalidations: Invalidations::new(lasting.clone()),
            lasting,
            channel,
            tasks,
        });
        let replaced = self.shared.by_id.write().insert(id.to_owned(), instance);
        if let Some(replaced) = replaced {
            replaced.clean_up_in_any_case().await;
        }
        Ok(())
    }

    /// Ends the instance `id`. Succeeds if it does not exist, or no longer does.
    pub(super) async fn clean_up(&self, id: &str) {
        let removed = self.shared.by_id.write().remove(id);
        if let Some(instance) = removed {
            instance.clean_up_in_any_case().await;
        }
    }
}

impl<B: Backend> Instance<B> {
    /// Cleans up, to the end even if the caller stops waiting, since nothing else refers to the
    /// instance any more. It ends within the time limits of its steps.
    async fn clean_up_in_any_case(self: Arc<Self>) {
        // It fails only if the process ends; panics of the backend are caught inside.
        let _ = tokio::spawn(async move { self.clean_up().await }).await;
    }

    async fn clean_up(&self) {
        let dropped = self.lasting.end(LASTING_TIMEOUT).await;
        if dropped > 0 {
            tracing::warn!(
                dropped,
                "running invalidations or a running initialization did not end in time and were \
                 dropped when the mount was cleaned up"
            );
        }
        let cleanup = guarded(async {
            self.backend.cleanup().await;
            Ok(())
        });
        if tokio::time::timeout(CLEANUP_TIMEOUT, cleanup).await.is_err() {
            tracing::error!(
                "the backend's cleanup took more than {} s and was dropped",
                CLEANUP_TIMEOUT.as_secs()
            );
        }
        self.tasks.close();
        if tokio::time::timeout(TASKS_TIMEOUT, self.tasks.wait()).await.is_err() {
            tracing::warn!("transactions were still open when the mount was cleaned up");
        }
        self.channel.close().await;
    }
}

/// Reasons why a mount cannot be set up. The server shows the text to the operator who enables it.
#[derive(Debug, thiserror::Error)]
pub(super) enum SetupError {
    #[error("the server named no broker id")]
    NoBroker,
    #[error(transparent)]
    NoAddress(#[from] super::broker::NoAddress),
    #[error(transparent)]
    Backend(#[from] Error),
}
