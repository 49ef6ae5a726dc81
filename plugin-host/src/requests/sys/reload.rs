//! `sys/plugins/reload/backend`.

use serde::Deserialize;
use serde_json::json;

use super::refusal::refusal;
use super::{Own, data, unsupported};
use crate::answer::{Answer, in_a_list};
use plugin_runtime::fields::CommaList;

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    plugin: String,
    #[serde(default)]
    mounts: CommaList<String>,
    #[serde(default)]
    scope: String,
}

impl Own<'_> {
    pub(super) async fn reload(&self) -> Answer {
        if !self.writes() {
            return unsupported();
        }
        let wanted: Wanted = match self.read() {
            Ok(wanted) => wanted,
            Err(refused) => return refused.answer(),
        };
        if !matches!(wanted.scope.as_str(), "" | "global") {
            return Answer::refused(400, "scope must be unset or \"global\"");
        }
        let reloaded = match (wanted.plugin.as_str(), wanted.mounts.as_slice()) {
            ("", []) => Err(Answer::refused(400, "plugin or mounts must be provided")),
            ("", mounts) => self.reload_mounts(mounts).await,
            (plugin, []) => self.reload_plugin(plugin).await,
            (_, _) => Err(Answer::refused(400, "plugin and mounts cannot be set at the same time")),
        };
        match reloaded {
            Ok(()) => data(json!({ "reload_id": uuid::Uuid::new_v4().to_string() })),
            Err(answer) => answer,
        }
    }

    /// Reloads the mounts. All are tried, and the first failure is returned.
    async fn reload_mounts(&self, paths: &[String]) -> Result<(), Answer> {
        let mut result = Ok(());
        for path in paths {
            if self.host.mounted(path).is_err() {
                let path = if path.ends_with('/') { path.clone() } else { format!("{path}/") };
                let text = in_a_list(&format!("cannot fetch mount entry on \"{path}\""));
                result = result.and(Err(Answer::refused(400, text)));
                continue;
            }
            let reloaded = self.host.reload(path).await;
            result = result.and(reloaded.map_err(|error| refusal(&error)));
        }
        result
    }

    async fn reload_plugin(&self, plugin: &str) -> Result<(), Answer> {
        let known = self.host.shared.catalog.lock().iter().any(|(key, _)| key.name == plugin);
        if !known {
            let text = format!("plugin not found in the catalog: \"{plugin}\"");
            return Err(Answer::refused(400, text));
        }
        self.host.reload_plugin(plugin).await.map_err(|error| refusal(&error))
    }
}
