//! The target of a request in HTTP: its path and its query, and what a server's router makes of
//! the path.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// The path of the API that a request's path is below.
const API: &str = "/v1/";

/// Encodes a request's path for a URL, with every byte encoded that might mean something there.
pub(super) fn target(path: &str) -> String {
    format!("{API}{}", encoded(path.trim_start_matches('/'), b"/"))
}

/// Returns the fields of a request that has no body, as pairs of text: a list repeats its name, and
/// what is not text is written as JSON.
pub(super) fn pairs(fields: &Map<String, Value>) -> Vec<(&str, String)> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut pairs = Vec::new();
    for (name, value) in fields {
        match value {
            Value::Array(values) => {
                pairs.extend(values.iter().map(|value| (name.as_str(), text(value))));
            }
            value => pairs.push((name, text(value))),
        }
    }
    pairs
}

/// Encodes pairs as a query.
pub(super) fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let mut query = String::new();
    for (name, value) in pairs {
        let separator = if query.is_empty() { "" } else { "&" };
        let _ = write!(query, "{separator}{}={}", encoded(name, b""), encoded(&value, b""));
    }
    query
}

/// Removes empty and relative segments from a target, to which servers send those who ask for it
/// with them; `None` when it has none.
pub(super) fn cleaned(target: &str) -> Option<String> {
    let mut kept: Vec<&str> = Vec::new();
    for segment in target.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            segment => kept.push(segment),
        }
    }
    let mut clean = format!("/{}", kept.join("/"));
    // These are known to a router as folders alone.
    let folder = target.ends_with('/') || matches!(clean.as_str(), "/v1" | "/v1/sys");
    if folder && clean != "/" {
        clean.push('/');
    }
    (clean != target).then_some(clean)
}

/// Encodes text for a URL, and leaves the bytes of `kept` as they are.
fn encoded(text: &str, kept: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_cleaned_as_a_router_does() {
        for (path, clean) in [
            ("a/b", None),
            ("a/b/", None),
            ("", None),
            ("a//b", Some("/v1/a/b")),
            ("a/./b/", Some("/v1/a/b/")),
            ("a/../b", Some("/v1/b")),
            ("a/..", Some("/v1/")),
            ("sys", Some("/v1/sys/")),
            ("sys/", None),
            ("../../../x", Some("/x")),
            ("..", Some("/")),
            ("a//", Some("/v1/a/")),
            ("a%2F..%2Fb", None),
        ] {
            assert_eq!(cleaned(&target(path)).as_deref(), clean, "{path}");
        }
    }
}
