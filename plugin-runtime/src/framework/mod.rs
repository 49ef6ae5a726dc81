#![doc = include_str!("../../docs/framework.md")]

pub mod answer;
mod attributes;
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
mod operation_id;
mod operations;
mod parts;
mod path_display;
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
pub use operation_id::OperationId;
pub use operations::{Operations, create, delete, list, login, patch, read, scan, update, write};
pub use path_display::PathDisplay;
pub use pattern::{Pattern, PatternError, TemplateFault};
pub use plugin_macros::debug_handler;
pub use route::Route;
pub use wal::{Wal, WalEntry, WalHandler, WalId};
