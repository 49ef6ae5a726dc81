//! The paths that are the server's own: what operators and clients ask of a server itself, in the
//! words and shapes of its API.

mod catalog;
mod config;
mod create_token;
mod fields;
mod leases;
mod mounts;
mod refusal;
mod reload;
mod remount;
mod seal;
mod tokens;
mod tune;
mod wrapping;

pub(super) use seal::answers_when_sealed;

use parking_lot::Mutex;
use serde_json::{Map, Value};

use super::ApiRequest;
use crate::Host;
use crate::answer::{Answer, in_a_list};
use crate::token::TokenInfo;
use plugin_runtime::Operation;
use plugin_runtime::fields::NameList;

/// A request for one of the server's own paths.
struct Own<'a> {
    host: &'a Host,
    request: &'a ApiRequest,
    fields: &'a Map<String, Value>,
    /// The client's token; `None` when it has none or a wrong one.
    token: Option<TokenInfo>,
    /// Fields that were given and that the path does not have.
    ignored: Mutex<NameList>,
}

impl Host {
    /// Returns the answer, if the path is the server's own.
    pub(super) async fn own_path(
        &self,
        request: &ApiRequest,
        path: &str,
        fields: Option<&Map<String, Value>>,
    ) -> Option<Answer> {
        if !path.starts_with("sys/") && !path.starts_with("auth/token/") {
            return None;
        }
        let none = Map::new();
        let fields = fields.unwrap_or(&none);
        if let Err(refused) = tokens::check_named(path, fields) {
            return Some(*refused);
        }
        let open = is_open(path);
        let token = match &request.token {
            Some(token) if !open => self.shared.tokens.use_once(token),
            _ => None,
        };
        if token.is_none() && !open {
            return Some(self.denied(request.token.as_deref().unwrap_or_default()));
        }
        let own = Own { host: self, request, fields, token, ignored: Mutex::default() };
        let mut answer = own.answer(path).await;
        let says = !answer.data.is_null() || answer.auth.is_some() || !answer.warnings.is_empty();
        let ignored = own.ignored.into_inner();
        if answer.is_success() && says && !ignored.is_empty() {
            let warning = format!("Endpoint ignored these unrecognized parameters: [{ignored}]");
            answer.warnings.push(warning);
        }
        if let Some(token) = &request.token {
            self.shared.tokens.used(token);
        }
        match request.wrap_ttl.filter(|ttl| !ttl.is_zero()) {
            Some(ttl) if answer.is_success() && says && answer.wrap.is_none() => {
                let wrap = self.shared.wrappings.wrap(answer.clone(), path, ttl);
                Some(answer.wrapped(wrap))
            }
            _ => Some(answer),
        }
    }
}

impl Own<'_> {
    async fn answer(&self, path: &str) -> Answer {
        if self.operation() == Operation::Help {
            return unknown(path);
        }
        let (topic, rest) = topic(path);
        match (topic, rest) {
            ("sys/mounts" | "sys/auth", rest) => self.mount(topic, rest).await,
            ("sys/plugins/catalog", rest) => self.catalog(rest).await,
            ("sys/leases", Some(rest)) => self.leases(rest).await,
            ("sys/wrapping", Some(rest)) => self.wrapping(rest),
            ("auth/token", Some(rest)) => self.token(rest).await,
            ("sys/remount", None) => self.remount().await,
            ("sys/plugins/reload/backend", None) => self.reload().await,
            ("sys/seal", None) => self.seal().await,
            ("sys/unseal", None) => self.unseal().await,
            ("sys/seal-status", None) => self.seal_status(),
            ("sys/health", None) => self.health(),
            _ => unknown(path),
        }
    }

    fn operation(&self) -> Operation {
        self.request.operation
    }

    fn writes(&self) -> bool {
        matches!(self.operation(), Operation::Create | Operation::Update)
    }
}

/// The paths that this host has, the longest first where one begins another.
const TOPICS: [&str; 12] = [
    "sys/plugins/reload/backend",
    "sys/plugins/catalog",
    "sys/seal-status",
    "sys/wrapping",
    "sys/remount",
    "sys/mounts",
    "sys/leases",
    "sys/unseal",
    "sys/health",
    "sys/auth",
    "sys/seal",
    "auth/token",
];

/// Returns the route of a path, and what follows it; `None` for what this host does not have.
fn topic(path: &str) -> (&'static str, Option<&str>) {
    let found = TOPICS.iter().find_map(|topic| match path.strip_prefix(*topic)? {
        "" => Some((*topic, None)),
        rest => Some((*topic, Some(rest.strip_prefix('/')?))),
    });
    found.unwrap_or(("", Some(path)))
}

/// Returns whether a path needs no token, or checks the token itself.
fn is_open(path: &str) -> bool {
    matches!(
        path,
        "sys/seal-status"
            | "sys/health"
            | "sys/unseal"
            | "sys/wrapping/unwrap"
            | "sys/wrapping/lookup"
            | "sys/wrapping/rewrap"
    )
}

/// Returns the refusal of a path that this host does not have, though a server may.
fn unknown(path: &str) -> Answer {
    let topics = TOPICS.join(", ");
    Answer::refused(
        404,
        format!("this host has no `{path}`: of a server's own paths it has {topics}"),
    )
}

/// Returns the refusal of a path that no server has.
fn unsupported_path() -> Answer {
    Answer::refused(404, in_a_list("unsupported path"))
}

fn unsupported() -> Answer {
    Answer::refused(405, in_a_list("unsupported operation"))
}

/// Creates an answer with nothing but data.
fn data(data: Value) -> Answer {
    Answer { data, ..Answer::empty(200) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_from_one_that_it_begins() {
        for (path, expected) in [
            ("sys/seal", ("sys/seal", None)),
            ("sys/seal/", ("sys/seal", Some(""))),
            ("sys/seal-status", ("sys/seal-status", None)),
            ("sys/mounts/a/b/tune", ("sys/mounts", Some("a/b/tune"))),
            ("sys/plugins/reload/backend", ("sys/plugins/reload/backend", None)),
            ("auth/token/lookup-self", ("auth/token", Some("lookup-self"))),
            ("sys/sealed", ("", Some("sys/sealed"))),
            ("auth/tokens", ("", Some("auth/tokens"))),
        ] {
            assert_eq!(topic(path), expected);
        }
    }
}
