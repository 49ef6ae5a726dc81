//! Answers, in the shapes that servers understand.

use plugin_proto::pb;

use super::auth::auth_to_wire;
use super::error::error_to_wire;
use super::lease::{duration_to_wire, secret_to_wire};
use crate::logical::response::{Body, error_data};
use crate::{Data, Error, ErrorKind, Operation, Response};

/// Returns the reply to a request with this operation. The operation matters where servers assert
/// the shape of an answer and would panic on another one.
pub fn reply_to_wire(
    operation: Operation,
    result: Result<Option<Response>, Error>,
) -> pb::HandleRequestReply {
    match result.and_then(|answer| checked(operation, answer)) {
        Ok(answer) => pb::HandleRequestReply {
            response: answer.map(|response| Box::new(response_to_wire(response))),
            err: None,
        },
        // All that a backend means by this is that it has nothing to roll back. Vault ignores only the
        // other kind, and would never disable the mount.
        Err(error)
            if operation == Operation::Rollback && error.kind() == ErrorKind::UnsupportedPath =>
        {
            error_reply(&Error::unsupported_operation())
        }
        Err(error) => error_reply(&error),
    }
}

/// Returns the reply for an error. The caller's mistake is an error response, as from Go plugins:
/// servers show its text unchanged, whereas they write "1 error occurred" around that of an error.
///
/// A kind that loses its text on the wire gets it back in a response next to the error: servers
/// take the status from the error and the text from the response.
fn error_reply(error: &Error) -> pb::HandleRequestReply {
    let response = |text: &str| {
        Box::new(pb::Response {
            data: error_data(text, &Data::none()).into_wire(),
            ..Default::default()
        })
    };
    if error.kind() == ErrorKind::BadRequest {
        return pb::HandleRequestReply { response: Some(response(error.message())), err: None };
    }
    let response = error.explanation().map(response);
    pb::HandleRequestReply { response, err: Some(error_to_wire(error)) }
}

fn checked(operation: Operation, answer: Option<Response>) -> Result<Option<Response>, Error> {
    let Some(response) = answer else { return Ok(None) };
    let fits = match operation {
        Operation::ResolveRole => response.is_role() || response.error_message().is_some(),
        Operation::AliasLookahead => {
            response.login().is_some() || response.error_message().is_some()
        }
        _ => true,
    };
    if fits {
        Ok(Some(response))
    } else {
        Err(Error::internal(format!(
            "the backend's answer does not fit the operation `{operation}`"
        )))
    }
}

fn response_to_wire(response: Response) -> pb::Response {
    let (body, warnings, headers, wrap_ttl) = response.into_parts();
    let mut wire = pb::Response {
        data: body.wire_data().into_wire(),
        warnings,
        headers: headers
            .into_iter()
            .map(|(name, values)| (name, pb::Header { header: values }))
            .collect(),
        wrap_info: wrap_ttl
            .map(|ttl| pb::ResponseWrapInfo { ttl: duration_to_wire(ttl), ..Default::default() }),
        ..Default::default()
    };
    match body {
        Body::Secret { secret, .. } => wire.secret = Some(secret_to_wire(secret)),
        Body::Auth(auth) => wire.auth = Some(auth_to_wire(*auth)),
        Body::Redirect(url) => wire.redirect = url,
        Body::Data(_) | Body::Error { .. } | Body::Role(_) | Body::Raw(_) => {}
    }
    wire
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Alias, Auth, Secret};

    fn reply(operation: Operation, response: Response) -> pb::HandleRequestReply {
        reply_to_wire(operation, Ok(Some(response)))
    }

    fn text(reply: &pb::HandleRequestReply) -> &str {
        std::str::from_utf8(&reply.response.as_ref().unwrap().data).unwrap()
    }

    #[test]
    fn nothing_is_neither_response_nor_error() {
        assert_eq!(reply_to_wire(Operation::Read, Ok(None)), pb::HandleRequestReply::default());
    }

    #[test]
    fn data_is_null_rather_than_empty() {
        assert_eq!(text(&reply(Operation::Read, Response::empty())), "null");
        let login = Response::auth(Auth::of(Alias::named("bob")));
        assert_eq!(text(&reply(Operation::Update, login)), "null");
    }

    #[test]
    fn an_explained_error_is_error_and_response() {
        let error = Error::permission_denied().explained("no batch tokens");
        let reply = reply_to_wire(Operation::Update, Err(error));
        assert_eq!(reply.err.as_ref().unwrap().err_type, 8);
        assert_eq!(text(&reply), r#"{"error":"no batch tokens"}"#);
        let plain = reply_to_wire(Operation::Update, Err(Error::status_bad_request("no")));
        assert_eq!((plain.response, plain.err.unwrap().err_type), (None, 4));
    }

    #[test]
    fn the_callers_mistake_is_an_error_response() {
        let reply = reply_to_wire(Operation::Update, Err(Error::bad_request("no")));
        assert_eq!((text(&reply), &reply.err), (r#"{"error":"no"}"#, &None));
    }

    #[test]
    fn answers_that_would_end_a_server_do_not_leave() {
        let data = || Response::new(&serde_json::json!({ "role": 5 })).unwrap();
        for operation in [Operation::ResolveRole, Operation::AliasLookahead] {
            let reply = reply(operation, data());
            assert_eq!((reply.response, reply.err.unwrap().err_type), (None, 2), "{operation}");
        }
        let role = reply(Operation::ResolveRole, Response::role("dev"));
        assert_eq!(text(&role), r#"{"role":"dev"}"#);
        assert_eq!(text(&reply(Operation::Read, data())), r#"{"role":5}"#);
    }

    #[test]
    fn a_secret_carries_lease_and_data() {
        let secret =
            Secret { lease: crate::Lease::of(Duration::from_secs(60)), ..Secret::default() };
        let response = Response::secret(secret, &serde_json::json!({ "token": "t" })).unwrap();
        let reply = reply(Operation::Read, response.with_warning("w").with_header("X-A", "1"));
        assert_eq!(text(&reply), r#"{"token":"t"}"#);
        let wire = reply.response.unwrap();
        let secret = wire.secret.unwrap();
        assert_eq!(secret.internal_data, "null");
        assert_eq!(secret.lease_options.unwrap().ttl, 60_000_000_000);
        assert_eq!(wire.warnings, ["w"]);
        assert_eq!(wire.headers["X-A"].header, ["1"]);
    }
}
