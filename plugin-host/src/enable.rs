//! Mounts coming and going: enabled, moved, reloaded, disabled, killed.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::catalog::{PluginKey, PluginType, Source};
use super::error::HostError;
use super::in_process::Surroundings;
use super::instance::{Instance, InstanceError};
use super::launch::LaunchError;
use super::mounts::{Active, MountInfo, Mounted, PathError, Services, mount_path};
use super::process::{MountServices, PluginProcess, RemoteInstance, Setup};
use super::storage::MountState;
use super::system_view::MountSystemView;
use super::{Faults, Host};
use plugin_runtime::{Clock, Mount, Storage, SystemView};

/// The engine whose mounts have an option `version`.
const KV: &str = "kv";

/// How a mount is to be made: `<cli> secrets enable -path=… -plugin-version=… -options=… <plugin>`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Enable {
    /// Secrets engine or auth method.
    pub kind: PluginType,
    /// The plugin's name in the catalog.
    pub plugin: String,
    /// Where; without `auth/`.
    pub path: String,
    /// The version; empty for the catalog's choice.
    pub version: String,
    /// The mount's options.
    pub options: BTreeMap<String, String>,
    /// What it is for.
    pub description: String,
}

impl Enable {
    /// A secrets engine at a path of its plugin's name.
    pub fn secrets(plugin: impl Into<String>) -> Self {
        Self::new(PluginType::Secret, plugin.into())
    }

    /// An auth method at a path of its plugin's name.
    pub fn auth(plugin: impl Into<String>) -> Self {
        Self::new(PluginType::Auth, plugin.into())
    }

    pub(super) fn new(kind: PluginType, plugin: String) -> Self {
        Self {
            kind,
            path: plugin.clone(),
            plugin,
            version: String::new(),
            options: BTreeMap::new(),
            description: String::new(),
        }
    }

    /// Another path.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// A version of the plugin.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// One more option.
    #[must_use]
    pub fn option(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.insert(name.into(), value.into());
        self
    }

    /// Whether the options are ones that servers take for this plugin.
    pub(super) fn check_options(&self) -> Result<(), HostError> {
        let versioned = self.options.get("version").is_some_and(|version| !version.is_empty());
        if versioned && (self.kind == PluginType::Auth || self.plugin != KV) {
            let (kind, plugin) = (self.kind, self.plugin.clone());
            return Err(HostError::VersionOption { kind, plugin });
        }
        Ok(())
    }

    /// The path in the table of mounts.
    fn table_path(&self) -> Result<String, HostError> {
        let path = mount_path(&self.path)?;
        Ok(match self.kind {
            PluginType::Auth => format!("auth/{path}"),
            // The table would have it as an auth method's.
            PluginType::Secret if path.starts_with("auth/") => {
                return Err(PathError::Reserved(path).into());
            }
            PluginType::Secret => path,
        })
    }
}

impl Host {
    /// Mounts a plugin of the catalog: `<cli> secrets enable`, `<cli> auth enable`.
    ///
    /// # Errors
    ///
    /// When the path is taken, the catalog has no such plugin, the plugin can't be started, is of
    /// the other type, or refuses. Nothing is left of the mount then.
    pub async fn enable(&self, enable: Enable) -> Result<MountInfo, HostError> {
        self.check_unsealed()?;
        enable.check_options()?;
        let path = enable.table_path()?;
        self.shared.mounts.lock().check_free(&path)?;
        let uuid = uuid::Uuid::new_v4().to_string();
        let services = Services {
            storage: self.shared.store.mount(&uuid),
            system_view: MountSystemView::new(
                self.shared.system.clone(),
                self.shared.wrappings.clone(),
            ),
        };
        let mut mount = Mounted::new(&path, enable.kind, &enable.plugin, uuid, services);
        let tune = mount.tune.get_mut();
        tune.options = enable.options;
        tune.description = enable.description;
        tune.version = enable.version;
        let mount = Arc::new(mount);
        let half_made = HalfMade { host: self, mount: Some(&mount) };
        {
            let mut mounts = self.shared.mounts.lock();
            mounts.check_free(&path)?;
            mounts.insert(path, Arc::clone(&mount));
        }
        match self.start(&mount).await {
            Ok(()) => {
                half_made.keep();
                Ok(mount.info())
            }
            Err(error) => {
                self.stop(&mount).await;
                Err(error)
            }
        }
    }

    /// Every mount, in the order of their paths: `<cli> secrets list`, `<cli> auth list`.
    pub fn mounts(&self) -> Vec<MountInfo> {
        self.shared.mounts.lock().all().iter().map(|mount| mount.info()).collect()
    }

    /// Unmounts: one last rollback, every lease revoked, the backend cleaned up, its storage
    /// deleted. `path` includes `auth/` for an auth method.
    ///
    /// # Errors
    ///
    /// When nothing is mounted there, or a lease can't be revoked. In that case the mount stays
    /// with the leases that are left: it takes no requests, and can be disabled once the leases are
    /// gone, by force with `sys/leases/revoke-force` for instance.
    pub async fn disable(&self, path: &str) -> Result<(), HostError> {
        self.check_unsealed()?;
        let mount = self.mounted(path)?;
        mount.services.system_view.taint();
        self.roll_back(&mount).await;
        self.revoke_below(&mount.path()).await?;
        self.stop(&mount).await;
        self.shared.mounts.lock().remove(&mount.path());
        self.shared.store.forget(&mount.uuid);
        Ok(())
    }

    /// Moves a mount: its leases are revoked, what it stores goes with it.
    ///
    /// # Errors
    ///
    /// When nothing is mounted at `from`, `to` is taken or of the other kind, or a lease can't be
    /// revoked. In the last case the mount stays where it is and takes no requests.
    pub async fn move_mount(&self, from: &str, to: &str) -> Result<(), HostError> {
        self.check_unsealed()?;
        let mount = self.mounted(from)?;
        let to = mount_path(to)?;
        self.shared.mounts.lock().check_free(&to)?;
        if to.starts_with("auth/") != mount.path().starts_with("auth/") {
            return Err(HostError::OtherKind(to));
        }
        mount.services.system_view.taint();
        self.roll_back(&mount).await;
        self.revoke_below(&mount.path()).await?;
        mount.services.system_view.untaint();
        let mut mounts = self.shared.mounts.lock();
        mounts.check_free(&to)?;
        mounts.remove(&mount.path());
        mount.set_path(to.clone());
        mounts.insert(to, mount);
        Ok(())
    }

    /// Reloads one mount: cleaned up and started anew, with the version that its tuning asks for.
    /// As on a server, the whole process goes; other mounts in it start it anew when they are
    /// called.
    ///
    /// # Errors
    ///
    /// When nothing is mounted there, or the plugin can't be started.
    pub async fn reload(&self, path: &str) -> Result<(), HostError> {
        self.check_unsealed()?;
        let mount = self.mounted(path)?;
        self.reload_mount(&mount).await
    }

    /// Reloads every mount of a plugin.
    ///
    /// # Errors
    ///
    /// The first one that can't be started anew; the others are tried all the same.
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
    /// process is dropped at its next await. The next request starts it anew.
    ///
    /// # Errors
    ///
    /// When nothing is mounted there.
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
    /// When nothing is mounted there, or the plugin does not answer.
    pub async fn invalidate(&self, path: &str, key: &str) -> Result<(), HostError> {
        let mount = self.mounted(path)?;
        let Some(active) = mount.active() else { return Err(HostError::Sealed) };
        Ok(active.instance.invalidate_key(key.to_owned()).await?)
    }

    /// The process that a mount is in; `None` for a backend in this process.
    ///
    /// # Errors
    ///
    /// When nothing is mounted there.
    pub fn process(&self, path: &str) -> Result<Option<PluginProcess>, HostError> {
        let active = self.mounted(path)?.active();
        Ok(active.and_then(|active| active.process.as_deref().cloned()))
    }

    /// What a mount stores, past every fault: for tests that look, or that change something behind
    /// the plugin's back.
    ///
    /// # Errors
    ///
    /// When nothing is mounted there.
    pub fn storage(&self, path: &str) -> Result<Storage, HostError> {
        Ok(self.mounted(path)?.services.storage.unfaulted())
    }

    /// What goes wrong with a mount's storage.
    ///
    /// # Errors
    ///
    /// When nothing is mounted there.
    pub fn faults(&self, path: &str) -> Result<Faults, HostError> {
        Ok(self.mounted(path)?.services.storage.faults().clone())
    }

    pub(super) fn mounted(&self, path: &str) -> Result<Arc<Mounted>, HostError> {
        Ok(self.shared.mounts.lock().at(&mount_path(path)?)?)
    }

    /// Starts the backend of a mount: process, setup, type, special paths, initialisation.
    pub(super) async fn start(&self, mount: &Arc<Mounted>) -> Result<(), HostError> {
        let Ok(_changing) = mount.changing.acquire().await else { return Err(HostError::Sealed) };
        // Sealed while this waited for its turn.
        self.check_unsealed()?;
        self.start_now(mount).await
    }

    async fn start_now(&self, mount: &Arc<Mounted>) -> Result<(), HostError> {
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
                    Ok(instance) => (Arc::new(instance) as Arc<dyn Instance>, Some(process)),
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

    /// A fault that kills means the backend that runs now.
    fn switch_kill_to(
        &self,
        mount: &Mounted,
        killed: &CancellationToken,
        process: Option<&PluginProcess>,
    ) {
        // Whoever keeps the faults, or a call that is under way, does not keep the process.
        let (killed, killer) = (killed.clone(), process.map(PluginProcess::killer));
        mount.services.storage.faults().on_kill(Arc::new(move || {
            killed.cancel();
            if let Some(killer) = &killer {
                killer.cancel();
            }
        }));
    }

    /// Type, special paths and initialisation of a backend that was set up.
    async fn begin(
        &self,
        mount: &Mounted,
        instance: &Arc<dyn Instance>,
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
    pub(super) async fn clean_up(&self, mount: &Arc<Mounted>) -> Option<Arc<Active>> {
        let _changing = mount.changing.acquire().await.ok()?;
        self.clean_up_now(mount).await
    }

    async fn clean_up_now(&self, mount: &Arc<Mounted>) -> Option<Arc<Active>> {
        let active = mount.replace(None)?;
        active.requests.close();
        active.requests.wait().await;
        active.instance.cleanup().await;
        mount.services.storage.set_state(MountState::Closed);
        Some(active)
    }

    /// Cleans a mount's backend up; its process leaves if it was its last mount.
    pub(super) async fn stop(&self, mount: &Arc<Mounted>) {
        if let Some(active) = self.clean_up(mount).await
            && let Some(process) = &active.process
        {
            process.leave().await;
        }
    }

    /// Starts a mount anew whose backend `dead` is gone. Whoever comes second finds it done.
    pub(super) async fn restart_mount(
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

/// A mount that is gone from the table, with what it has stored, unless it is kept: also when
/// whoever enables it gives up.
struct HalfMade<'a> {
    host: &'a Host,
    mount: Option<&'a Arc<Mounted>>,
}

impl HalfMade<'_> {
    fn keep(mut self) {
        self.mount = None;
    }
}

impl Drop for HalfMade<'_> {
    fn drop(&mut self) {
        let Some(mount) = self.mount else { return };
        self.host.shared.mounts.lock().remove_this(mount);
        self.host.shared.store.forget(&mount.uuid);
    }
}
