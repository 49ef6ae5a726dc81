//! Answers that wait behind a single-use token.

mod endpoint;
mod jwt;

pub(super) use endpoint::UnwrapEndpoint;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;
use serde_json::Value;

use super::answer::{Answer, AnswerWrap};
use super::clock::Clock;
use super::random::base62;
use plugin_runtime::{Data, WrapInfo};

/// How many random letters a wrapping token has.
const RANDOM: usize = 24;

/// What servers say of a token that is not a wrapping token.
pub(super) const NOT_WRAPPED: &str = "wrapping token is not valid or does not exist";

/// Every wrapped answer. Clones are the same.
#[derive(Clone)]
pub(super) struct Wrappings {
    clock: Clock,
    waiting: Arc<Mutex<HashMap<String, Wrapped>>>,
}

struct Wrapped {
    answer: Answer,
    until: SystemTime,
    about: AnswerWrap,
}

impl Wrappings {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, waiting: Arc::default() }
    }

    /// Keeps an answer for `ttl`, and returns the token that unwraps it.
    pub(super) fn wrap(&self, answer: Answer, path: &str, ttl: Duration) -> AnswerWrap {
        self.keep(&format!("s.{}", base62(RANDOM)), answer, path, ttl)
    }

    /// Keeps an answer for `ttl` behind this token.
    fn keep(&self, token: &str, answer: Answer, path: &str, ttl: Duration) -> AnswerWrap {
        let now = self.clock.now();
        let until = now.checked_add(ttl).unwrap_or(now);
        let wrap = AnswerWrap {
            token: token.to_owned(),
            accessor: base62(RANDOM),
            ttl,
            creation_time: humantime::format_rfc3339_nanos(now).to_string(),
            creation_path: path.to_owned(),
            wrapped_accessor: answer
                .auth
                .as_ref()
                .map(|auth| auth.accessor.clone())
                .unwrap_or_default(),
        };
        let mut waiting = self.waiting.lock();
        waiting.retain(|_, wrapped| wrapped.until > now);
        waiting.insert(token.to_owned(), Wrapped { answer, until, about: wrap.clone() });
        wrap
    }

    /// Keeps data that a plugin wants wrapped.
    pub(super) fn wrap_data(&self, data: &Data, ttl: Duration) -> WrapInfo {
        let data: Value = serde_json::from_slice(data.as_bytes()).unwrap_or_default();
        let answer = Answer { status: 200, data, ..Answer::default() };
        let wrap = self.wrap(answer, "sys/wrapping/wrap", ttl);
        let mut info = WrapInfo::new(wrap.token, ttl, self.clock.now());
        info.accessor = wrap.accessor;
        info.creation_path = wrap.creation_path;
        info
    }

    /// Looks up a token without using it up.
    pub(super) fn lookup(&self, token: &str) -> Option<AnswerWrap> {
        let now = self.clock.now();
        let waiting = self.waiting.lock();
        let wrapped = waiting.get(token).filter(|wrapped| wrapped.until > now)?;
        Some(wrapped.about.clone())
    }

    /// Puts what is behind a token behind another one, for as long as the first was made for.
    pub(super) fn rewrap(&self, token: &str) -> Option<AnswerWrap> {
        let wrapped = self.waiting.lock().remove(token)?;
        if wrapped.until <= self.clock.now() {
            return None;
        }
        Some(self.wrap(wrapped.answer, &wrapped.about.creation_path, wrapped.about.ttl))
    }

    /// Forgets what is behind a token. Says whether there was something.
    pub(super) fn drop_token(&self, token: &str) -> bool {
        self.waiting.lock().remove(token).is_some_and(|wrapped| wrapped.until > self.clock.now())
    }

    /// Returns the token of an accessor.
    pub(super) fn by_accessor(&self, accessor: &str) -> Option<String> {
        let waiting = self.waiting.lock();
        let found = waiting.iter().find(|(_, wrapped)| wrapped.about.accessor == accessor);
        found.map(|(token, _)| token.clone())
    }

    /// Unwraps the answer behind a token, once.
    pub(super) fn unwrap(&self, token: &str) -> Answer {
        let wrapped = self.waiting.lock().remove(token);
        match wrapped.filter(|wrapped| wrapped.until > self.clock.now()) {
            Some(wrapped) => wrapped.answer,
            None => Answer::refused(400, NOT_WRAPPED),
        }
    }
}

impl fmt::Debug for Wrappings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wrappings").field("waiting", &self.waiting.lock().len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrapped_can_be_had_once_and_in_time() {
        let clock = Clock::new();
        let wrappings = Wrappings::new(clock.clone());
        let minute = Duration::from_secs(60);
        let wrap = || wrappings.wrap(Answer::empty(204), "mock/x", minute).token;
        let (first, second) = (wrap(), wrap());
        assert_eq!(wrappings.unwrap(&first).status, 204);
        assert_eq!(wrappings.unwrap(&first).status, 400);
        clock.advance(minute);
        assert_eq!(wrappings.unwrap(&second).status, 400);
    }
}
