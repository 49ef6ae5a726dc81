#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod auth;
mod backend;
mod bound_cidr;
mod broker;
mod clock;
mod connection;
mod data;
mod duration;
mod error;
pub mod fields;
pub mod framework;
pub mod handshake;
mod identity;
mod json;
mod key_locks;
mod lease;
#[doc = include_str!("../docs/limits.md")]
pub mod limits {}
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod log;
mod mount;
mod operation;
pub mod policies;
mod report_limit;
mod request;
mod response;
mod rpc;
mod secret;
mod serve;
mod special_paths;
mod standby;
mod storage;
mod system_view;
mod token_type;
#[allow(missing_docs, reason = "public for the host alone, by way of `__private`")]
mod transport;
#[allow(missing_docs, reason = "public for the host alone, by way of `__private`")]
mod wire;

pub use auth::Auth;
pub use backend::{Backend, BackendType, Initialize, IntoBackend};
pub use bound_cidr::{BoundCidr, BoundCidrError};
pub use clock::Clock;
pub use connection::{Connection, TlsState};
pub use data::{Data, DataError, Misread};
pub use error::{Error, ErrorKind};
pub use http::StatusCode;
pub use identity::{Alias, Entity, Group};
pub use key_locks::{KeyGuard, KeyLocks};
pub use lease::Lease;
pub use mount::Mount;
pub use operation::Operation;
pub use request::{Headers, Request, RequestWrap};
pub use response::{RawResponse, Response};
pub use secret::Secret;
pub use serve::Plugin;
pub use special_paths::{SpecialPathError, SpecialPathReason, SpecialPaths};
pub use storage::{Storage, StorageAccess, StorageEntry, StorageError, Transaction, Walk};
pub use system_view::{
    ClusterInfo, IdentityToken, PluginEnvironment, ReplicationState, RotationJob, SystemView,
    SystemViewError, WrapInfo,
};
pub use token_type::TokenType;

/// A result whose error is an [`Error`] unless it says otherwise.
pub type Result<T, E = Error> = std::result::Result<T, E>;
