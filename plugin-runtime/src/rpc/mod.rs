//! The gRPC services that a plugin serves, and the clients of those that its server serves.

mod admission;
mod backend;
mod broker;
mod call;
mod controller;
mod first_use;
mod health;
mod instances;
mod invalidations;
mod lasting;
mod metadata;
mod multiplexing;
mod services;
mod serving;
mod stdio;
mod storage;
mod system_view;
mod unwind;
mod version;

pub(crate) use broker::{Ended, PluginBroker};
pub use call::{origin, request, timed};
pub(crate) use controller::Shutdown;
pub(crate) use first_use::FirstUse;
pub(crate) use instances::Instances;
pub use metadata::{MULTIPLEX_ID, deadline};
pub(crate) use services::Services;
pub(crate) use serving::Serving;
pub use unwind::{guarded, guarded_sync};

/// The maximum size of a message, in either direction: the setting of gRPC for Go on the other
/// side. The servers' own limit on a request is lower.
pub const MOST_BYTES: usize = i32::MAX as usize;
