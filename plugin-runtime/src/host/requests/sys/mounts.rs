//! `sys/mounts` and `sys/auth`: what is mounted, and mounting.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::refusal::refusal;
use super::{Own, data, unsupported};
use crate::Operation;
use crate::host::answer::Answer;
use crate::host::catalog::{PluginType, Source};
use crate::host::mounts::{Mounted, mount_path};
use crate::host::{Enable, Host};

use super::tune::Tuning;

/// What mounting asks for.
#[derive(Deserialize)]
struct Wanted {
    #[serde(default, rename = "type")]
    plugin: String,
    #[serde(default)]
    description: String,
    options: Option<crate::fields::KeyValues>,
    #[serde(default)]
    plugin_version: String,
    #[serde(default)]
    config: Option<Tuning>,
}

impl Own<'_> {
    /// A request for a mount, for all of them, or for the tuning of one.
    pub(super) async fn mount(&self, topic: &str, path: &str) -> Answer {
        let kind = if topic == "sys/auth" { PluginType::Auth } else { PluginType::Secret };
        if path.is_empty() {
            return match self.operation() {
                Operation::Read => data(self.all_mounts(kind)),
                _ => unsupported(),
            };
        }
        if let Some(path) = path.strip_suffix("/tune") {
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
        match self.host.mount_of_kind(kind, path) {
            Some(mount) => data(self.host.entry(&mount)),
            None => {
                let what = match kind {
                    PluginType::Auth => "No auth engine",
                    PluginType::Secret => "No secret engine mount",
                };
                Answer::refused(400, format!("{what} at {path}/"))
            }
        }
    }

    async fn enable(&self, kind: PluginType, path: &str) -> Answer {
        let wanted: Wanted = match self.read() {
            Ok(wanted) => wanted,
            Err(refused) => return refused.answer(),
        };
        if wanted.plugin.is_empty() {
            return Answer::refused(400, "backend type must be specified as a string");
        }
        let config = wanted.config.unwrap_or_default();
        if let Err(refused) = config.check() {
            return refused.answer();
        }
        let mut enable = Enable::new(kind, wanted.plugin).at(path).version(wanted.plugin_version);
        enable.description = wanted.description;
        for (name, value) in wanted.options.iter().flat_map(|options| options.iter()) {
            enable = enable.option(name, value);
        }
        // Servers note the version that they have chosen, so that a newer one comes with a tuning
        // and not by itself.
        if enable.version.is_empty() {
            let found = self.host.shared.catalog.lock().find(kind, &enable.plugin, "");
            if let Ok((key, _)) = found {
                enable.version = key.version;
            }
        }
        match self.host.enable(enable).await {
            Ok(info) => {
                if let Ok(mount) = self.host.mounted(&info.path) {
                    config.apply(&mount);
                }
                Answer::empty(204)
            }
            Err(error) => refusal(&error),
        }
    }

    async fn disable(&self, kind: PluginType, path: &str) -> Answer {
        // There being none is success.
        let Some(mount) = self.host.mount_of_kind(kind, path) else { return Answer::empty(204) };
        match self.host.disable(&mount.path()).await {
            Ok(()) => Answer::empty(204),
            Err(error) => refusal(&error),
        }
    }
}

impl Host {
    /// The mount at a path without `auth/`.
    pub(super) fn mount_of_kind(&self, kind: PluginType, path: &str) -> Option<Arc<Mounted>> {
        let path = mount_path(path).ok()?;
        let path = match kind {
            PluginType::Auth => format!("auth/{path}"),
            PluginType::Secret => path,
        };
        self.mounted(&path).ok().filter(|mount| mount.kind == kind)
    }

    /// A mount as servers show it.
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
            ("force_no_cache".to_owned(), json!(false)),
            ("max_lease_ttl".to_owned(), json!(tuned.max.as_secs())),
        ]);
        super::tune::show(mount, &mut config);
        json!({
            "accessor": info.accessor,
            "config": config,
            "description": info.description,
            "external_entropy_access": false,
            "local": false,
            "options": info.options,
            "plugin_version": info.version,
            "running_plugin_version": info.running_version,
            "running_sha256": sha256,
            "seal_wrap": false,
            "type": info.plugin,
            "uuid": info.uuid,
        })
    }
}
