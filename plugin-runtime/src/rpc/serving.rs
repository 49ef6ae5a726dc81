//! How the calls of a server are to be taken, by the mode in which it uses this process.

use plugin_proto::pb;
use tonic::Status;
use tonic::metadata::MetadataMap;

use super::metadata::instance_id;
use crate::handshake::Mode;
use crate::transport::SocketFile;

/// The one instance of a process that serves one mount. No identifier of a server is empty.
const ONE_INSTANCE: &str = "";

/// The last number of an error's kind that each server of protocols 3 and 4 knows. What it does not know
/// it takes for success.
const LAST_KNOWN_KIND: u32 = 9;

/// The number of an internal error.
const INTERNAL: u32 = 2;

/// What the process's services need to know of how it is used.
#[derive(Clone, Debug)]
pub(crate) struct Serving {
    pub(crate) mode: Mode,
    /// The socket that the process listens on.
    pub(crate) socket: SocketFile,
}

impl Serving {
    /// Returns the instance that a call is for.
    pub(super) fn instance<'a>(&self, metadata: &'a MetadataMap) -> Result<&'a str, Status> {
        match self.mode {
            Mode::ManyMounts => instance_id(metadata),
            Mode::Metadata | Mode::OneMount => Ok(ONE_INSTANCE),
        }
    }

    /// Refuses what a process that only describes its plugin does not do.
    pub(super) fn requests(&self) -> Result<(), Status> {
        match self.mode {
            Mode::Metadata => Err(Status::failed_precondition(
                "this process only describes the plugin (metadata mode); it takes no requests",
            )),
            Mode::ManyMounts | Mode::OneMount => Ok(()),
        }
    }

    /// Returns an error as the server can read it.
    pub(super) fn readable(&self, error: Option<pb::ProtoError>) -> Option<pb::ProtoError> {
        let mut error = error?;
        if self.mode != Mode::ManyMounts && error.err_type > LAST_KNOWN_KIND {
            error.err_type = INTERNAL;
        }
        Some(error)
    }

    /// Ends the process's part before the last instance's cleanup is answered: a server of protocols 3
    /// and 4 may kill the process with the answer.
    pub(super) fn cleaned_up(&self) {
        if self.mode != Mode::ManyMounts {
            self.socket.remove();
        }
    }
}
