//! Conversion of errors to their numbers on the wire.

use plugin_proto::pb;

use crate::{Error, ErrorKind};

/// Returns the error's kind and text. Kinds with a fixed text lose their own text on the wire, so
/// an explanation is sent in the response next to it.
pub fn error_to_wire(error: &Error) -> pb::ProtoError {
    let (number, code) = match error.kind() {
        ErrorKind::Unknown => (0, 0),
        ErrorKind::User => (1, 0),
        ErrorKind::Internal => (2, 0),
        ErrorKind::Coded(status) => (3, status.as_u16()),
        // A request is answered with an error response instead; elsewhere, this is the closest
        // kind.
        ErrorKind::BadRequest | ErrorKind::StatusBadRequest => (4, 0),
        ErrorKind::UnsupportedOperation => (5, 0),
        ErrorKind::UnsupportedPath => (6, 0),
        ErrorKind::InvalidRequest => (7, 0),
        ErrorKind::PermissionDenied => (8, 0),
        ErrorKind::MultiAuthzPending => (9, 0),
        ErrorKind::Unrecoverable => (10, 0),
    };
    pb::ProtoError {
        err_type: number,
        err_msg: error.message().to_owned(),
        err_code: i64::from(code),
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    #[test]
    fn every_kind_has_its_number() {
        for (error, number, text, code) in [
            (Error::new("a"), 0, "a", 0),
            (Error::user("a"), 1, "a", 0),
            (Error::internal("a"), 2, "a", 0),
            (Error::coded(StatusCode::FORBIDDEN, "a"), 3, "a", 403),
            (Error::bad_request("a"), 4, "a", 0),
            (Error::status_bad_request("a"), 4, "a", 0),
            (Error::unsupported_operation(), 5, "unsupported operation", 0),
            (Error::unsupported_path(), 6, "unsupported path", 0),
            (Error::invalid_request(), 7, "invalid request", 0),
            (Error::permission_denied(), 8, "permission denied", 0),
            (Error::multi_authz_pending(), 9, "request needs further approval", 0),
            (Error::unrecoverable(), 10, "unrecoverable error", 0),
            (Error::read_only(), 0, "cannot write to readonly storage", 0),
        ] {
            let wire = error_to_wire(&error);
            let found = (wire.err_type, wire.err_msg.as_str(), wire.err_code);
            assert_eq!(found, (number, text, code));
        }
    }
}
