//! The forms of a response, and the JSON in which each travels.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::{RawResponse, json};
use crate::{Auth, Data, DataError, Secret};

/// The content of a response, which has exactly one form.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Body {
    Data(Data),
    Error { message: String, data: Data },
    Secret { secret: Secret, data: Data },
    Auth(Box<Auth>),
    Role(String),
    Redirect(String),
    Raw(RawResponse),
}

impl Body {
    /// Creates a list's answer. An empty list has no field at all.
    pub(super) fn keys(keys: Vec<String>) -> Self {
        #[derive(Serialize)]
        struct Keys {
            #[serde(skip_serializing_if = "Vec::is_empty")]
            keys: Vec<String>,
        }
        // A list of strings can always be serialized as JSON.
        Self::Data(Data::new(&Keys { keys }).unwrap_or_default())
    }

    pub(super) fn keys_with_info<K: Into<String>, T: Serialize>(
        entries: impl IntoIterator<Item = (K, T)>,
    ) -> Result<Self, DataError> {
        #[derive(Serialize)]
        struct Keys<T> {
            #[serde(skip_serializing_if = "Vec::is_empty")]
            keys: Vec<String>,
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            key_info: BTreeMap<String, T>,
        }
        let entries: Vec<(String, T)> =
            entries.into_iter().map(|(key, info)| (key.into(), info)).collect();
        let keys = entries.iter().map(|(key, _)| key.clone()).collect();
        Data::new(&Keys { keys, key_info: entries.into_iter().collect() }).map(Self::Data)
    }

    /// Returns the data as a caller would see it.
    pub(super) fn visible_data(&self) -> Data {
        match self {
            Self::Data(data) | Self::Secret { data, .. } | Self::Error { data, .. } => data.clone(),
            Self::Auth(_) | Self::Role(_) | Self::Redirect(_) | Self::Raw(_) => Data::none(),
        }
    }

    /// Returns the data as they are sent: in some forms, they contain the form itself.
    pub(crate) fn wire_data(&self) -> Data {
        match self {
            Self::Data(data) | Self::Secret { data, .. } => data.clone(),
            Self::Error { message, data } => error_data(message, data),
            Self::Role(role) => data_of(&serde_json::json!({ "role": role })),
            Self::Raw(raw) => raw_data(raw),
            Self::Auth(_) | Self::Redirect(_) => Data::none(),
        }
    }
}

/// Returns the shape by which servers recognize an error response: `error`, and `data` if there is
/// some.
pub(crate) fn error_data(message: &str, data: &Data) -> Data {
    if data.is_none() {
        return data_of(&serde_json::json!({ "error": message }));
    }
    let Ok(message) = json(&message) else { return Data::none() };
    let text = [b"{\"error\":", &*message, b",\"data\":", data.as_bytes(), b"}"].concat();
    Data::from_wire(text.into())
}

fn raw_data(raw: &RawResponse) -> Data {
    #[derive(Serialize)]
    struct Raw<'a> {
        http_status_code: u16,
        #[serde(skip_serializing_if = "str::is_empty")]
        http_content_type: &'a str,
        /// Servers try base64 first, so any other text could be mistaken for it.
        http_raw_body: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        http_raw_cache_control: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        http_raw_pragma: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        http_www_authenticate: Option<&'a str>,
    }
    data_of(&Raw {
        http_status_code: raw.status.as_u16(),
        http_content_type: &raw.content_type,
        http_raw_body: STANDARD.encode(&raw.body),
        http_raw_cache_control: raw.cache_control.as_deref(),
        http_raw_pragma: raw.pragma.as_deref(),
        http_www_authenticate: raw.www_authenticate.as_deref(),
    })
}

/// Returns the data of an object of strings and numbers, which can always be serialized.
fn data_of(object: &impl Serialize) -> Data {
    Data::new(object).unwrap_or_default()
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data(data) => data.fmt(f),
            Self::Error { message, .. } => f.debug_tuple("Error").field(message).finish(),
            Self::Secret { secret, data } => {
                f.debug_tuple("Secret").field(&secret.lease).field(data).finish()
            }
            Self::Auth(auth) => auth.fmt(f),
            Self::Role(role) => f.debug_tuple("Role").field(role).finish(),
            Self::Redirect(_) => f.write_str("Redirect"),
            Self::Raw(raw) => raw.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn text(body: &Body) -> String {
        String::from_utf8(body.wire_data().as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn each_form_has_its_json() {
        let none = Data::none();
        let some = Data::new(&serde_json::json!({ "a": 1 })).unwrap();
        let raw = RawResponse::new(StatusCode::OK, "text/plain", &b"Response"[..]);
        for (body, expected) in [
            (Body::keys(vec!["b".into(), "a/".into()]), r#"{"keys":["b","a/"]}"#),
            (Body::keys(Vec::new()), "{}"),
            (Body::Error { message: "a \"b\"".into(), data: none }, r#"{"error":"a \"b\""}"#),
            (Body::Error { message: "no".into(), data: some }, r#"{"error":"no","data":{"a":1}}"#),
            (Body::Role("dev".into()), r#"{"role":"dev"}"#),
            (
                Body::Raw(raw),
                r#"{"http_status_code":200,"http_content_type":"text/plain","http_raw_body":"UmVzcG9uc2U="}"#,
            ),
            (Body::Auth(Box::default()), ""),
            (Body::Redirect("https://example.com".into()), ""),
        ] {
            assert_eq!(text(&body), expected, "{body:?}");
        }
    }

    #[test]
    fn key_info_is_left_out_when_there_is_none() {
        let none: [(&str, u8); 0] = [];
        assert_eq!(text(&Body::keys_with_info(none).unwrap()), "{}");
        let some = Body::keys_with_info([("b", 1), ("a", 2)]).unwrap();
        assert_eq!(text(&some), r#"{"keys":["b","a"],"key_info":{"a":2,"b":1}}"#);
    }
}
