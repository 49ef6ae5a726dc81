//! `sys/mounts/<path>/tune` and `sys/auth/<path>/tune`.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::fields::Refused;
use super::refusal::refusal;
use super::{Own, data, unsupported};
use crate::fields::{CommaList, KeyValues, Seconds};
use crate::host::answer::Answer;
use crate::host::catalog::{PluginType, check_version};
use crate::host::mounts::Mounted;
use crate::{Operation, TokenType};

/// What an operator tunes; what is not given stays.
#[derive(Default, Deserialize)]
pub(super) struct Tuning {
    default_lease_ttl: Option<Seconds>,
    max_lease_ttl: Option<Seconds>,
    description: Option<String>,
    options: Option<KeyValues>,
    passthrough_request_headers: Option<CommaList<String>>,
    allowed_response_headers: Option<CommaList<String>>,
    token_type: Option<String>,
    plugin_version: Option<String>,
}

impl Tuning {
    /// What can be said of it without the mount.
    pub(super) fn check(&self) -> Result<(), Refused> {
        if self.token_type.is_some() && self.token_type().is_none() {
            return Err(Refused("invalid value for 'token_type'".to_owned()));
        }
        Ok(())
    }

    fn token_type(&self) -> Option<TokenType> {
        TokenType::deserialize(json!(self.token_type.as_deref()?)).ok()
    }

    pub(super) fn apply(&self, mount: &Mounted) {
        let mut ttls = mount.services.system_view.tuned();
        if let Some(ttl) = self.default_lease_ttl {
            ttls.default = ttl.duration();
        }
        if let Some(ttl) = self.max_lease_ttl {
            ttls.max = ttl.duration();
        }
        mount.services.system_view.tune(ttls);
        let mut tune = mount.tune.lock();
        if let Some(description) = &self.description {
            tune.description.clone_from(description);
        }
        for (name, value) in self.options.iter().flat_map(|options| options.iter()) {
            // An option without a value goes.
            if value.is_empty() {
                tune.options.remove(name);
            } else {
                tune.options.insert(name.clone(), value.clone());
            }
        }
        if let Some(headers) = &self.passthrough_request_headers {
            tune.passthrough_request_headers = headers.to_vec();
        }
        if let Some(headers) = &self.allowed_response_headers {
            tune.allowed_response_headers = headers.to_vec();
        }
        if let Some(kind) = self.token_type() {
            tune.token_type = kind;
        }
        if let Some(version) = &self.plugin_version {
            tune.version.clone_from(version);
        }
    }
}

impl Own<'_> {
    pub(super) async fn tune(&self, kind: PluginType, path: &str) -> Answer {
        let mount = self.host.mount_of_kind(kind, path);
        match self.operation() {
            Operation::Read => match mount {
                Some(mount) => data(shown(&mount)),
                None => {
                    let path = table_path(kind, path);
                    Answer::refused(400, format!("cannot fetch sysview for path \"{path}\""))
                }
            },
            Operation::Create | Operation::Update => match mount {
                Some(mount) => self.write_tuning(&mount),
                None => {
                    let path = table_path(kind, path);
                    let text = format!("tune of path \"{path}\" failed: no mount entry found");
                    Answer::refused(400, text)
                }
            },
            _ => unsupported(),
        }
    }

    fn write_tuning(&self, mount: &Mounted) -> Answer {
        let tuning: Tuning = match self.read() {
            Ok(tuning) => tuning,
            Err(refused) => return refused.answer(),
        };
        if let Err(refused) = tuning.check() {
            return refused.answer();
        }
        if let Some(version) = &tuning.plugin_version {
            if version.is_empty() || check_version(version).is_err() {
                return malformed_version(version);
            }
            let found = self.host.shared.catalog.lock().find(mount.kind, &mount.plugin, version);
            if let Err(error) = found {
                return refusal(&error.into());
            }
        }
        tuning.apply(mount);
        Answer::empty(204)
    }
}

pub(super) fn malformed_version(version: &str) -> Answer {
    let why = format!("malformed version: {version}");
    Answer::refused(400, format!("version \"{version}\" is not a valid semantic version: {why}"))
}

fn table_path(kind: PluginType, path: &str) -> String {
    match kind {
        PluginType::Auth => format!("auth/{path}/"),
        PluginType::Secret => format!("{path}/"),
    }
}

fn shown(mount: &Mounted) -> Value {
    let limits = mount.services.system_view.ttl_limits();
    let mut shown = Map::from_iter([
        ("default_lease_ttl".to_owned(), json!(limits.default.as_secs())),
        ("description".to_owned(), json!(mount.tune.lock().description)),
        ("force_no_cache".to_owned(), json!(false)),
        ("max_lease_ttl".to_owned(), json!(limits.max.as_secs())),
    ]);
    show(mount, &mut shown);
    let tune = mount.tune.lock();
    if !tune.options.is_empty() {
        shown.insert("options".to_owned(), json!(tune.options));
    }
    if !tune.version.is_empty() {
        shown.insert("plugin_version".to_owned(), json!(tune.version));
    }
    Value::Object(shown)
}

/// What servers show of headers and tokens: what is set.
pub(super) fn show(mount: &Mounted, shown: &mut Map<String, Value>) {
    let tune = mount.tune.lock();
    for (name, headers) in [
        ("passthrough_request_headers", &tune.passthrough_request_headers),
        ("allowed_response_headers", &tune.allowed_response_headers),
    ] {
        if !headers.is_empty() {
            shown.insert(name.to_owned(), json!(headers));
        }
    }
    if mount.kind == PluginType::Auth {
        let kind = match tune.token_type {
            TokenType::Default => TokenType::DefaultService,
            kind => kind,
        };
        shown.insert("token_type".to_owned(), json!(kind));
    }
}
