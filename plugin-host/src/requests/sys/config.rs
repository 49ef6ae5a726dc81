//! The field `config` of a new mount. Servers are stricter here than with fields of their own.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::catalog::PluginType;
use crate::mounts::{Mounted, Tune};
use crate::system_view::TunedTtls;
use plugin_runtime::__private::duration::parse_field_duration;
use plugin_runtime::TokenType;

/// What a new mount is tuned to.
#[derive(Debug, Default)]
pub(super) struct Config {
    pub(super) plugin_name: String,
    pub(super) plugin_version: String,
    ttls: TunedTtls,
    force_no_cache: bool,
    token_type: Option<String>,
    listing_visibility: String,
    audit_non_hmac_request_keys: Vec<String>,
    audit_non_hmac_response_keys: Vec<String>,
    passthrough_request_headers: Vec<String>,
    allowed_response_headers: Vec<String>,
}

impl Config {
    /// Reads it. `longest` is the server's own limit.
    pub(super) fn read(
        kind: PluginType,
        given: &Map<String, Value>,
        longest: Duration,
    ) -> Result<Self, Box<Answer>> {
        let table = match kind {
            PluginType::Auth => "auth",
            PluginType::Secret => "mount",
        };
        let wrong =
            || Answer::refused(400, format!("unable to convert given {table} config information"));
        let text = |name: &str| text(given.get(name)).ok_or_else(|| Box::new(wrong()));
        let list = |name: &str| list(given.get(name)).ok_or_else(|| Box::new(wrong()));
        let flag = |name: &str| match given.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(value) => value.as_bool().ok_or_else(|| Box::new(wrong())),
        };
        let config = Self {
            plugin_name: text("plugin_name")?,
            plugin_version: text("plugin_version")?,
            // Servers read it of every mount, and use it of secrets engines.
            force_no_cache: flag("force_no_cache")? && kind == PluginType::Secret,
            token_type: Some(text("token_type")?).filter(|kind| !kind.is_empty()),
            listing_visibility: text("listing_visibility")?,
            audit_non_hmac_request_keys: list("audit_non_hmac_request_keys")?,
            audit_non_hmac_response_keys: list("audit_non_hmac_response_keys")?,
            passthrough_request_headers: list("passthrough_request_headers")?,
            allowed_response_headers: list("allowed_response_headers")?,
            ttls: TunedTtls {
                default: ttl("default", &text("default_lease_ttl")?)?,
                max: ttl("max", &text("max_lease_ttl")?)?,
            },
        };
        let TunedTtls { default, max } = config.ttls;
        if !max.is_zero() && default > max {
            let text = "given default lease TTL greater than given max lease TTL";
            return Err(Answer::refusal(400, text));
        }
        if max.is_zero() && default > longest {
            let text = format!(
                "given default lease TTL greater than system max lease TTL of {}",
                longest.as_secs()
            );
            return Err(Answer::refusal(400, text));
        }
        Ok(config)
    }

    /// Checks what depends on the plugin's version.
    pub(super) fn check(&self, kind: PluginType) -> Result<(), Box<Answer>> {
        check_visibility(&self.listing_visibility)?;
        if kind == PluginType::Auth {
            self.token_type.as_deref().map_or(Ok(TokenType::Default), token_type)?;
        }
        Ok(())
    }

    pub(super) fn apply(self, mount: &Mounted) {
        mount.services.system_view.tune(self.ttls);
        let kind = self.token_type.as_deref().map(token_type);
        let mut tune = mount.tune.lock();
        let known = std::mem::take(&mut *tune);
        *tune = Tune {
            force_no_cache: self.force_no_cache,
            listing_visibility: self.listing_visibility,
            audit_non_hmac_request_keys: self.audit_non_hmac_request_keys,
            audit_non_hmac_response_keys: self.audit_non_hmac_response_keys,
            passthrough_request_headers: self.passthrough_request_headers,
            allowed_response_headers: self.allowed_response_headers,
            token_type: kind.and_then(Result::ok).unwrap_or_default(),
            ..known
        };
    }
}

/// Checks the setting by which unauthenticated clients may see the mount.
pub(super) fn check_visibility(visibility: &str) -> Result<(), Box<Answer>> {
    match visibility {
        "" | "hidden" | "unauth" => Ok(()),
        other => Err(Answer::refusal(400, format!("invalid listing_visibility {other}"))),
    }
}

/// Returns the kind of token that an auth method's mount is tuned to.
pub(super) fn token_type(text: &str) -> Result<TokenType, Box<Answer>> {
    match text {
        "" | "default-service" => Ok(TokenType::DefaultService),
        "default-batch" => Ok(TokenType::DefaultBatch),
        "service" => Ok(TokenType::Service),
        "batch" => Ok(TokenType::Batch),
        _ => Err(Answer::refusal(400, "invalid value for 'token_type'")),
    }
}

/// Parses a duration as Go does.
pub(super) fn no_duration(text: &str) -> String {
    format!("time: invalid duration \"{text}\"")
}

fn ttl(which: &str, text: &str) -> Result<Duration, Box<Answer>> {
    match text {
        "" | "system" => Ok(Duration::ZERO),
        text => duration(text).map_err(|why| {
            Answer::refusal(400, format!("unable to parse {which} TTL of {text}: {why}"))
        }),
    }
}

/// Parses a length of time that is not negative.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let nanoseconds = parse_field_duration(text).map_err(|_| no_duration(text))?;
    let nanoseconds = u64::try_from(nanoseconds)
        .map_err(|_| format!("cannot provide negative value '{text}'"))?;
    Ok(Duration::from_nanos(nanoseconds))
}

/// Returns a text, or a number as text. A missing value is the empty text.
fn text(value: Option<&Value>) -> Option<String> {
    match value {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(_) => None,
    }
}

/// Parses a list of texts, or one text with commas.
fn list(value: Option<&Value>) -> Option<Vec<String>> {
    match value {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::String(text)) => {
            let texts = text.split(',').map(str::trim).filter(|text| !text.is_empty());
            Some(texts.map(str::to_owned).collect())
        }
        Some(Value::Array(values)) => {
            values.iter().map(|value| value.as_str().map(str::to_owned)).collect()
        }
        Some(_) => None,
    }
}
