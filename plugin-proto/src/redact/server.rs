//! What passes between a mount and its server: setup, storage, system view, output.

use std::fmt;

use super::{Keys, Length};
use crate::pb::{
    GenerateIdentityTokenResponse, GeneratePasswordFromPolicyReply, SetupArgs, StorageEntry,
};
use crate::plugin::StdioData;
use crate::plugin::stdio_data::Channel;

impl fmt::Debug for SetupArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetupArgs")
            .field("broker_id", &self.broker_id)
            .field("config", &Keys::of(&self.config))
            .field("backend_uuid", &self.backend_uuid)
            .finish()
    }
}

impl fmt::Debug for StorageEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StorageEntry")
            .field("key", &self.key)
            .field("value", &Length::of(&self.value))
            .field("seal_wrap", &self.seal_wrap)
            .finish()
    }
}

impl fmt::Debug for GeneratePasswordFromPolicyReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GeneratePasswordFromPolicyReply")
            .field("password", &Length::of(&self.password))
            .finish()
    }
}

impl fmt::Debug for GenerateIdentityTokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GenerateIdentityTokenResponse")
            .field("token", &Length::of(&self.token))
            .field("ttl", &self.ttl)
            .finish()
    }
}

impl fmt::Debug for StdioData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StdioData")
            .field("channel", &self.channel())
            .field("data", &Length::of(&self.data))
            .finish()
    }
}

// Leaving `Debug` out of a message leaves it out of the types inside it as well.
impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str_name())
    }
}
