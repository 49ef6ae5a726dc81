//! An answer as a client of the server's API sees it, be it made here of a plugin's reply or read
//! from a real server's HTTP.

mod convertible;
mod error;
mod http;
mod number;
mod parts;
mod raw;
mod reply;
mod routed;
mod status;
#[cfg(test)]
mod tests;

use std::fmt;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use error::AnswerError;
pub use parts::{AnswerAuth, AnswerLease, AnswerWrap, RawAnswer};
#[cfg(test)]
pub(crate) use reply::FromReply;
pub(crate) use reply::{Access, Asked, in_a_list};
pub(crate) use routed::Routed;

use plugin_runtime::Headers;

static NULL: Value = Value::Null;

/// What a client of the server's API gets.
///
/// Debug shows the names of fields but not what is in them.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The fields; null when there are none.
    pub data: Value,
    /// What went well but should be known.
    pub warnings: Vec<String>,
    /// What went wrong, in the server's words.
    pub errors: Vec<String>,
    /// The lease of a secret.
    pub lease: Option<AnswerLease>,
    /// The token that a login or a renewal gives.
    pub auth: Option<AnswerAuth>,
    /// Instead of everything else: the token that unwraps the answer once.
    pub wrap: Option<AnswerWrap>,
    /// The HTTP headers.
    pub headers: Headers,
    /// The body of an answer that is not the server's JSON.
    pub raw: Option<RawAnswer>,
    /// Where the caller is sent, in an answer with the status 307.
    pub redirect: Option<String>,
}

impl Answer {
    /// Returns whether the status is one of success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns this answer if its status is one of success.
    ///
    /// # Errors
    ///
    /// Else, with the status and the server's words; or with the reason why no answer came.
    pub fn success(self) -> Result<Self, AnswerError> {
        if self.is_success() {
            return Ok(self);
        }
        let errors = self.error_text();
        match self.status {
            0 => Err(AnswerError::NoAnswer { reason: errors }),
            status => Err(AnswerError::Refused { status, errors }),
        }
    }

    /// Returns [`Answer::errors`] as one text; empty when there are none.
    pub fn error_text(&self) -> String {
        self.errors.join("; ")
    }

    /// Returns the names in an answer to a list; none if there are none.
    pub fn keys(&self) -> Vec<String> {
        let keys = self.field("/keys").as_array().into_iter().flatten();
        keys.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Deserializes the data into your own type.
    ///
    /// # Errors
    ///
    /// Fails if the data do not fit the type.
    pub fn data_as<T: DeserializeOwned>(&self) -> Result<T, AnswerError> {
        T::deserialize(&self.data).map_err(|_| AnswerError::Shape)
    }

    /// Deserializes a JSON body that is not in the server's envelope, such as that of `sys/init`,
    /// into your own type.
    ///
    /// # Errors
    ///
    /// Fails if there is no such body, or it does not fit the type.
    pub fn raw_as<T: DeserializeOwned>(&self) -> Result<T, AnswerError> {
        let raw = self.raw.as_ref().ok_or(AnswerError::Shape)?;
        serde_json::from_slice(&raw.body).map_err(|_| AnswerError::Shape)
    }

    /// Returns the value at this place in the data, such as `/roles/0/name`; null when there is
    /// none.
    pub fn field(&self, pointer: &str) -> &Value {
        self.data.pointer(pointer).unwrap_or(&NULL)
    }

    /// Returns the first value of a header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, values) = headers.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        values.first().map(String::as_str)
    }

    /// Creates an answer with this status and nothing else.
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// Creates a refusal with the server's error text.
    pub(crate) fn refused(status: u16, text: impl Into<String>) -> Self {
        Self { status, errors: vec![text.into()], ..Self::default() }
    }

    /// Returns the same as a boxed error, for functions that fail with it.
    pub(crate) fn refusal(status: u16, text: impl Into<String>) -> Box<Self> {
        Box::new(Self::refused(status, text))
    }

    /// Returns what remains of an answer whose content is now behind a wrapping token.
    pub(crate) fn wrapped(&self, wrap: AnswerWrap) -> Self {
        Self { status: 200, wrap: Some(wrap), ..Self::default() }
    }

    /// Returns the data as they are stored with a lease: an object or `null`.
    pub(crate) fn stored_data(&self) -> Bytes {
        self.data.to_string().into()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Option<Vec<_>> = self.data.as_object().map(|data| data.keys().collect());
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("errors", &self.errors)
            .field("warnings", &self.warnings)
            .field("data", &fields)
            .field("lease", &self.lease)
            .field("auth", &self.auth)
            .field("wrap", &self.wrap)
            .field("raw", &self.raw)
            .field("redirect", &self.redirect.is_some())
            .finish_non_exhaustive()
    }
}
