//! An answer as it is compared: everything that a client sees, with random values and times
//! replaced by what they are.

use plugin_host::Answer;
use serde_json::{Map, Value, json};

use super::step::Kept;

/// Headers of HTTP itself or of every answer of a server; this host has no HTTP.
const OF_HTTP: [&str; 8] = [
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "date",
    "strict-transport-security",
    "transfer-encoding",
    "x-content-type-options",
];

/// Fields whose value is random or a time, wherever they are in an answer.
const RANDOM_FIELDS: [(&str, &str); 17] = [
    ("accessor", "each token, mount and wrapping has a random one"),
    ("wrapped_accessor", "as the accessor that it is"),
    ("mount_accessor", "as the accessor that it is"),
    ("client_token_accessor", "as the accessor that it is"),
    ("client_token", "in what a plugin gets it is hashed with a random salt"),
    ("uuid", "each mount has a random one"),
    ("migration_id", "each move has a random one"),
    ("reload_id", "each reload has a random one"),
    ("entity_id", "each entity has a random one"),
    ("id", "a token, or the id of the request that the plugin got"),
    ("creation_time", "the time of the run"),
    ("issue_time", "the time of the run"),
    ("expire_time", "the time of the run"),
    ("last_renewal", "the time of the run"),
    ("last_renewal_time", "the time of the run"),
    ("server_time_utc", "the time of the run"),
    ("remote_port", "the client's side of the connection; this host has no connection"),
];

/// Numbers that count down from a round number while the test runs, and by how much they may be
/// short of it, in seconds.
const COUNTED_DOWN: [(&str, u64); 3] = [("ttl", 30), ("duration", 30), ("lease_duration", 30)];

/// What a client sees of an answer.
pub(crate) fn rendered(answer: &Answer, kept: &Kept) -> Value {
    let mut shown = Map::new();
    let mut show = |name: &str, value: Value| {
        let empty = match &value {
            Value::Null => true,
            Value::Array(values) => values.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            _ => false,
        };
        if !empty {
            shown.insert(name.to_owned(), value);
        }
    };
    show("status", json!(answer.status));
    show("data", answer.data.clone());
    if answer.data == json!({}) {
        show("data", json!("empty"));
    }
    show("warnings", json!(answer.warnings));
    show("errors", json!(answer.errors));
    if let Some(lease) = &answer.lease {
        let duration = lease.duration.as_secs();
        let renewable = lease.renewable;
        show(
            "lease",
            json!({ "lease_id": lease.id, "duration": duration, "renewable": renewable }),
        );
    }
    if let Some(auth) = &answer.auth {
        show(
            "auth",
            json!({
                "client_token": auth.client_token,
                "accessor": auth.accessor,
                "policies": auth.policies,
                "token_policies": auth.token_policies,
                "identity_policies": auth.identity_policies,
                "metadata": auth.metadata,
                "lease_duration": auth.lease_duration.as_secs(),
                "renewable": auth.renewable,
                "entity_id": auth.entity_id,
                "token_type": auth.token_type,
                "orphan": auth.orphan,
                "num_uses": auth.num_uses,
            }),
        );
    }
    if let Some(wrap) = &answer.wrap {
        show(
            "wrap",
            json!({
                "client_token": wrap.token,
                "accessor": wrap.accessor,
                "ttl": wrap.ttl.as_secs(),
                "creation_time": wrap.creation_time,
                "creation_path": wrap.creation_path,
                "wrapped_accessor": wrap.wrapped_accessor,
            }),
        );
    }
    let own = answer.headers.iter().filter(|(name, _)| {
        !OF_HTTP.contains(&name.to_ascii_lowercase().as_str())
            && !name.eq_ignore_ascii_case("location")
    });
    let own: Map<_, _> =
        own.map(|(name, values)| (name.to_ascii_lowercase(), json!(values))).collect();
    show("headers", Value::Object(own));
    if let Some(raw) = &answer.raw {
        let text = String::from_utf8_lossy(&raw.body).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        show("raw", json!({ "content_type": raw.content_type, "body": body }));
    }
    show("redirect", json!(answer.redirect));
    normalised(Value::Object(shown), kept)
}

/// Texts whose end is not compared, by what comes before it.
const ENDS: [(&str, &str); 4] = [
    ("exceeded the effective max_ttl of ", "what is left of a lease's time, to the second"),
    ("error converting input for field ", "the words of Go's parsers of fields"),
    ("failed to revoke entry: resp: ", "a Go value as Go prints it"),
    ("failed to renew entry: resp: ", "a Go value as Go prints it"),
];

/// A text without an end that is not compared. Of a field that can't be read the name stays.
fn without_end(text: &str) -> String {
    for (before, _) in ENDS {
        if let Some((start, end)) = text.split_once(before) {
            let field = end.split_once(':').filter(|_| before.ends_with("field "));
            return format!("{start}{before}{}…", field.map_or("", |(field, _)| field));
        }
    }
    text.to_owned()
}

/// A value without what differs between two runs of the same server.
fn normalised(value: Value, kept: &Kept) -> Value {
    match value {
        Value::String(text) => Value::String(without_end(&without_random(&kept.named(&text)))),
        Value::Array(values) => values.into_iter().map(|value| normalised(value, kept)).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| {
                let value = field(&name, value, kept);
                (without_random(&kept.named(&name)), value)
            });
            Value::Object(fields.collect())
        }
        other => other,
    }
}

fn field(name: &str, value: Value, kept: &Kept) -> Value {
    if RANDOM_FIELDS.iter().any(|(random, _)| *random == name) {
        return match &value {
            Value::String(text) if text.is_empty() => value,
            Value::String(text) => {
                let named = kept.named(text);
                json!(if named == *text { "random" } else { named.as_str() })
            }
            Value::Number(_) => json!("random"),
            _ => value,
        };
    }
    let counted = COUNTED_DOWN.iter().find(|(counted, _)| *counted == name);
    match (counted, value.as_u64()) {
        (Some((_, short)), Some(seconds)) => json!(rounded_up(seconds, *short)),
        _ => normalised(value, kept),
    }
}

/// The next multiple of a minute, if it is at most `short` away.
fn rounded_up(seconds: u64, short: u64) -> u64 {
    let minutes = seconds.div_ceil(60) * 60;
    if minutes - seconds <= short { minutes } else { seconds }
}

/// Words by their shape: ids of leases end in 24 letters and digits, ids of mounts and requests
/// are UUIDs, and service tokens begin with `s.`.
fn without_random(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut shown = String::with_capacity(text.len());
    let mut word = String::new();
    for c in text.chars().map(Some).chain([None]) {
        match c {
            Some(c) if is_part(c) => word.push(c),
            c => {
                shown.push_str(if is_random(&word) { "RANDOM" } else { &word });
                word.clear();
                shown.extend(c);
            }
        }
    }
    shown
}

fn is_random(word: &str) -> bool {
    let uuid = word.len() == 36 && word.matches('-').count() == 4;
    let base62 = word.len() == 24 && word.bytes().any(|byte| byte.is_ascii_uppercase());
    uuid || base62
}
