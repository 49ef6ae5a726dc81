//! Requests and the headers they come with.

use std::fmt;

use super::{Count, Keys, Length};
use crate::pb::{Header, Request};

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("id", &self.id)
            .field("operation", &self.operation)
            .field("path", &self.path)
            .field("data", &Length::of(&self.data))
            .field("secret", &self.secret)
            .field("auth", &self.auth)
            .field("headers", &Keys::of(&self.headers))
            .field("client_token", &Length::of(&self.client_token))
            .field("mount_point", &self.mount_point)
            .field("mount_type", &self.mount_type)
            .field("mount_accessor", &self.mount_accessor)
            .field("wrap_info", &self.wrap_info)
            .field("entity_id", &self.entity_id)
            .field("unauthenticated", &self.unauthenticated)
            .field("remote_addr", &self.connection.as_ref().map(|it| it.remote_addr.as_str()))
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header").field("header", &Count::of(&self.header)).finish()
    }
}
