//! Starts, stops and restarts the backend of a mount.

use std::collections::HashMap;
use std::sync::Arc;

use plugin_runtime::{Clock, Mount, SpecialPaths, Storage, SystemView};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Host, fallback};
use crate::catalog::{PluginKey, PluginType, Registration, Source};
use crate::error::HostError;
use crate::in_process::Surroundings;
use crate::launch::{Launch, LaunchError};
use crate::mounted_backend::{InstanceError, MountedBackend};
use crate::mounts::{Active, Mounted, Seat};
use crate::process::{MountServices, Placeholder, PluginProcess, RemoteInstance, Setup};
use crate::storage::MountState;

/// A backend that was started or, of a plugin of protocol 3 or 4, is not yet.
pub(super) struct Started {
    pub(super) instance: Arc<dyn MountedBackend>,
    process: Option<Seat>,
    placeholder: Option<Placeholder>,
}

impl Started {
    pub(super) fn of(instance: RemoteInstance, process: Seat) -> Self {
        Self { instance: Arc::new(instance), process: Some(process), placeholder: None }
    }

    pub(super) fn active(
        self,
        special_paths: SpecialPaths,
        killed: CancellationToken,
        key: PluginKey,
    ) -> Active {
        let Self { instance, process, placeholder } = self;
        let requests = TaskTracker::new();
        Active { instance, process, placeholder, killed, special_paths, key, requests }
    }
}

impl Host {
    /// Starts the backend of a mount: process, setup, type, special paths, initialisation.
    pub(crate) async fn start(&self, mount: &Arc<Mounted>) -> Result<(), HostError> {
        let Ok(_changing) = mount.changing.acquire().await else { return Err(HostError::Sealed) };
        // Sealed while this waited for its turn.
        self.check_unsealed()?;
        self.start_now(mount).await
    }

    pub(super) async fn start_now(&self, mount: &Arc<Mounted>) -> Result<(), HostError> {
        let version = mount.tune.lock().version.clone();
        let (key, source) = self.shared.catalog.lock().find(mount.kind, &mount.plugin, &version)?;
        mount.services.storage.set_state(MountState::SettingUp);
        let killed = CancellationToken::new();
        let started = match source {
            Source::Builtin(builtin) => {
                let given = Surroundings {
                    mount: self.mount_of(mount, &key),
                    storage: Storage::new(Arc::new(mount.services.storage.clone())),
                    system_view: SystemView::new(
                        Arc::new(mount.services.system_view.clone()),
                        self.clock_of_mounts(),
                    ),
                    killed: killed.clone(),
                };
                Started { instance: builtin.make(given)?, process: None, placeholder: None }
            }
            Source::File(plugin) => self.start_file(mount, &key, &plugin).await?,
        };
        self.switch_kill_to(mount, &killed, started.process.as_deref());
        let begun = self.begin(mount, &started.instance).await;
        let special_paths = begun.as_ref().ok().cloned().unwrap_or_default();
        mount.replace(Some(started.active(special_paths, killed, key)));
        begun.map(drop)
    }

    /// Starts a plugin with protocol 5, or else asks it what it is with 3 and 4.
    async fn start_file(
        &self,
        mount: &Mounted,
        key: &PluginKey,
        plugin: &Registration,
    ) -> Result<Started, HostError> {
        let launch = self.launch(plugin)?;
        let first = match launch.offers_5() {
            true => match self.shared.processes.take(key, plugin, launch.clone()).await {
                Ok(process) => return self.start_in(mount, key, process).await,
                Err(HostError::Launch(error)) if error.may_be_older() => Some(error),
                Err(error) => return Err(error),
            },
            false => None,
        };
        match (self.ask_older(mount, key, launch).await, first) {
            (Ok(placeholder), _) => Ok(Started {
                instance: Arc::new(placeholder.clone()),
                process: None,
                placeholder: Some(placeholder),
            }),
            (Err(error), Some(first)) => Err(fallback::failure(first, error)),
            (Err(error), None) => Err(error),
        }
    }

    async fn start_in(
        &self,
        mount: &Mounted,
        key: &PluginKey,
        process: Seat,
    ) -> Result<Started, HostError> {
        match self.set_up(mount, key, &process).await {
            Ok(instance) => Ok(Started::of(instance, process)),
            Err(error) => {
                process.leave().await;
                Err(error.into())
            }
        }
    }

    pub(super) fn launch(&self, plugin: &Registration) -> Result<Launch, HostError> {
        let launch = self.shared.catalog.lock().launch(plugin, &self.shared.launch)?;
        if !self.shared.shares_clock {
            return Ok(launch);
        }
        let file = self.shared.clock.file().map_err(|source| LaunchError::Clock { source })?;
        Ok(launch.env(plugin_runtime::__private::clock::VARIABLE, file))
    }

    pub(super) async fn set_up(
        &self,
        mount: &Mounted,
        key: &PluginKey,
        process: &PluginProcess,
    ) -> Result<RemoteInstance, InstanceError> {
        let services = MountServices::new(
            mount.services.storage.clone(),
            mount.services.system_view.clone(),
            Some(self.shared.events.service(&mount.uuid)),
            process.largest_message(),
        );
        RemoteInstance::set_up(process, services, Self::setup_of(mount, key, process)).await
    }

    /// Returns what a plugin is told. Servers that speak protocols 3 and 4 alone have no versions
    /// of plugins.
    pub(super) fn setup_of(mount: &Mounted, key: &PluginKey, process: &PluginProcess) -> Setup {
        let options = mount.tune.lock().options.clone();
        let mut config: HashMap<String, String> = options.into_iter().collect();
        config.insert("plugin_name".to_owned(), key.name.clone());
        config.insert("plugin_type".to_owned(), key.kind.to_string());
        if !process.holds_one_mount() {
            config.insert("plugin_version".to_owned(), key.version.clone());
        }
        Setup { config, uuid: mount.uuid.clone() }
    }

    fn mount_of(&self, mount: &Mounted, key: &PluginKey) -> Mount {
        let mut config = mount.tune.lock().options.clone();
        config.insert("plugin_name".to_owned(), key.name.clone());
        config.insert("plugin_type".to_owned(), key.kind.to_string());
        config.insert("plugin_version".to_owned(), key.version.clone());
        Mount::new(mount.uuid.clone(), config, self.clock_of_mounts())
    }

    fn clock_of_mounts(&self) -> Clock {
        if self.shared.shares_clock { (&self.shared.clock).into() } else { Clock::system() }
    }

    /// Points faults that kill to the backend that runs now.
    pub(super) fn switch_kill_to(
        &self,
        mount: &Mounted,
        killed: &CancellationToken,
        process: Option<&PluginProcess>,
    ) {
        // A caller that keeps the faults, or a call that is under way, does not keep the process.
        let (killed, killer) = (killed.clone(), process.map(PluginProcess::killer));
        mount.services.storage.faults().on_kill(Arc::new(move || {
            killed.cancel();
            if let Some(killer) = &killer {
                killer.cancel();
            }
        }));
    }

    /// Asks a backend that was set up for its type and special paths, and initialises it.
    async fn begin(
        &self,
        mount: &Mounted,
        instance: &Arc<dyn MountedBackend>,
    ) -> Result<SpecialPaths, HostError> {
        let kind = PluginType::from(instance.kind().await?);
        if kind != mount.kind {
            return Err(HostError::WrongType { found: kind, expected: mount.kind });
        }
        let special_paths = instance.special_paths().await?;
        mount.services.storage.set_state(self.storage_state());
        self.initialize(instance).await?;
        Ok(special_paths)
    }

    /// Cleans a mount's backend up and takes it away, when its last request is answered.
    pub(crate) async fn clean_up(&self, mount: &Arc<Mounted>) -> Option<Arc<Active>> {
        let _changing = mount.changing.acquire().await.ok()?;
        self.clean_up_now(mount).await
    }

    pub(super) async fn clean_up_now(&self, mount: &Arc<Mounted>) -> Option<Arc<Active>> {
        let active = mount.replace(None)?;
        active.requests.close();
        active.requests.wait().await;
        active.instance.cleanup().await;
        mount.services.storage.set_state(MountState::Closed);
        Some(active)
    }

    /// Cleans a mount's backend up; its process leaves if it was its last mount.
    pub(crate) async fn stop(&self, mount: &Arc<Mounted>) {
        if let Some(active) = self.clean_up(mount).await
            && let Some(process) = &active.process
        {
            process.leave().await;
        }
    }

    /// Starts a mount again whose backend `dead` is gone. A second caller finds it done.
    pub(crate) async fn restart_mount(
        &self,
        mount: &Arc<Mounted>,
        dead: &Arc<Active>,
    ) -> Result<(), HostError> {
        let Ok(_changing) = mount.changing.acquire().await else { return Err(HostError::Sealed) };
        match mount.active() {
            Some(active) if !Arc::ptr_eq(&active, dead) => return Ok(()),
            None => return Err(HostError::Sealed),
            Some(_) => {}
        }
        if let Some(process) = &dead.process {
            self.shared.processes.forget(process);
        }
        match &dead.placeholder {
            None if !dead.process.as_ref().is_some_and(|process| process.holds_one_mount()) => {
                self.start_now(mount).await
            }
            placeholder => self.start_mount_of_older(mount, placeholder.as_ref(), dead).await,
        }
    }

    pub(super) async fn initialize(
        &self,
        instance: &Arc<dyn MountedBackend>,
    ) -> Result<(), HostError> {
        let reply = instance.initialize(Some(self.deadline())).await?;
        match reply.err {
            None => Ok(()),
            Some(error) => Err(HostError::Initialize(error.err_msg)),
        }
    }
}
