//! What a mount is driven through.

use std::fmt;
use std::time::Instant;

use futures_util::future::BoxFuture;
use plugin_proto::pb;
use tonic::{Code, Status};

use plugin_runtime::{BackendType, SpecialPaths};

/// A backend in this process, or an instance in a plugin's.
pub(crate) trait MountedBackend: Send + Sync + fmt::Debug {
    fn kind(&self) -> BoxFuture<'_, Result<BackendType, InstanceError>>;
    fn special_paths(&self) -> BoxFuture<'_, Result<SpecialPaths, InstanceError>>;
    fn initialize(
        &self,
        deadline: Option<Instant>,
    ) -> BoxFuture<'_, Result<pb::InitializeReply, InstanceError>>;
    fn handle_request(
        &self,
        request: pb::Request,
        deadline: Deadline,
    ) -> BoxFuture<'_, Result<pb::HandleRequestReply, InstanceError>>;
    fn existence_check(
        &self,
        request: pb::Request,
        deadline: Deadline,
    ) -> BoxFuture<'_, Result<pb::HandleExistenceCheckReply, InstanceError>>;
    fn invalidate_key(&self, key: String) -> BoxFuture<'_, Result<(), InstanceError>>;
    fn cleanup(&self) -> BoxFuture<'_, ()>;
}

/// When the answer to a request is no longer waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deadline {
    at: Instant,
    told: bool,
}

impl Deadline {
    /// Creates a deadline as servers do it. What a client has asked for they cancel when its time
    /// is over, and say nothing of it before; only what they do of their own accord carries a
    /// deadline.
    pub(super) fn of_a_server(operation: &str, at: Instant) -> Self {
        Self { at, told: matches!(operation, "revoke" | "rollback") }
    }

    /// Creates a deadline that is sent to the plugin.
    pub(super) fn told(at: Instant) -> Self {
        Self { at, told: true }
    }

    pub(super) fn at(self) -> Instant {
        self.at
    }

    /// Returns the time that is sent to the plugin.
    pub(super) fn heard(self) -> Option<Instant> {
        self.told.then_some(self.at)
    }
}

/// Why a call to a mount has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InstanceError {
    /// The process has ended.
    #[error("plugin is shut down")]
    Gone,
    /// The call failed, in the form in which servers show that.
    #[error("rpc error: code = {} desc = {message}", go_name(*code))]
    Status {
        /// gRPC's code.
        code: Code,
        /// gRPC's text.
        message: String,
    },
    /// The plugin refused to set the mount up.
    #[error("{0}")]
    Setup(String),
    /// The plugin is neither a secrets engine nor an auth method.
    #[error("the plugin has type {0}: neither secrets engine (1) nor auth method (2)")]
    Type(u32),
    /// The host itself failed: it can't make a socket, say.
    #[error("{0}")]
    Host(String),
}

impl From<Status> for InstanceError {
    fn from(status: Status) -> Self {
        Self::Status { code: status.code(), message: status.message().to_owned() }
    }
}

fn go_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "Canceled",
        Code::Unknown => "Unknown",
        Code::InvalidArgument => "InvalidArgument",
        Code::DeadlineExceeded => "DeadlineExceeded",
        Code::NotFound => "NotFound",
        Code::AlreadyExists => "AlreadyExists",
        Code::PermissionDenied => "PermissionDenied",
        Code::ResourceExhausted => "ResourceExhausted",
        Code::FailedPrecondition => "FailedPrecondition",
        Code::Aborted => "Aborted",
        Code::OutOfRange => "OutOfRange",
        Code::Unimplemented => "Unimplemented",
        Code::Internal => "Internal",
        Code::Unavailable => "Unavailable",
        Code::DataLoss => "DataLoss",
        Code::Unauthenticated => "Unauthenticated",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_server_does_by_itself_carries_a_deadline() {
        let at = Instant::now();
        for (operation, carries) in [
            ("read", false),
            ("create", false),
            ("renew", false),
            ("revoke", true),
            ("rollback", true),
        ] {
            let deadline = Deadline::of_a_server(operation, at);
            assert_eq!(
                (deadline.at(), deadline.heard()),
                (at, carries.then_some(at)),
                "{operation}"
            );
        }
    }

    #[test]
    fn errors_read_as_go_prints_them() {
        assert_eq!(InstanceError::Gone.to_string(), "plugin is shut down");
        let cancelled = InstanceError::from(Status::cancelled("context canceled"));
        assert_eq!(cancelled.to_string(), "rpc error: code = Canceled desc = context canceled");
        let ok = InstanceError::Status { code: Code::Ok, message: String::new() };
        assert_eq!(ok.to_string(), "rpc error: code = OK desc = ");
    }
}
