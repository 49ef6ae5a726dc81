//! Raw answers: data that the server sends as an HTTP answer instead of its JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::Answer;
use super::convertible::Fields;
use super::status::coded;
use plugin_runtime::Headers;

/// The field that makes data a raw answer.
pub(super) const STATUS: &str = "http_status_code";

const NO_CONTENT: u16 = 204;

/// Headers that a raw answer can set, and the fields that do.
const HEADERS: [(&str, &str); 3] = [
    ("Cache-Control", "http_raw_cache_control"),
    ("Pragma", "http_raw_pragma"),
    ("WWW-Authenticate", "http_www_authenticate"),
];

/// Converts a raw answer to what a client reads. It is read as any HTTP is, so that one whose body
/// is the server's JSON is taken for that.
pub(super) fn answer(data: &Fields, with_secret: bool, mut headers: Headers) -> Answer {
    if with_secret {
        return broken(headers, "raw responses cannot contain secrets or auth");
    }
    let (status, content_type, body) = match parts(data) {
        Ok(parts) => parts,
        Err(text) => return broken(headers, text),
    };
    if let Some(content_type) = content_type.filter(|text| !text.is_empty()) {
        headers.insert("Content-Type".to_owned(), vec![content_type.to_owned()]);
    }
    for (name, field) in HEADERS {
        if let Some(value) = data.get(field).and_then(Value::as_str) {
            headers.insert(name.to_owned(), vec![value.to_owned()]);
        }
    }
    Answer::from_http(status, headers, &body)
}

fn parts(data: &Fields) -> Result<(u16, Option<&str>, Vec<u8>), &'static str> {
    let status = data.get(STATUS).and_then(Value::as_f64).ok_or("cannot decode status code")?;
    let status = coded(status as i64);
    let content_type = match data.get("http_content_type") {
        None if status == NO_CONTENT => None,
        None => return Err("no content type given"),
        Some(text) => Some(text.as_str().ok_or("cannot decode content type")?),
    };
    let body = match data.get("http_raw_body") {
        _ if status == NO_CONTENT => Vec::new(),
        None => Vec::new(),
        Some(Value::String(text)) => {
            STANDARD.decode(text).unwrap_or_else(|_| text.as_bytes().to_vec())
        }
        Some(_) => return Err("cannot decode body"),
    };
    Ok((status, content_type, body))
}

fn broken(mut headers: Headers, text: &str) -> Answer {
    headers.insert("X-Vault-Raw-Error".to_owned(), vec![text.to_owned()]);
    Answer { headers, ..Answer::empty(500) }
}
