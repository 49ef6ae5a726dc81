//! An answer read from HTTP, a real server's for instance.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use super::{Answer, AnswerAuth, AnswerLease, AnswerWrap, RawAnswer};
use plugin_runtime::Headers;
use plugin_runtime::TokenType;

/// The server's JSON. Which of its fields are there says that it is the server's.
#[derive(Deserialize)]
struct Envelope {
    request_id: Option<String>,
    errors: Option<Vec<String>>,
    #[serde(default)]
    lease_id: String,
    #[serde(default)]
    renewable: bool,
    #[serde(default)]
    lease_duration: i64,
    #[serde(default)]
    data: Value,
    wrap_info: Option<Wrap>,
    warnings: Option<Vec<String>>,
    auth: Option<Auth>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Auth {
    client_token: String,
    accessor: String,
    policies: Option<Vec<String>>,
    token_policies: Option<Vec<String>>,
    identity_policies: Option<Vec<String>>,
    metadata: Option<BTreeMap<String, String>>,
    lease_duration: i64,
    renewable: bool,
    entity_id: String,
    token_type: TokenType,
    orphan: bool,
    num_uses: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Wrap {
    token: String,
    accessor: String,
    ttl: i64,
    creation_time: String,
    creation_path: String,
    wrapped_accessor: String,
}

impl Answer {
    /// Reads the answer from an HTTP response, so that what is said of an answer of this host can
    /// be said of a real server's in the same words.
    ///
    /// A body that is not the server's JSON is kept as it is in [`Answer::raw`].
    pub fn from_http(status: u16, headers: Headers, body: &[u8]) -> Self {
        let mut answer = Self { status, headers, ..Self::default() };
        if (300..400).contains(&status) {
            answer.redirect = answer.header("Location").map(str::to_owned);
            return answer;
        }
        if body.is_empty() {
            return answer;
        }
        let envelope = serde_json::from_slice::<Envelope>(body).ok();
        match envelope.filter(|it| it.request_id.is_some() || it.errors.is_some()) {
            Some(envelope) => envelope.into_answer(answer),
            None => {
                let content_type = answer.header("Content-Type").unwrap_or_default().to_owned();
                let body = Bytes::copy_from_slice(body);
                Self { raw: Some(RawAnswer { content_type, body }), ..answer }
            }
        }
    }
}

impl Envelope {
    fn into_answer(self, answer: Answer) -> Answer {
        let leased = !self.lease_id.is_empty() || self.lease_duration > 0;
        Answer {
            data: self.data,
            warnings: self.warnings.unwrap_or_default(),
            errors: self.errors.unwrap_or_default(),
            lease: leased.then(|| AnswerLease {
                id: self.lease_id,
                duration: seconds(self.lease_duration),
                renewable: self.renewable,
            }),
            auth: self.auth.map(Into::into),
            wrap: self.wrap_info.map(Into::into),
            ..answer
        }
    }
}

/// Clamps the remaining time of a lease at zero: a lease that is over may have less.
fn seconds(number: i64) -> Duration {
    Duration::from_secs(u64::try_from(number).unwrap_or_default())
}

impl From<Auth> for AnswerAuth {
    fn from(auth: Auth) -> Self {
        Self {
            client_token: auth.client_token,
            accessor: auth.accessor,
            policies: auth.policies.unwrap_or_default(),
            token_policies: auth.token_policies.unwrap_or_default(),
            identity_policies: auth.identity_policies.unwrap_or_default(),
            metadata: auth.metadata.unwrap_or_default(),
            lease_duration: seconds(auth.lease_duration),
            renewable: auth.renewable,
            entity_id: auth.entity_id,
            token_type: auth.token_type,
            orphan: auth.orphan,
            num_uses: auth.num_uses,
        }
    }
}

impl From<Wrap> for AnswerWrap {
    fn from(wrap: Wrap) -> Self {
        Self {
            token: wrap.token,
            accessor: wrap.accessor,
            ttl: seconds(wrap.ttl),
            creation_time: wrap.creation_time,
            creation_path: wrap.creation_path,
            wrapped_accessor: wrap.wrapped_accessor,
        }
    }
}
