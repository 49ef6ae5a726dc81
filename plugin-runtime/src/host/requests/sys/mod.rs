//! The paths that are the server's own: what operators and clients ask of a server itself, in the
//! words and shapes of its API.

mod catalog;
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

use serde_json::{Map, Value};

use super::ApiRequest;
use crate::Operation;
use crate::host::Host;
use crate::host::answer::{Answer, in_a_list};
use crate::host::token::TokenInfo;

/// A request for one of the server's own paths.
struct Own<'a> {
    host: &'a Host,
    request: &'a ApiRequest,
    fields: &'a Map<String, Value>,
    /// The client's token; `None` when it has none or a wrong one.
    token: Option<TokenInfo>,
}

impl Host {
    /// The answer, if the path is the server's own.
    pub(super) async fn own_path(
        &self,
        request: &ApiRequest,
        path: &str,
        fields: &Map<String, Value>,
    ) -> Option<Answer> {
        if !path.starts_with("sys/") && !path.starts_with("auth/token/") {
            return None;
        }
        let path = path.trim_end_matches('/');
        let open = is_open(path);
        if self.is_sealed() && !seal::answers_when_sealed(path) {
            return Some(Answer::refused(503, "Vault is sealed"));
        }
        let token = match &request.token {
            Some(token) if !open => self.shared.tokens.use_once(token),
            _ => None,
        };
        if token.is_none() && !open {
            return Some(Answer::refused(403, "permission denied"));
        }
        let own = Own { host: self, request, fields, token };
        let answer = own.answer(path).await;
        if let Some(token) = &request.token {
            self.shared.tokens.used(token);
        }
        match request.wrap_ttl {
            Some(ttl) if answer.is_success() && !answer.data.is_null() => {
                let wrap = self.shared.wrappings.wrap(answer.clone(), path, ttl);
                Some(answer.wrapped(wrap))
            }
            _ => Some(answer),
        }
    }
}

impl Own<'_> {
    async fn answer(&self, path: &str) -> Answer {
        let (topic, rest) = topic(path);
        match topic {
            "sys/mounts" | "sys/auth" => self.mount(topic, rest).await,
            "sys/remount" => self.remount().await,
            "sys/plugins/catalog" => self.catalog(rest).await,
            "sys/plugins/reload/backend" => self.reload().await,
            "sys/leases" => self.leases(rest).await,
            "sys/wrapping" => self.wrapping(rest),
            "sys/seal" => self.seal().await,
            "sys/unseal" => self.unseal().await,
            "sys/seal-status" => self.seal_status(),
            "sys/health" => self.health(),
            "auth/token" => self.token(rest).await,
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

/// What a path is about, and the rest of it; nothing for what this host does not have.
fn topic(path: &str) -> (&'static str, &str) {
    let found = TOPICS.iter().find_map(|topic| match path.strip_prefix(*topic)? {
        "" => Some((*topic, "")),
        rest => Some((*topic, rest.strip_prefix('/')?)),
    });
    found.unwrap_or(("", path))
}

/// Whether a path needs no token, or sees to the token itself.
fn is_open(path: &str) -> bool {
    matches!(
        path,
        "sys/seal-status"
            | "sys/health"
            | "sys/unseal"
            | "sys/wrapping/unwrap"
            | "sys/wrapping/lookup"
    )
}

/// The refusal of a path that this host does not have, though a server may.
fn unknown(path: &str) -> Answer {
    let topics = TOPICS.join(", ");
    Answer::refused(
        404,
        format!("this host has no `{path}`: of a server's own paths it has {topics}"),
    )
}

fn unsupported() -> Answer {
    Answer::refused(405, in_a_list("unsupported operation"))
}

/// An answer with nothing but data.
fn data(data: Value) -> Answer {
    Answer { data, ..Answer::empty(200) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_from_one_that_it_begins() {
        for (path, expected) in [
            ("sys/seal", ("sys/seal", "")),
            ("sys/seal-status", ("sys/seal-status", "")),
            ("sys/mounts/a/b/tune", ("sys/mounts", "a/b/tune")),
            ("sys/plugins/reload/backend", ("sys/plugins/reload/backend", "")),
            ("auth/token/lookup-self", ("auth/token", "lookup-self")),
            ("sys/sealed", ("", "sys/sealed")),
            ("auth/tokens", ("", "auth/tokens")),
        ] {
            assert_eq!(topic(path), expected);
        }
    }
}
