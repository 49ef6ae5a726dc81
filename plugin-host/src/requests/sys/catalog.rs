//! `sys/plugins/catalog`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::refusal::registration_refusal;
use super::tune::malformed_version;
use super::{Own, data, unsupported};
use crate::Registration;
use crate::answer::Answer;
use crate::catalog::{PluginKey, PluginType, Source, check_version};
use plugin_runtime::Operation;

/// What a registration asks for.
#[derive(Deserialize)]
struct Wanted {
    #[serde(default, alias = "sha_256")]
    sha256: String,
    #[serde(default)]
    command: String,
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    env: Vec<String>,
    #[serde(default)]
    version: String,
}

impl Own<'_> {
    pub(super) async fn catalog(&self, path: Option<&str>) -> Answer {
        let path = path.unwrap_or_default();
        let Some((kind, name)) = path.split_once('/').filter(|(_, name)| !name.is_empty()) else {
            return self.list_catalog(path.trim_end_matches('/'));
        };
        let Ok(kind) = kind.parse::<PluginType>() else {
            return Answer::refused(400, format!("\"{kind}\" is not a supported plugin type"));
        };
        match self.operation() {
            Operation::Read => self.read_plugin(kind, name),
            Operation::Create | Operation::Update => self.register(kind, name).await,
            Operation::Delete => {
                let version = match self.asked_version() {
                    Ok(version) => version,
                    Err(refused) => return *refused,
                };
                // If there is none, that is a success.
                let _ = self.host.deregister(kind, name, &version);
                Answer::empty(204)
            }
            _ => unsupported(),
        }
    }

    fn list_catalog(&self, kind: &str) -> Answer {
        let catalog = self.host.shared.catalog.lock();
        let names = |kind: PluginType| {
            let keys = catalog.iter().map(|(key, _)| key).filter(|key| key.kind == kind);
            let mut names: Vec<_> = keys.map(|key| key.name.clone()).collect();
            names.dedup();
            names
        };
        match (self.operation(), kind) {
            (Operation::Read, "") => {
                let detailed: Vec<_> =
                    catalog.iter().map(|(key, source)| detail(key, source)).collect();
                data(json!({
                    "auth": names(PluginType::Auth),
                    "detailed": detailed,
                    "secret": names(PluginType::Secret),
                }))
            }
            (Operation::List, kind) => match kind.parse() {
                Ok(kind) => match names(kind) {
                    names if names.is_empty() => Answer::empty(404),
                    names => data(json!({ "keys": names })),
                },
                Err(_) => unsupported(),
            },
            _ => unsupported(),
        }
    }

    fn read_plugin(&self, kind: PluginType, name: &str) -> Answer {
        let version = match self.asked_version() {
            Ok(version) => version,
            Err(refused) => return *refused,
        };
        let catalog = self.host.shared.catalog.lock();
        let found = catalog
            .iter()
            .find(|(key, _)| key.kind == kind && key.name == name && key.version == version);
        let Some((key, source)) = found else { return Answer::empty(404) };
        let (builtin, command, args, sha256) = match source {
            Source::File(plugin) => {
                (false, plugin.command().to_owned(), plugin.args(), plugin.sha256.to_string())
            }
            Source::Builtin(_) => (true, String::new(), Vec::new(), String::new()),
        };
        data(json!({
            "args": args,
            "builtin": builtin,
            "command": command,
            "declarative": false,
            "name": key.name,
            "oci": false,
            "sha256": sha256,
            "version": key.version,
        }))
    }

    /// Returns the version that is asked for; empty for none.
    fn asked_version(&self) -> Result<String, Box<Answer>> {
        let given = self.text("version").unwrap_or_default();
        let version = canonical(given);
        check_version(&version).map(|()| version).map_err(|_| malformed_version(given).into())
    }

    async fn register(&self, kind: PluginType, name: &str) -> Answer {
        let wanted: Wanted = match self.read() {
            Ok(wanted) => wanted,
            Err(refused) => return refused.answer(),
        };
        if wanted.sha256.is_empty() {
            return Answer::refused(400, "missing SHA-256 value");
        }
        if wanted.command.is_empty() {
            return Answer::refused(400, "missing command value");
        }
        if !wanted.version.is_empty() && check_version(&canonical(&wanted.version)).is_err() {
            return malformed_version(&wanted.version);
        }
        let Ok(sha256) = wanted.sha256.parse() else {
            let digits = wanted.sha256.len().is_multiple_of(2)
                && wanted.sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
            return Answer::refused(
                400,
                if digits {
                    "Decoded SHA-256 value is not 32 bytes"
                } else {
                    "Could not decode SHA-256 value from Hex"
                },
            );
        };
        if wanted.command.contains(' ') && !wanted.args.is_empty() {
            return Answer::refused(400, "must not specify args in command and args field");
        }
        let mut plugin = Registration::new(kind, name, sha256).with_command(wanted.command);
        if !wanted.version.is_empty() {
            plugin = plugin.with_version(wanted.version);
        }
        for arg in wanted.args {
            plugin = plugin.with_arg(arg);
        }
        for variable in wanted.env {
            let (name, value) = variable.split_once('=').unwrap_or((&variable, ""));
            plugin = plugin.with_env(name, value);
        }
        match self.host.register(plugin).await {
            Ok(()) => Answer::empty(204),
            Err(error) => registration_refusal(&error),
        }
    }
}

fn detail(key: &PluginKey, source: &Source) -> Value {
    let mut detail = json!({
        "builtin": matches!(source, Source::Builtin(_)),
        "name": key.name,
        "type": key.kind.to_string(),
        "version": key.version,
    });
    match source {
        Source::File(plugin) => detail["sha256"] = json!(plugin.sha256.to_string()),
        Source::Builtin(_) => detail["deprecation_status"] = json!("supported"),
    }
    detail
}

/// Adds the leading `v` that a client may leave out.
fn canonical(version: &str) -> String {
    if version.is_empty() || version.starts_with('v') {
        version.to_owned()
    } else {
        format!("v{version}")
    }
}
