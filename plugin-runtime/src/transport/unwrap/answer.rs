//! What a server answers to an unwrap token.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use zeroize::Zeroizing;

/// How many characters of a server's own words are shown.
const QUOTED: usize = 200;

/// The head of an answer, as far as it matters here.
pub(super) struct Head<'a> {
    pub(super) status: u16,
    pub(super) location: Option<&'a str>,
}

/// What a server answered, as far as it matters here.
pub(super) enum Answer {
    /// The pair: both in DER.
    Pair { certificate: Vec<u8>, key: Zeroizing<Vec<u8>> },
    /// The token is not valid, in the server's words.
    Refused(String),
    /// It is to be asked elsewhere.
    Elsewhere(String),
    /// Another status than success, with the server's words if there are any.
    Status { status: u16, text: String },
    /// Success, but not with what was asked for.
    Other,
}

#[derive(Deserialize)]
struct Unwrapped<'a> {
    #[serde(borrow)]
    data: Data<'a>,
}

/// Borrowed, so that no copy of the key is left behind. Base64 needs no escapes in JSON.
#[derive(Deserialize)]
struct Data<'a> {
    #[serde(rename = "ServerCert")]
    certificate: &'a str,
    #[serde(rename = "ServerKey")]
    key: &'a str,
}

#[derive(Deserialize)]
struct Errors {
    errors: Vec<String>,
}

impl Answer {
    pub(super) fn of(head: &Head<'_>, body: &[u8]) -> Self {
        match (head.status, words(body), head.location) {
            (200..300, _, _) => Self::pair(body).unwrap_or(Self::Other),
            (300..400, _, Some(to)) => Self::Elsewhere(to.to_owned()),
            (400 | 403, Some(text), _) => Self::Refused(text),
            (status, text, _) => {
                let text = text.unwrap_or_else(|| line(&String::from_utf8_lossy(body)));
                let text = if text.is_empty() { text } else { format!(" (`{text}`)") };
                Self::Status { status, text }
            }
        }
    }

    fn pair(body: &[u8]) -> Option<Self> {
        let Unwrapped { data } = serde_json::from_slice(body).ok()?;
        let certificate = STANDARD.decode(data.certificate).ok()?;
        let key = Zeroizing::new(STANDARD.decode(data.key).ok()?);
        Some(Self::Pair { certificate, key })
    }
}

/// Returns the first of the server's errors, in one line.
fn words(body: &[u8]) -> Option<String> {
    let Errors { errors } = serde_json::from_slice(body).ok()?;
    errors.first().map(|first| line(first))
}

/// Returns the start of a text from outside, in one line.
fn line(text: &str) -> String {
    let printable = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c });
    printable.take(QUOTED).collect()
}
