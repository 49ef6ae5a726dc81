//! Plugins of protocols 3 and 4, as servers run them: a process that only says what it is, and one
//! for the mount when its first request comes.

use tokio_util::sync::CancellationToken;

use super::Host;
use super::start::Started;
use crate::catalog::{PluginKey, Registration, Source};
use crate::error::HostError;
use crate::launch::{Launch, LaunchError};
use crate::mounted_backend::{InstanceError, MountedBackend as _};
use crate::mounts::{Active, Mounted, Seat};
use crate::process::{MountServices, Placeholder, PluginProcess, RemoteInstance, Setup};
use crate::storage::MountState;

impl Host {
    /// Asks a plugin what it is. A request that comes starts the process of the mount.
    pub(super) async fn ask_older(
        &self,
        mount: &Mounted,
        key: &PluginKey,
        launch: Launch,
    ) -> Result<Placeholder, HostError> {
        let process = launch.for_metadata().start().await?;
        let placeholder = Placeholder::ask(&process, Self::setup_of(mount, key, &process)).await;
        process.kill().await;
        Ok(placeholder?)
    }

    /// Starts the process of a plugin of protocol 3 or 4, and initialises the mount.
    pub(super) async fn start_mount_of_older(
        &self,
        mount: &Mounted,
        placeholder: Option<&Placeholder>,
        before: &Active,
    ) -> Result<(), HostError> {
        let version = mount.tune.lock().version.clone();
        let (key, source) = self.shared.catalog.lock().find(mount.kind, &mount.plugin, &version)?;
        let Source::File(plugin) = source else {
            return Err(InstanceError::Gone.into());
        };
        let launch = self.launch(&plugin)?;
        mount.services.storage.set_state(MountState::SettingUp);
        let started = self.start_older(mount, &key, &plugin, launch, placeholder).await;
        mount.services.storage.set_state(self.storage_state());
        let (instance, process) = started?;
        let killed = CancellationToken::new();
        self.switch_kill_to(mount, &killed, Some(&process));
        let started = Started::of(instance, process);
        let begun = self.initialize(&started.instance).await;
        mount.replace(Some(started.active(before.special_paths.clone(), killed, key)));
        begun
    }

    /// Starts the process of a mount: the first one when `placeholder` stood for it, and else
    /// another one after a crash.
    async fn start_older(
        &self,
        mount: &Mounted,
        key: &PluginKey,
        plugin: &Registration,
        launch: Launch,
        placeholder: Option<&Placeholder>,
    ) -> Result<(RemoteInstance, Seat), HostError> {
        let token = self.shared.unwrap_endpoint.token().await?;
        let launch = launch.for_one_mount(token);
        let process = self.shared.processes.take_alone(key, plugin, launch).await?;
        match self.set_up_older(mount, key, &process, placeholder).await {
            Ok(instance) => Ok((instance, process)),
            Err(error) => {
                process.leave().await;
                Err(error)
            }
        }
    }

    async fn set_up_older(
        &self,
        mount: &Mounted,
        key: &PluginKey,
        process: &PluginProcess,
        placeholder: Option<&Placeholder>,
    ) -> Result<RemoteInstance, HostError> {
        let instance = self.set_up(mount, key, process).await?;
        if let Some(placeholder) = placeholder {
            placeholder.check(&instance).await?;
        }
        Ok(instance)
    }
}

/// Asks a plugin for its version, and before that nothing: a process that only says what it is.
pub(super) async fn version(launch: Launch) -> Result<String, HostError> {
    let process = launch.for_metadata().start().await?;
    let version = async {
        let services = MountServices::of_metadata();
        let instance = RemoteInstance::set_up(&process, services, Setup::default()).await?;
        let version = instance.version().await;
        instance.cleanup().await;
        version
    };
    let version: Result<String, InstanceError> = version.await;
    process.kill().await;
    Ok(version?)
}

/// Returns what to say of a plugin that could be started with no protocol version: the error of
/// the first start, unless a plugin of protocol 3 or 4 fails so by its nature.
pub(super) fn failure(first: LaunchError, fallback: HostError) -> HostError {
    match (&first, &fallback) {
        (LaunchError::Version { .. }, _) => fallback,
        (_, HostError::Launch(_)) => first.into(),
        // It was started.
        (_, _) => fallback,
    }
}
