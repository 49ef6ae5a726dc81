//! The HTTP status of an error.

use plugin_proto::pb;

/// Texts by which servers know an error, and its status. The first one counts.
const KNOWN: [(&str, u16); 12] = [
    ("permission denied", 403),
    ("wrapping token is not valid or does not exist", 400),
    ("unsupported operation", 405),
    ("unsupported path", 404),
    ("invalid request", 400),
    ("upstream rate limited", 502),
    ("rate limit quota exceeded", 429),
    ("lease count quota exceeded", 429),
    ("required index state not present", 412),
    ("functionality on this path has been removed", 404),
    ("relative paths not supported", 400),
    ("invalid credentials", 400),
];

/// Texts that set the status in the end, whatever was found before.
const OVERRIDING: [(&str, u16); 5] = [
    ("OpenBao is sealed", 503),
    ("Vault is sealed", 503),
    ("API access to this namespace has been locked by an administrator", 503),
    ("locked namespace", 503),
    ("http: request body too large", 413),
];

const CODED: u32 = 3;
const BAD_REQUEST: u32 = 4;

/// Returns the status of an answer with this error, `shown` as its text. A response beside the
/// error makes it the caller's fault unless the error says otherwise; an error response's text
/// replaces the error's, and with that the status that a coded error asks for.
pub(super) fn status_of(
    error: Option<&pb::ProtoError>,
    has_response: bool,
    error_response: Option<&str>,
) -> u16 {
    let fallback = if has_response { 400 } else { 500 };
    let status = match error {
        None => fallback,
        Some(error) if error.err_type == BAD_REQUEST => 400,
        Some(error) => find(&KNOWN, &error.err_msg).unwrap_or(fallback),
    };
    match (error_response, error) {
        (Some(text), _) => find(&OVERRIDING, text).unwrap_or(status),
        (None, Some(error)) if error.err_type == CODED => coded(error.err_code),
        (None, Some(error)) => find(&OVERRIDING, &error.err_msg).unwrap_or(status),
        (None, None) => status,
    }
}

fn find(table: &[(&str, u16)], text: &str) -> Option<u16> {
    table.iter().find(|(known, _)| *known == text).map(|(_, status)| *status)
}

/// Rejects a number that is not an HTTP status: it ends the request in a server.
pub(super) fn coded(number: i64) -> u16 {
    u16::try_from(number).ok().filter(|status| (100..1000).contains(status)).unwrap_or(500)
}
