//! Backends that are declared with the framework, running in memory.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what serves the tests is test code too"
)]

mod answers;
mod auth_method;
mod blocking;
mod canonical;
mod existence;
mod fields;
mod go_mock;
mod layers;
mod leased;
mod leases;
mod lifecycle;
mod limits;
mod mount;
mod numbers;
mod patch;
mod refusals;
mod routing;
mod secrets_engine;
mod stall;
mod transactions;
mod wal;
