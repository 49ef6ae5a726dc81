//! `sys/mounts/<path>/tune` and `sys/auth/<path>/tune`.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::config::{check_visibility, duration, token_type};
use super::fields::Refused;
use super::refusal::refusal;
use super::{Own, data, unsupported};
use crate::answer::Answer;
use crate::catalog::{PluginType, check_version};
use crate::mounts::{Mounted, Tune};
use crate::system_view::TunedTtls;
use plugin_runtime::fields::{CommaList, KeyValues};
use plugin_runtime::{Operation, TokenType};

/// What an operator tunes; what is not given stays.
#[derive(Default, Deserialize)]
struct Tuning {
    #[serde(default)]
    default_lease_ttl: String,
    #[serde(default)]
    max_lease_ttl: String,
    description: Option<String>,
    options: Option<KeyValues>,
    passthrough_request_headers: Option<CommaList<String>>,
    allowed_response_headers: Option<CommaList<String>>,
    audit_non_hmac_request_keys: Option<CommaList<String>>,
    audit_non_hmac_response_keys: Option<CommaList<String>>,
    listing_visibility: Option<String>,
    token_type: Option<String>,
    plugin_version: Option<String>,
}

impl Own<'_> {
    pub(super) async fn tune(&self, kind: PluginType, path: &str) -> Answer {
        let mount = self.host.mount_over(kind, path);
        match self.operation() {
            Operation::Read => match mount {
                Some(mount) => data(shown(&mount)),
                None => {
                    let path = table_path(kind, path);
                    Answer::refused(400, format!("cannot fetch sysview for path \"{path}\""))
                }
            },
            Operation::Create | Operation::Update => match mount {
                Some(mount) => self.write_tuning(&mount).await,
                None => {
                    let path = table_path(kind, path);
                    let text = format!("tune of path \"{path}\" failed: no mount entry found");
                    Answer::refused(400, text)
                }
            },
            _ => unsupported(),
        }
    }

    async fn write_tuning(&self, mount: &Mounted) -> Answer {
        match self.try_tune(mount) {
            Ok(None) => Answer::empty(204),
            Ok(Some(warning)) => {
                let path = mount.path();
                if let Err(error) = self.host.reload(&path).await {
                    return refusal(&error);
                }
                Answer { warnings: vec![warning], ..Answer::empty(200) }
            }
            Err(refused) => *refused,
        }
    }

    /// Tunes the mount. Everything is checked before anything is changed.
    fn try_tune(&self, mount: &Mounted) -> Result<Option<String>, Box<Answer>> {
        let mut tuning: Tuning = self.read().map_err(Refused::answer)?;
        // Null means none here, and the empty text where it is given.
        for (name, text) in [
            ("description", &mut tuning.description),
            ("listing_visibility", &mut tuning.listing_visibility),
            ("token_type", &mut tuning.token_type),
        ] {
            if text.is_none() && self.fields.contains_key(name) {
                *text = Some(String::new());
            }
        }
        let known = mount.services.system_view.tuned();
        let ttls = TunedTtls {
            default: tuned_ttl(&tuning.default_lease_ttl, known.default)?,
            max: tuned_ttl(&tuning.max_lease_ttl, known.max)?,
        };
        let conflict = !ttls.default.is_zero() && !ttls.max.is_zero() && ttls.max < ttls.default;
        if ttls != known && conflict {
            let text = format!(
                "backend max lease TTL of {} would be less than backend default lease TTL of {}",
                ttls.max.as_secs(),
                ttls.default.as_secs()
            );
            return Err(Answer::refusal(400, text));
        }
        if let Some(version) = &mut tuning.plugin_version {
            *version = canonical_version(version)?;
            let found = self.host.shared.catalog.lock().find(mount.kind, &mount.plugin, version);
            found.map_err(|error| refusal(&error.into()))?;
        }
        check_visibility(tuning.listing_visibility.as_deref().unwrap_or_default())?;
        if tuning.token_type.is_some() && mount.kind != PluginType::Auth {
            return Err(Answer::refusal(400, "'token_type' can only be modified on auth mounts"));
        }
        let kind = tuning.token_type.as_deref().map(token_type).transpose()?;
        let options = tuning.options.as_ref();
        let raised = check_version_option(
            options.and_then(|it| it.get("version")).map(String::as_str),
            mount.tune.lock().options.get("version").map(String::as_str),
        )?;
        mount.services.system_view.tune(ttls);
        tuning.apply(kind, &mut mount.tune.lock());
        Ok(raised.map(|from| {
            // Servers name 0 as the new version, whatever it is.
            format!(
                "Upgrading mount from version {from} to version 0. This mount will be unavailable \
                 for a brief period and will resume service shortly."
            )
        }))
    }
}

impl Tuning {
    fn apply(self, kind: Option<TokenType>, tune: &mut Tune) {
        let set = |list: &mut Vec<String>, given: Option<CommaList<String>>| {
            if let Some(given) = given {
                *list = given.to_vec();
            }
        };
        set(&mut tune.passthrough_request_headers, self.passthrough_request_headers);
        set(&mut tune.allowed_response_headers, self.allowed_response_headers);
        set(&mut tune.audit_non_hmac_request_keys, self.audit_non_hmac_request_keys);
        set(&mut tune.audit_non_hmac_response_keys, self.audit_non_hmac_response_keys);
        if let Some(description) = self.description {
            tune.description = description;
        }
        if let Some(visibility) = self.listing_visibility {
            tune.listing_visibility = visibility;
        }
        if let Some(kind) = kind {
            tune.token_type = kind;
        }
        if let Some(version) = self.plugin_version {
            tune.version = version;
        }
        for (name, value) in self.options.iter().flat_map(|options| options.iter()) {
            // An option without a value goes, the version alone can't.
            if value.is_empty() && name != "version" {
                tune.options.remove(name);
            } else {
                tune.options.insert(name.clone(), value.clone());
            }
        }
    }
}

/// Checks that the version of an engine such as `kv` only goes up; returns the present one.
/// Servers let every engine have one here.
fn check_version_option(
    wanted: Option<&str>,
    known: Option<&str>,
) -> Result<Option<i64>, Box<Answer>> {
    let Some(wanted) = wanted else { return Ok(None) };
    let number = |text: &str| {
        if text.is_empty() { Ok(0) } else { text.parse::<i64>() }.map_err(|_| {
            let why = format!("strconv.ParseInt: parsing \"{text}\": invalid syntax");
            Answer::refusal(400, format!("unable to parse options: {why}"))
        })
    };
    let (wanted, known) = (number(wanted)?, number(known.unwrap_or_default())?);
    if !matches!(wanted, 1 | 2) {
        return Err(Answer::refusal(400, format!("invalid version provided: {wanted}")));
    }
    if known > wanted {
        let text = format!("cannot downgrade mount from version {known}");
        return Err(Answer::refusal(400, text));
    }
    Ok((known < wanted).then_some(known))
}

fn tuned_ttl(text: &str, known: Duration) -> Result<Duration, Box<Answer>> {
    match text {
        "" => Ok(known),
        "system" => Ok(Duration::ZERO),
        text => duration(text).map_err(|why| Answer::refusal(400, why)),
    }
}

/// Returns a version with its leading `v`.
pub(super) fn canonical_version(version: &str) -> Result<String, Box<Answer>> {
    let canonical = format!("v{}", version.strip_prefix('v').unwrap_or(version));
    match check_version(&canonical) {
        Ok(()) if !version.is_empty() => Ok(canonical),
        _ => Err(malformed_version(version).into()),
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
    let mut shown = Map::new();
    show(mount, &mut shown);
    let tune = mount.tune.lock();
    shown.extend([
        ("default_lease_ttl".to_owned(), json!(limits.default.as_secs())),
        ("description".to_owned(), json!(tune.description)),
        ("force_no_cache".to_owned(), json!(tune.force_no_cache)),
        ("max_lease_ttl".to_owned(), json!(limits.max.as_secs())),
    ]);
    if !tune.options.is_empty() {
        shown.insert("options".to_owned(), json!(tune.options));
    }
    if !tune.version.is_empty() {
        shown.insert("plugin_version".to_owned(), json!(tune.version));
    }
    Value::Object(shown)
}

/// Adds what servers show of headers and tokens: what is set.
pub(super) fn show(mount: &Mounted, shown: &mut Map<String, Value>) {
    let tune = mount.tune.lock();
    for (name, headers) in [
        ("passthrough_request_headers", &tune.passthrough_request_headers),
        ("allowed_response_headers", &tune.allowed_response_headers),
        ("audit_non_hmac_request_keys", &tune.audit_non_hmac_request_keys),
        ("audit_non_hmac_response_keys", &tune.audit_non_hmac_response_keys),
    ] {
        if !headers.is_empty() {
            shown.insert(name.to_owned(), json!(headers));
        }
    }
    if !tune.listing_visibility.is_empty() {
        shown.insert("listing_visibility".to_owned(), json!(tune.listing_visibility));
    }
    if mount.kind == PluginType::Auth {
        let kind = match tune.token_type {
            TokenType::Default => TokenType::DefaultService,
            kind => kind,
        };
        shown.insert("token_type".to_owned(), json!(kind));
    }
}
