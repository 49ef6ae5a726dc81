//! An answer made of a plugin's reply, by the server's rules.

use std::time::Duration;

use plugin_proto::pb;
use serde_json::Value;

use super::convertible::Fields;
use super::routed::{Response, Routed};
use super::status::status_of;
use super::{Answer, raw};
use crate::mounted_backend::InstanceError;
use plugin_runtime::__private::wire::duration_from_wire;
use plugin_runtime::Headers;
use plugin_runtime::Operation;

const INTERNAL: &str = "internal error";

/// How the path of a request may be reached, which decides what may come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// With a token: secrets may be leased.
    Token,
    /// Without one, on an auth method: a login.
    Login,
    /// Without one, on a secrets engine: neither secrets nor logins.
    Open,
}

/// The request that a reply answers, as far as it matters for that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) operation: Operation,
    pub(crate) access: Access,
    /// How long the caller wants the answer to be wrapped, if it does.
    pub(crate) wrap_ttl: Option<Duration>,
}

/// An answer, and what the host still has to do to complete it.
#[derive(Debug)]
pub(crate) struct FromReply {
    pub(crate) answer: Answer,
    /// To be leased; the answer's lease is empty until then. Servers lease a secret that came
    /// beside an error too.
    pub(crate) secret: Option<pb::Secret>,
    /// To become a token; the answer's auth is empty until then.
    pub(crate) auth: Option<pb::Auth>,
    /// The answer is to be wrapped for this long, when it is complete.
    pub(crate) wrap_ttl: Option<Duration>,
}

impl Answer {
    /// Converts this reply to what a client sees.
    pub(crate) fn from_reply(
        asked: Asked,
        reply: Result<pb::HandleRequestReply, InstanceError>,
    ) -> FromReply {
        Routed::of(reply).answer(asked)
    }
}

impl Routed {
    /// Returns what a client sees of it.
    pub(crate) fn answer(mut self, asked: Asked) -> FromReply {
        let wrap_ttl = self.response.as_ref().and_then(|it| wrap_ttl(&it.wire, asked.wrap_ttl));
        let (mut secret, mut auth) = match &mut self.response {
            Some(response) => (response.wire.secret.take(), response.wire.auth.take()),
            None => (None, None),
        };
        // An error beside a login loses it.
        if self.error.is_some() {
            auth = None;
        }
        let mut late_warning = None;
        let refusal = match asked.access {
            Access::Login if secret.is_some() => Some(INTERNAL.to_owned()),
            Access::Login => {
                use Operation::{Create, Read, Update};
                if auth.is_some() && !matches!(asked.operation, Create | Update | Read) {
                    auth = None;
                    late_warning = Some(format!(
                        "a login by the operation `{}` gives no token",
                        asked.operation
                    ));
                }
                None
            }
            Access::Open if secret.is_some() => Some(INTERNAL.to_owned()),
            Access::Open | Access::Token => auth.is_some().then(|| in_a_list(INTERNAL)),
        };
        if let Some(text) = refusal {
            // With a token, the lease is registered before the login is found.
            secret = secret.filter(|_| asked.access == Access::Token);
            let answer = Answer::refused(500, text);
            return FromReply { answer, secret, auth: None, wrap_ttl: None };
        }
        let leased = secret.is_some() || auth.is_some();
        let mut answer = self.visible(asked, leased, wrap_ttl.is_some());
        answer.warnings.extend(late_warning);
        // A redirect and a raw body are wrapped too.
        let wrap_ttl = wrap_ttl.filter(|_| answer.errors.is_empty());
        FromReply { answer, secret, auth, wrap_ttl }
    }

    fn visible(self, asked: Asked, leased: bool, wrapped: bool) -> Answer {
        let error_response = self.response.as_ref().and_then(Response::error_text);
        if self.error.is_some() || error_response.is_some() {
            return self.failed(asked);
        }
        let Some(response) = self.response else {
            return nothing(asked.operation);
        };
        let mut headers = headers_of(&response.wire);
        let refused = match asked.operation {
            Operation::List if !wrapped => {
                list_status(response.data.as_ref(), !response.wire.warnings.is_empty())
            }
            _ => None,
        };
        if let Some(status) = refused {
            let data = response.data.and_then(|mut data| data.remove("data")).unwrap_or_default();
            return Answer { status, data, headers, ..Answer::default() };
        }
        if !response.wire.redirect.is_empty() {
            let url = response.wire.redirect;
            headers.insert("Location".to_owned(), vec![url.clone()]);
            return Answer { headers, redirect: Some(url), ..Answer::empty(307) };
        }
        if let Some(data) = response.data.as_ref().filter(|data| data.contains_key(raw::STATUS)) {
            return raw::answer(data, leased, headers);
        }
        let warnings = response.wire.warnings;
        let only_headers = !headers.is_empty()
            && response.data.is_none()
            && warnings.is_empty()
            && !leased
            && !wrapped;
        let status = if only_headers { nothing(asked.operation).status } else { 200 };
        let data = response.data.map_or(Value::Null, Value::Object);
        Answer { status, data, warnings, headers, ..Answer::default() }
    }

    fn failed(self, asked: Asked) -> Answer {
        let error = self.error.as_ref();
        let error_response = self.response.as_ref().and_then(Response::error_text);
        let status = status_of(error, self.response.is_some(), error_response);
        let text = match (error_response, error) {
            (Some(text), _) => text.to_owned(),
            // The errors of a login are passed on, others collected in a list.
            (None, Some(error)) => {
                let text = format!("{}{}", self.words, error.err_msg);
                if asked.access == Access::Token { in_a_list(&text) } else { text }
            }
            (None, None) => String::new(),
        };
        let headers = self.response.as_ref().map(|it| headers_of(&it.wire)).unwrap_or_default();
        let data = self.response.and_then(|it| it.data?.remove("data")).unwrap_or_default();
        Answer { status, data, headers, errors: vec![text], ..Answer::default() }
    }
}

/// Returns the text of a list of errors with one in it.
pub(crate) fn in_a_list(text: &str) -> String {
    format!("1 error occurred:\n\t* {text}\n\n")
}

/// Returns the shorter one of the plugin's and the caller's TTL.
fn wrap_ttl(response: &pb::Response, asked: Option<Duration>) -> Option<Duration> {
    let plugins = response.wrap_info.as_ref().map(|wrap| duration_from_wire(wrap.ttl));
    [plugins, asked].into_iter().flatten().filter(|ttl| !ttl.is_zero()).min()
}

fn nothing(operation: Operation) -> Answer {
    match operation {
        Operation::Read | Operation::Header | Operation::List => Answer::empty(404),
        _ => Answer::empty(204),
    }
}

/// Returns the status of a list that a server does not show.
fn list_status(data: Option<&Fields>, warned: bool) -> Option<u16> {
    let Some(data) = data.filter(|data| !data.is_empty()) else {
        return (!warned).then_some(404);
    };
    match data.get("keys") {
        None | Some(Value::Null) => None,
        Some(Value::Array(keys)) if keys.is_empty() => Some(404),
        Some(Value::Array(keys)) => (!keys.iter().all(Value::is_string)).then_some(500),
        Some(_) => Some(500),
    }
}

fn headers_of(response: &pb::Response) -> Headers {
    let headers = response.headers.iter();
    headers.map(|(name, values)| (name.clone(), values.header.clone())).collect()
}
