//! A reply as the server's router has it: a response, an error, or both.

use plugin_proto::pb;

use super::convertible::{Fields, data_of};
use crate::mounted_backend::InstanceError;

/// The highest number of an error; servers take those above for success.
const LAST_ERROR: u32 = 10;

/// The outcome of a call to a mount.
pub(crate) struct Routed {
    pub(super) response: Option<Response>,
    pub(super) error: Option<pb::ProtoError>,
    /// What stands before the error's text.
    pub(super) words: String,
}

/// A response with its data read.
pub(super) struct Response {
    pub(super) data: Option<Fields>,
    pub(super) wire: pb::Response,
}

impl Routed {
    pub(crate) fn of(reply: Result<pb::HandleRequestReply, InstanceError>) -> Self {
        let failed = |text: String| Self {
            response: None,
            error: Some(pb::ProtoError { err_msg: text, ..Default::default() }),
            words: String::new(),
        };
        let reply = match reply {
            Ok(reply) => reply,
            Err(error) => return failed(error.to_string()),
        };
        let response = match reply.response.map(|response| Response::of(*response)).transpose() {
            Ok(response) => response,
            Err(text) => return failed(text),
        };
        let error = reply.err.filter(|error| error.err_type <= LAST_ERROR).map(with_text);
        Self { response, error, words: String::new() }
    }

    /// Returns the error's text, or the error response's.
    pub(crate) fn failure(&self) -> Option<&str> {
        let error = self.error.as_ref().map(|error| error.err_msg.as_str());
        error.or_else(|| self.response.as_ref()?.error_text())
    }

    /// Puts words before the error's, without a change of its status. An error response's text
    /// stays as it is.
    pub(crate) fn explain(&mut self, words: &str) {
        self.words = words.to_owned();
    }

    /// Returns whether a retry cannot succeed.
    pub(crate) fn is_unrecoverable(&self) -> bool {
        self.error.as_ref().is_some_and(|error| matches!(error.err_type, 5..=7 | 10))
    }

    /// Returns the secret in the response.
    pub(crate) fn secret(&self) -> Option<&pb::Secret> {
        self.response.as_ref()?.wire.secret.as_ref()
    }

    /// Returns the login in the response.
    pub(crate) fn auth(&self) -> Option<&pb::Auth> {
        self.response.as_ref()?.wire.auth.as_ref()
    }
}

impl Response {
    fn of(wire: pb::Response) -> Result<Self, String> {
        Ok(Self { data: data_of(&wire)?, wire })
    }

    /// Returns the text of an error response, which servers tell by its shape. A value that is
    /// not text makes a server drop the connection; here it stands for itself.
    pub(super) fn error_text(&self) -> Option<&str> {
        let data = self.data.as_ref()?;
        let error = data.get("error").filter(|error| !error.is_null())?;
        let alone = match data.len() {
            1 => true,
            2 => data.get("data").is_some_and(|data| !data.is_null()),
            _ => false,
        };
        alone.then(|| error.as_str().unwrap_or("the error response's text is not a string"))
    }
}

/// Replaces the plugin's text for the kinds from 5 on, which have a fixed one.
fn with_text(mut error: pb::ProtoError) -> pb::ProtoError {
    let fixed = match error.err_type {
        5 => "unsupported operation",
        6 => "unsupported path",
        7 => "invalid request",
        8 => "permission denied",
        9 => "request needs further approval",
        10 => "unrecoverable error",
        _ => return error,
    };
    error.err_msg = fixed.to_owned();
    error
}
