//! The host, driven through its public API.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, missing_docs)]

mod catalog;
mod conformance;
mod crash;
mod deadlines;
mod engine;
mod executed;
mod faults;
mod go_peer;
mod go_plugins;
mod hostile;
mod kept;
mod leased;
mod leases;
mod mounts;
mod older;
mod processes;
mod refusals;
mod reload;
mod scratch;
mod soak;
mod standby;
mod starvation;
mod sys;
mod tutorial;
mod vouchers;
mod words;
mod wrapping;
