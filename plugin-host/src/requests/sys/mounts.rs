//! `sys/mounts` and `sys/auth`: what is mounted, and mounting.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::config::Config;
use super::fields::Refused;
use super::refusal::refusal;
use super::tune::canonical_version;
use super::{Own, data, unsupported, unsupported_path};
use crate::answer::Answer;
use crate::catalog::{PluginType, Source};
use crate::error::HostError;
use crate::mounts::{Mounted, mount_path};
use crate::{Enable, Host};
use plugin_runtime::Operation;
use plugin_runtime::fields::{AnyMap, KeyValues, LowerCase};

/// What mounting asks for.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Wanted {
    #[serde(rename = "type")]
    plugin: String,
    description: String,
    options: Option<KeyValues>,
    config: AnyMap,
    plugin_name: LowerCase,
    local: bool,
    seal_wrap: bool,
    external_entropy_access: bool,
}

impl Own<'_> {
    /// Answers a request for a mount, for all of them, or for the tuning of one.
    pub(super) async fn mount(&self, topic: &str, path: Option<&str>) -> Answer {
        let kind = if topic == "sys/auth" { PluginType::Auth } else { PluginType::Secret };
        let Some(path) = path else {
            return match self.operation() {
                Operation::Read => data(self.all_mounts(kind)),
                Operation::List | Operation::Scan => unsupported_path(),
                _ => unsupported(),
            };
        };
        if path.is_empty() {
            return unsupported_path();
        }
        if let Some(path) = path.strip_suffix("/tune").filter(|path| !path.is_empty()) {
            return self.tune(kind, path).await;
        }
        match self.operation() {
            Operation::Read => self.read_mount(kind, path),
            Operation::Create | Operation::Update => self.enable(kind, path).await,
            Operation::Delete => self.disable(kind, path).await,
            _ => unsupported(),
        }
    }

    fn all_mounts(&self, kind: PluginType) -> Value {
        let mounts = self.host.shared.mounts.lock().all();
        let mounts = mounts.iter().filter(|mount| mount.kind == kind).map(|mount| {
            let path = mount.path();
            let path = path.strip_prefix("auth/").unwrap_or(&path).to_owned();
            (path, self.host.entry(mount))
        });
        Value::Object(mounts.collect())
    }

    fn read_mount(&self, kind: PluginType, path: &str) -> Answer {
        // Of secrets engines servers show the one that the path leads to.
        let mount = match kind {
            PluginType::Auth => self.host.mount_of_kind(kind, path),
            PluginType::Secret => self.host.mount_over(kind, path),
        };
        match mount {
            Some(mount) => data(self.host.entry(&mount)),
            None => {
                let what = match kind {
                    PluginType::Auth => "No auth engine",
                    PluginType::Secret => "No secret engine mount",
                };
                Answer::refused(400, format!("{what} at {}/", path.trim_end_matches('/')))
            }
        }
    }

    async fn enable(&self, kind: PluginType, path: &str) -> Answer {
        match self.try_enable(kind, path).await {
            Ok(()) => Answer::empty(204),
            Err(refused) => *refused,
        }
    }

    async fn try_enable(&self, kind: PluginType, path: &str) -> Result<(), Box<Answer>> {
        let wanted: Wanted = self.read().map_err(Refused::answer)?;
        let longest = self.host.system().ttl_limits().max;
        let config = Config::read(kind, &wanted.config, longest)?;
        let plugin = match wanted.plugin.as_str() {
            "" => return Err(Answer::refusal(400, "backend type must be specified as a string")),
            "plugin" => match (config.plugin_name.as_str(), &*wanted.plugin_name) {
                ("", "") => {
                    let text = "plugin_name must be provided for plugin backend";
                    return Err(Answer::refusal(400, text));
                }
                ("", name) | (name, _) => name.to_owned(),
            },
            plugin => plugin.to_owned(),
        };
        let mut enable = Enable::new(kind, plugin).at(path);
        enable.description = wanted.description;
        for (name, value) in wanted.options.iter().flat_map(|options| options.iter()) {
            enable = enable.option(name, value);
        }
        enable.check_options().map_err(|error| refusal(&error))?;
        enable.version = match config.plugin_version.as_str() {
            // Servers note the version that they have chosen, so that a newer one comes with a
            // tuning and not by itself.
            "" => {
                let found = self.host.shared.catalog.lock().find(kind, &enable.plugin, "");
                found.map(|(key, _)| key.version).unwrap_or_default()
            }
            version => canonical_version(version)?,
        };
        config.check(kind)?;
        let plugin = enable.plugin.clone();
        let info = self.host.enable(enable).await.map_err(|error| match error {
            HostError::WrongType { .. } => {
                Answer::refused(400, format!("unknown backend type: {plugin:?}"))
            }
            error => refusal(&error),
        })?;
        if let Ok(mount) = self.host.mounted(&info.path) {
            config.apply(&mount);
            let mut tune = mount.tune.lock();
            tune.local = wanted.local;
            tune.seal_wrap = wanted.seal_wrap;
            tune.external_entropy_access = wanted.external_entropy_access;
        }
        Ok(())
    }

    async fn disable(&self, kind: PluginType, path: &str) -> Answer {
        if let Some(refused) = own_mount(kind, path) {
            return Answer::refused(400, refused);
        }
        // If there is none, that is a success.
        let Some(mount) = self.host.mount_of_kind(kind, path) else { return Answer::empty(204) };
        match self.host.disable(&mount.path()).await {
            Ok(()) => Answer::empty(204),
            Err(error) => refusal(&error),
        }
    }
}

/// Returns why one of the server's own mounts can't be removed.
fn own_mount(kind: PluginType, path: &str) -> Option<String> {
    let path = mount_path(path).ok()?;
    match (kind, path.as_str()) {
        (PluginType::Auth, "token/") => Some("token credential backend cannot be disabled".into()),
        (PluginType::Secret, "sys/" | "identity/" | "cubbyhole/") => {
            Some(format!("cannot unmount {path:?}"))
        }
        _ => None,
    }
}

impl Host {
    /// Returns the mount that a path without `auth/` leads to, which may be one above it.
    pub(super) fn mount_over(&self, kind: PluginType, path: &str) -> Option<Arc<Mounted>> {
        let path = path.trim_matches('/');
        let path = match kind {
            PluginType::Auth => format!("auth/{path}/"),
            PluginType::Secret => format!("{path}/"),
        };
        let (mount, _) = self.shared.mounts.lock().route(&path)?;
        Some(mount).filter(|mount| mount.kind == kind)
    }

    /// Returns the mount at a path without `auth/`.
    pub(super) fn mount_of_kind(&self, kind: PluginType, path: &str) -> Option<Arc<Mounted>> {
        let path = mount_path(path).ok()?;
        let path = match kind {
            PluginType::Auth => format!("auth/{path}"),
            PluginType::Secret => path,
        };
        self.mounted(&path).ok().filter(|mount| mount.kind == kind)
    }

    /// Returns a mount as servers show it.
    fn entry(&self, mount: &Mounted) -> Value {
        let info = mount.info();
        let found = self.shared.catalog.lock().find(info.kind, &info.plugin, &info.running_version);
        let sha256 = match found {
            Ok((_, Source::File(plugin))) => plugin.sha256.to_string(),
            _ => String::new(),
        };
        let tuned = mount.services.system_view.tuned();
        let mut config = Map::from_iter([
            ("default_lease_ttl".to_owned(), json!(tuned.default.as_secs())),
            ("force_no_cache".to_owned(), json!(mount.tune.lock().force_no_cache)),
            ("max_lease_ttl".to_owned(), json!(tuned.max.as_secs())),
        ]);
        super::tune::show(mount, &mut config);
        let tune = mount.tune.lock();
        json!({
            "accessor": info.accessor,
            "config": config,
            "description": info.description,
            "external_entropy_access": tune.external_entropy_access,
            "local": tune.local,
            "options": info.options,
            "plugin_version": info.version,
            "running_plugin_version": info.running_version,
            "running_sha256": sha256,
            "seal_wrap": tune.seal_wrap,
            "type": info.plugin,
            "uuid": info.uuid,
        })
    }
}
