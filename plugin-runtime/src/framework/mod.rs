//! What authors write a backend with: paths, declared once, with typed handlers.
//!
//! A [`Framework`] lists paths. Each has a pattern and a handler for every operation that it
//! serves. A handler is an async function whose arguments say what it needs, and whose return
//! type says what it answers; from the same declaration come routing, validation, existence
//! checks, help and the OpenAPI document.

pub mod answer;
mod blocking;
mod builder;
mod check;
mod context;
mod description;
mod dispatch;
mod documentation;
mod error;
pub mod extract;
mod handler;
mod lease;
mod operations;
mod parts;
mod pattern;
mod rollback;
mod route;
mod stall;
mod type_text;
mod wal;

pub use blocking::{Blocking, blocking, compute};
pub use builder::Framework;
pub use context::Context;
pub use description::OperationDescription;
pub use dispatch::Dispatch;
pub use error::{FrameworkError, HandlerFault};
pub use handler::Handler;
pub use lease::{
    IntoRenewed, IntoRevoked, Leased, LeasedSecret, Revoked, SecretType, Ttl, TtlError, TtlLimits,
    TtlTerms,
};
pub use operations::{Operations, create, delete, list, login, patch, read, scan, update, write};
pub use pattern::{Pattern, PatternError, TemplateFault};
pub use plugin_macros::debug_handler;
pub use route::Route;
pub use wal::{Wal, WalEntry, WalHandler, WalId};
