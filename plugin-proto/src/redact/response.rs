//! Responses and what wraps them.

use std::fmt;

use super::{Count, Keys, Length};
use crate::pb::{Response, ResponseWrapDataArgs, ResponseWrapInfo};

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("secret", &self.secret)
            .field("auth", &self.auth)
            .field("data", &Length::of(&self.data))
            .field("redirect", &Length::of(&self.redirect))
            .field("warnings", &Count::of(&self.warnings))
            .field("wrap_info", &self.wrap_info)
            .field("headers", &Keys::of(&self.headers))
            .field("mount_type", &self.mount_type)
            .finish()
    }
}

impl fmt::Debug for ResponseWrapInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseWrapInfo")
            .field("ttl", &self.ttl)
            .field("token", &Length::of(&self.token))
            .field("creation_time", &self.creation_time)
            .field("format", &self.format)
            .field("creation_path", &self.creation_path)
            .field("seal_wrap", &self.seal_wrap)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ResponseWrapDataArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseWrapDataArgs")
            .field("data", &Length::of(&self.data))
            .field("ttl", &self.ttl)
            .field("jwt", &self.jwt)
            .finish()
    }
}
