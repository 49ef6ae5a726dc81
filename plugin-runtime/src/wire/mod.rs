//! The only place that converts the protocol's messages to this crate's types, and back.
//!
//! It fixes what a Go peer cannot handle: empty JSON, leases without an issue time, unknown error
//! numbers, answers of the wrong shape.

mod auth;
mod connection;
mod error;
mod identity;
mod lease;
mod request;
mod response;
#[cfg(test)]
mod tests;

pub use error::error_to_wire;
pub(crate) use identity::{entity_from_wire, group_from_wire};
pub use identity::{entity_to_wire, group_to_wire};
pub(crate) use lease::time_from_wire;
pub use lease::{duration_from_wire, duration_to_wire, seconds_to_wire};
pub use request::request_from_wire;
pub use response::reply_to_wire;
