#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod backend;
mod broker;
mod clock;
pub mod fields;
pub mod framework;
pub mod guide {
    //! Guide pages on what touches several modules.
    //!
    //! | Page | Answers |
    //! |---|---|
    //! | [`errors`] | how a handler fails, and which HTTP status that gives |
    //! | [`leases`] | how to issue, renew and revoke a secret |
    //! | [`logins`] | how an auth method logs users in and renews their tokens |
    //! | [`servers`] | which servers start a plugin, and what they need for it |
    //!
    //! See also [`framework`](crate::framework) for paths and handlers,
    //! [`extract`](crate::framework::extract) for their arguments,
    //! [`answer`](crate::framework::answer) for what they return, [`fields`](crate::fields) for what
    //! clients may send, and [`limits`](crate::limits) for what an external plugin cannot do.

    #[doc = include_str!("../docs/errors.md")]
    pub mod errors {}
    #[doc = include_str!("../docs/leases.md")]
    pub mod leases {}
    #[doc = include_str!("../docs/logins.md")]
    pub mod logins {}
    #[doc = include_str!("../docs/servers.md")]
    pub mod servers {}
}
pub mod handshake;
mod json;
mod key_locks;
#[doc = include_str!("../docs/limits.md")]
pub mod limits {}
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod log;
mod logical;
pub mod policies;
mod report_limit;
mod rpc;
mod serve;
mod standby;
mod storage;
mod system_view;
#[allow(missing_docs, reason = "public for the host alone, by way of `__private`")]
mod transport;
#[allow(missing_docs, reason = "public for the host alone, by way of `__private`")]
mod wire;

pub use backend::request::{Request, RequestWrap};
pub use backend::{Backend, BackendType, Initialize, IntoBackend};
pub use clock::Clock;
pub use http::StatusCode;
pub use key_locks::{KeyGuard, KeyLocks};
pub use logical::auth::Auth;
pub use logical::bound_cidr::{BoundCidr, BoundCidrError};
pub use logical::connection::{Connection, TlsState};
pub use logical::data::{Data, DataError, Misread};
pub use logical::error::{Error, ErrorKind};
pub use logical::headers::Headers;
pub use logical::identity::{Alias, Entity, Group};
pub use logical::lease::Lease;
pub use logical::mount::Mount;
pub use logical::operation::Operation;
pub use logical::response::{RawResponse, Response};
pub use logical::secret::Secret;
pub use logical::special_paths::{SpecialPathError, SpecialPathReason, SpecialPaths};
pub use logical::token_type::TokenType;
pub use serve::Plugin;
pub use storage::{Storage, StorageAccess, StorageEntry, StorageError, Transaction, Walk};
pub use system_view::{
    ClusterInfo, IdentityToken, PluginEnvironment, ReplicationState, RotationJob, SystemView,
    SystemViewError, WrapInfo,
};

/// A result whose error is an [`Error`] unless it says otherwise.
pub type Result<T, E = Error> = std::result::Result<T, E>;
