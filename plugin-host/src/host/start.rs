//! Starts, stops and restarts the backend of a mount.

use std::collections::HashMap;
use std::sync::Arc;

use plugin_runtime::{Clock, Mount, Storage, SystemView};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Host;
use crate::catalog::{PluginKey, PluginType, Source};
use crate::error::HostError;
use crate::in_process::Surroundings;
use crate::launch::LaunchError;
use crate::mounted_backend::{InstanceError, MountedBackend};
use crate::mounts::{Active, Mounted};
use crate::process::{MountServices, PluginProcess, RemoteInstance, Setup};
use crate::storage::MountState;

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
        let (instance, process) = match source {
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
                (builtin.make(given)?, None)
            }
            Source::File(plugin) => {
                let mut launch = self.shared.catalog.lock().launch(&plugin, &self.shared.launch)?;
                if self.shared.shares_clock {
                    let file = self.shared.clock.file();
                    let file = file.map_err(|source| LaunchError::Clock { source })?;
                    launch = launch.env(plugin_runtime::__private::clock::VARIABLE, file);
                }
                let process = self.shared.processes.take(&key, &plugin, launch).await?;
                match self.set_up(mount, &key, &process).await {
                    Ok(instance) => (Arc::new(instance) as Arc<dyn MountedBackend>, Some(process)),
                    Err(error) => {
                        process.leave().await;
                        return Err(error.into());
                    }
                }
            }
        };
        self.switch_kill_to(mount, &killed, process.as_deref());
        let started = self.begin(mount, &instance).await;
        let active = Active {
            special_paths: started.as_ref().ok().cloned().unwrap_or_default(),
            instance,
            process,
            killed,
            key,
            requests: TaskTracker::new(),
        };
        mount.replace(Some(active));
        started.map(drop)
    }

    async fn set_up(
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
        let options = mount.tune.lock().options.clone();
        let mut config: HashMap<String, String> = options.into_iter().collect();
        config.insert("plugin_name".to_owned(), key.name.clone());
        config.insert("plugin_type".to_owned(), key.kind.to_string());
        config.insert("plugin_version".to_owned(), key.version.clone());
        let setup = Setup { config, uuid: mount.uuid.clone() };
        RemoteInstance::set_up(process, services, setup).await
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
    fn switch_kill_to(
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
    ) -> Result<plugin_runtime::SpecialPaths, HostError> {
        let kind = PluginType::from(instance.kind().await?);
        if kind != mount.kind {
            return Err(HostError::WrongType { found: kind, expected: mount.kind });
        }
        let special_paths = instance.special_paths().await?;
        mount.services.storage.set_state(self.storage_state());
        let reply = instance.initialize(Some(self.deadline())).await?;
        match reply.err {
            None => Ok(special_paths),
            Some(error) => Err(HostError::Initialize(error.err_msg)),
        }
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
        self.start_now(mount).await
    }
}
