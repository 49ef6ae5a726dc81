//! The vocabulary of the protocol: requests, responses, and what they carry.

pub(crate) mod auth;
pub(crate) mod bound_cidr;
pub(crate) mod connection;
pub(crate) mod data;
pub(crate) mod duration;
pub(crate) mod error;
pub(crate) mod headers;
pub(crate) mod identity;
pub(crate) mod lease;
pub(crate) mod mount;
pub(crate) mod operation;
pub(crate) mod response;
pub(crate) mod secret;
pub(crate) mod special_paths;
pub(crate) mod token_type;
