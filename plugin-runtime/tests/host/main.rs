//! The host, driven through its public API.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, missing_docs)]

mod conformance;
mod crash;
mod reload;
mod soak;
mod tutorial;
