//! One request of the sequence, and what later ones take from its answer.

use std::collections::BTreeMap;
use std::time::Duration;

use plugin_host::{Answer, ApiRequest, Client};
use plugin_runtime::Operation;
use serde_json::{Value, json};

/// A request. Its path, its data and its token may name what an earlier answer held, such as
/// `{login-token}`.
#[derive(Clone)]
pub(crate) struct Step {
    pub(crate) operation: Operation,
    pub(crate) path: String,
    pub(crate) data: Value,
    token: Token,
    headers: Vec<(&'static str, String)>,
    pub(crate) wrap_ttl: Option<Duration>,
    kept: Option<&'static str>,
}

#[derive(Clone)]
enum Token {
    Root,
    Missing,
    Text(String),
}

impl Step {
    pub(crate) fn new(operation: Operation, path: impl Into<String>) -> Self {
        Self {
            operation,
            path: path.into(),
            data: Value::Null,
            token: Token::Root,
            headers: Vec::new(),
            wrap_ttl: None,
            kept: None,
        }
    }

    pub(crate) fn data(self, data: Value) -> Self {
        Self { data, ..self }
    }

    /// Without a token.
    pub(crate) fn anonymous(self) -> Self {
        Self { token: Token::Missing, ..self }
    }

    /// With this token.
    pub(crate) fn by(self, token: &str) -> Self {
        Self { token: Token::Text(token.to_owned()), ..self }
    }

    pub(crate) fn wrapped(self, ttl: Duration) -> Self {
        Self { wrap_ttl: Some(ttl), ..self }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Keeps the lease, the token and the wrapping token of the answer under this name.
    pub(crate) fn kept(self, name: &'static str) -> Self {
        Self { kept: Some(name), ..self }
    }

    /// What is sent, for the report of a difference.
    pub(crate) fn shown(&self) -> String {
        let mut data = self.data.to_string();
        data.truncate(data.floor_char_boundary(200));
        let path: String = self.path.chars().take(120).collect();
        let mut shown = format!("{} {path:?} {data}", self.operation);
        match &self.token {
            Token::Root => {}
            Token::Missing => shown.push_str(", without a token"),
            Token::Text(token) => shown.push_str(&format!(", by {token}")),
        }
        if let Some(ttl) = self.wrap_ttl {
            shown.push_str(&format!(", wrapped for {ttl:?}"));
        }
        for (name, value) in &self.headers {
            shown.push_str(&format!(", {name}: {value}"));
        }
        shown
    }
}

pub(crate) fn read(path: impl Into<String>) -> Step {
    Step::new(Operation::Read, path)
}

pub(crate) fn write(path: impl Into<String>, data: Value) -> Step {
    Step::new(Operation::Update, path).data(data)
}

pub(crate) fn delete(path: impl Into<String>) -> Step {
    Step::new(Operation::Delete, path)
}

pub(crate) fn list(path: impl Into<String>) -> Step {
    Step::new(Operation::List, path)
}

/// The values that answers held, by the names that steps use.
#[derive(Default)]
pub(crate) struct Kept(BTreeMap<String, String>);

impl Kept {
    /// Replaces each name in a text by its value.
    fn filled(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        for (name, value) in &self.0 {
            filled = filled.replace(name.as_str(), value);
        }
        filled
    }

    /// Replaces each value in a text by its name.
    pub(crate) fn named(&self, text: &str) -> String {
        let mut named = text.to_owned();
        for (name, value) in self.0.iter().filter(|(_, value)| !value.is_empty()) {
            named = named.replace(value.as_str(), name);
        }
        named
    }

    fn keep(&mut self, name: &str, answer: &Answer) {
        let before = format!("{{{name}-");
        self.0.retain(|known, _| !known.starts_with(&before));
        let mut add = |what: &str, value: &str| {
            self.0.insert(format!("{{{name}-{what}}}"), value.to_owned());
        };
        if let Some(lease) = &answer.lease {
            add("lease", &lease.id);
        }
        if let Some(auth) = &answer.auth {
            add("token", &auth.client_token);
            add("accessor", &auth.accessor);
        }
        if let Some(wrap) = &answer.wrap {
            add("wrap", &wrap.token);
            add("wrap-accessor", &wrap.accessor);
        }
    }
}

/// Makes the request of a step.
pub(crate) async fn make(step: &Step, client: &Client, kept: &mut Kept) -> Answer {
    let mut request = ApiRequest::new(step.operation, kept.filled(&step.path));
    let data = kept.filled(&step.data.to_string());
    request = request.data(serde_json::from_str::<Value>(&data).unwrap_or(json!({})));
    for (name, value) in &step.headers {
        request = request.header(*name, kept.filled(value));
    }
    request.wrap_ttl = step.wrap_ttl;
    let client = match &step.token {
        Token::Root => client.clone(),
        Token::Missing => client.without_token(),
        Token::Text(token) => client.with_token(kept.filled(token)),
    };
    let answer = client.request(request).await;
    if let Some(name) = step.kept {
        kept.keep(name, &answer);
    }
    answer
}
