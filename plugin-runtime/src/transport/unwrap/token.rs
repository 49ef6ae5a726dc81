//! What stands in an unwrap token. It is a JWT, whose signature only the server itself can check.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::handshake::UnwrapToken;

/// A token of another form.
#[derive(Debug, thiserror::Error)]
#[error(
    "the server's unwrap token (VAULT_UNWRAP_TOKEN) is not a JWT; only the server that starts the plugin may set it"
)]
pub(crate) struct TokenError;

/// The parts of a token that matter here.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    /// The server's api_addr; empty if it has none.
    #[serde(default)]
    pub(super) addr: String,
    /// When it was issued and when it expires, in seconds since 1970.
    #[serde(default)]
    iat: Option<u64>,
    #[serde(default)]
    exp: Option<u64>,
}

impl Claims {
    pub(super) fn of(token: &UnwrapToken) -> Result<Self, TokenError> {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if !token.as_str().bytes().all(is_letter) {
            return Err(TokenError);
        }
        let payload = token.as_str().split('.').nth(1).ok_or(TokenError)?;
        let json = URL_SAFE_NO_PAD.decode(payload).map_err(|_| TokenError)?;
        serde_json::from_slice(&json).map_err(|_| TokenError)
    }

    /// Returns what to add to the report of a refused token when this machine's clock explains it.
    pub(super) fn clock_advice(&self) -> &'static str {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
        let is_over = self.exp.is_some_and(|exp| exp < now);
        // Of the same machine's server: a second for rounding.
        let has_not_begun = self.iat.is_some_and(|iat| iat > now.saturating_add(SECOND.as_secs()));
        if is_over || has_not_begun { ", and that its clock and this machine's agree" } else { "" }
    }
}

const SECOND: Duration = Duration::from_secs(1);
